//! What may be a PIN: 6 to 12 digits that are not the first anybody would try, or a phrase.

use thiserror::Error;

/// Why a PIN is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PinFault {
    /// Fewer than 6 digits, or a phrase of fewer than 8 signs.
    #[error("too short")]
    Short,
    /// More than 12 digits or 64 signs.
    #[error("too long")]
    Long,
    /// One of those that are tried first.
    #[error("too easy to guess")]
    Easy,
}

/// Favourites that no rule below finds.
const FAVOURITES: [&str; 8] =
    ["520131", "5201314", "147258", "258369", "147258369", "159357", "159753", "112358"];

/// As typed on any keyboard: full-width digits become plain ones.
pub fn fold(typed: &str) -> String {
    let plain = |sign: char| match sign {
        '０'..='９' => char::from_u32(sign as u32 - '０' as u32 + '0' as u32).unwrap_or(sign),
        other => other,
    };
    typed.chars().map(plain).collect()
}

/// True for a folded PIN that a keypad can type.
pub fn is_digits(pin: &str) -> bool {
    pin.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a folded PIN is good enough.
///
/// # Errors
/// [`PinFault`].
pub fn check(pin: &str) -> Result<(), PinFault> {
    let signs = pin.chars().count();
    let (least, most) = if is_digits(pin) { (6, 12) } else { (8, 64) };
    if signs < least {
        return Err(PinFault::Short);
    }
    if signs > most {
        return Err(PinFault::Long);
    }
    let signs: Vec<u32> = pin.chars().map(u32::from).collect();
    if is_row(&signs) || repeats(&signs) || is_pairs(&signs) || FAVOURITES.contains(&pin) {
        return Err(PinFault::Easy);
    }
    Ok(())
}

/// 123456, 987654, 1234567890.
fn is_row(signs: &[u32]) -> bool {
    let follows = |one: u32, next: u32| next == one + 1 || (one, next) == (u32::from('9'), u32::from('0'));
    signs.windows(2).all(|two| follows(two[0], two[1])) || signs.windows(2).all(|two| follows(two[1], two[0]))
}

/// 000000, 121212, 123123, and there and back: 123321.
fn repeats(signs: &[u32]) -> bool {
    let period = |n: usize| signs.iter().zip(&signs[n..]).all(|(one, other)| one == other);
    let mirrored = signs.len() <= 6 && signs.iter().eq(signs.iter().rev());
    (1..=3).any(period) || mirrored
}

/// 112233, 111222.
fn is_pairs(signs: &[u32]) -> bool {
    let mut runs: Vec<(u32, usize)> = Vec::new();
    for sign in signs {
        match runs.last_mut() {
            Some((last, count)) if last == sign => *count += 1,
            _ => runs.push((*sign, 1)),
        }
    }
    runs.iter().all(|(_, count)| *count > 1 && *count == runs[0].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_guesses_are_refused() {
        for pin in [
            "000000",
            "123456",
            "654321",
            "1234567890",
            "0987654321",
            "345678",
            "121212",
            "123123",
            "520520",
            "112233",
            "111222",
            "123321",
            "5201314",
            "159753",
            "aaaaaaaa",
            "abcdefgh",
            "890123",
        ] {
            assert_eq!(check(pin), Err(PinFault::Easy), "{pin}");
        }
    }

    #[test]
    fn length_is_asked_of_digits_and_phrases() {
        assert_eq!(check("29174"), Err(PinFault::Short));
        assert_eq!(check(""), Err(PinFault::Short));
        assert_eq!(check("2917405813377"), Err(PinFault::Long));
        assert_eq!(check("a2917b4"), Err(PinFault::Short));
        for pin in ["291740", "805317", "291740581337", "门岗的猫爱吃小鱼", "correct horse"] {
            assert_eq!(check(pin), Ok(()), "{pin}");
        }
    }

    #[test]
    fn full_width_digits_are_digits() {
        assert_eq!(fold("２９１7４０"), "291740");
        assert_eq!(fold("猫 a"), "猫 a");
    }
}
