//! The recovery code: 128 random bits to be written down once, so that a forgotten PIN never loses
//! work. 30 signs in six groups; the last four of them tell a slip of the pen.
//!
//! The alphabet is Crockford's base 32: no I, L, O or U, and what looks like another sign is read as
//! that sign.

use crate::domain::hash::sha256_hex;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs that carry the 128 bits.
const SIGNS: usize = 26;
/// Signs that check them.
const CHECKS: usize = 4;
/// Signs in a group.
const GROUP: usize = 5;
/// Groups in a code.
pub const GROUPS: usize = (SIGNS + CHECKS) / GROUP;

/// The code's groups, in order.
pub fn groups(bits: &[u8; 16]) -> Vec<String> {
    let mut rest = u128::from_be_bytes(*bits);
    let mut signs = [0_u8; SIGNS];
    for sign in signs.iter_mut().rev() {
        *sign = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    let whole: Vec<u8> = signs.into_iter().chain(check(bits)).collect();
    whole.chunks(GROUP).map(|group| group.iter().map(|sign| char::from(*sign)).collect()).collect()
}

/// The bits of a code as somebody typed it; `None` when it has a slip in it.
pub fn read(typed: &str) -> Option<[u8; 16]> {
    let signs = fold(typed);
    let values: Option<Vec<u128>> = signs
        .bytes()
        .map(|sign| ALPHABET.iter().position(|known| *known == sign).map(|value| value as u128))
        .collect();
    let values = values.filter(|values| values.len() == SIGNS + CHECKS)?;
    // 26 signs hold two bits more than there are.
    if values[0] > 7 {
        return None;
    }
    let bits = values[..SIGNS].iter().fold(0_u128, |bits, value| bits << 5 | value).to_be_bytes();
    signs.as_bytes()[SIGNS..].iter().copied().eq(check(&bits)).then_some(bits)
}

/// The signs alone, each as the alphabet has it: for comparing what was typed.
pub fn fold(typed: &str) -> String {
    super::pin::fold(typed)
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric())
        .map(|sign| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn check(bits: &[u8; 16]) -> impl Iterator<Item = u8> {
    let hash = sha256_hex(bits);
    let hash = u32::from_str_radix(&hash[..5], 16).expect("a hash is written in hex");
    (0..CHECKS).rev().map(move |at| ALPHABET[(hash >> (5 * at) & 31) as usize])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_code_reads_back_however_it_is_typed(bits: [u8; 16]) {
            let groups = groups(&bits);
            prop_assert_eq!(groups.len(), GROUPS);
            prop_assert!(groups.iter().all(|group| group.len() == GROUP));
            prop_assert_eq!(read(&groups.join("-")), Some(bits));
            let sloppy = groups.join(" ").to_lowercase().replace('0', "o").replace('1', "l");
            prop_assert_eq!(read(&sloppy), Some(bits));
        }

        #[test]
        fn one_wrong_sign_is_a_slip(bits: [u8; 16], at in 0..30_usize, by in 1..32_usize) {
            let mut signs = groups(&bits).concat().into_bytes();
            let value = ALPHABET.iter().position(|known| *known == signs[at]).unwrap();
            signs[at] = ALPHABET[(value + by) % 32];
            let other = read(&String::from_utf8(signs).unwrap());
            // One in a million slips passes the check; it then opens nothing.
            prop_assert_ne!(other, Some(bits));
        }
    }

    #[test]
    fn a_short_or_foreign_code_is_none() {
        let code = groups(&[7; 16]).concat();
        assert_eq!(read(&code), Some([7; 16]));
        assert_eq!(read(&code[1..]), None);
        assert_eq!(read(&format!("{code}0")), None);
        assert_eq!(read(&code.replacen(|_| true, "U", 1)), None);
        assert_eq!(read(&format!("Z{}", &code[1..])), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn neighbours_swapped_are_a_slip() {
        let code = groups(&[0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]).concat();
        let mut found = 0;
        for at in 0..code.len() - 1 {
            let mut signs = code.clone().into_bytes();
            signs.swap(at, at + 1);
            let swapped = String::from_utf8(signs).unwrap();
            found += u32::from(swapped != code && read(&swapped).is_none());
            assert!(swapped == code || read(&swapped).is_none(), "{swapped}");
        }
        assert!(found > 20);
    }
}
