//! Measured values as integers in base units, and what people type for them.
//!
//! Lengths are millimetres, angles degrees, times seconds. No floating point anywhere.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The unit a clause speaks in. Values are stored in the base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Base unit millimetre.
    Millimetre,
    /// Shown in centimetres, stored in millimetres.
    Centimetre,
    /// Shown in metres, stored in millimetres.
    Metre,
    /// Degrees of arc.
    Degree,
    /// Seconds.
    Second,
    /// Shown in minutes, stored in seconds.
    Minute,
    /// Steps or things counted.
    Count,
}

/// Why a typed value was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuantityError {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Not a plain decimal number.
    #[error("not a number: {0}")]
    NotANumber(String),
    /// Below zero.
    #[error("below zero")]
    Negative,
    /// Larger than anything on an estate (a kilometre, a day).
    #[error("too large")]
    TooLarge,
}

impl Unit {
    /// How many base units one of this unit is.
    pub fn factor(self) -> i64 {
        match self {
            Self::Millimetre | Self::Degree | Self::Second | Self::Count => 1,
            Self::Centimetre => 10,
            Self::Metre => 1_000,
            Self::Minute => 60,
        }
    }

    /// True for the units that measure length.
    pub fn is_length(self) -> bool {
        matches!(self, Self::Millimetre | Self::Centimetre | Self::Metre)
    }

    /// The sign written after a value.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Millimetre => "mm",
            Self::Centimetre => "cm",
            Self::Metre => "m",
            Self::Degree => "°",
            Self::Second => "s",
            Self::Minute => "min",
            Self::Count => "",
        }
    }

    /// Parses what a person typed in this unit, in ASCII or full-width digits, to base units,
    /// rounded to the nearest (half away from zero).
    ///
    /// # Errors
    /// [`QuantityError`] for an empty, signed, non-decimal or absurdly large text.
    pub fn parse(self, typed: &str) -> Result<i64, QuantityError> {
        const LIMIT: i64 = 1_000_000;
        let text: String = typed.trim().chars().map(to_ascii).collect();
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        if text.starts_with('-') {
            return Err(QuantityError::Negative);
        }
        let wrong = || QuantityError::NotANumber(typed.trim().to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(wrong());
        }
        let whole: i64 = match whole.trim_start_matches('0') {
            "" => 0,
            w if w.len() > 9 => return Err(QuantityError::TooLarge),
            w => w.parse().map_err(|_| wrong())?,
        };
        // Six digits after the point are finer than any tape; the rest cannot change the rounding
        // by more than a millionth of a unit.
        let kept: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let millionths: i64 = kept.parse().map_err(|_| wrong())?;
        let value = whole * self.factor() + (millionths * self.factor() + 500_000) / 1_000_000;
        if value > LIMIT { Err(QuantityError::TooLarge) } else { Ok(value) }
    }

    /// Writes base units as a number in this unit, without a sign: 505 mm in centimetres is `50.5`.
    pub fn format(self, value: i64) -> String {
        let factor = self.factor();
        let (whole, rest) = (value.abs() / factor, value.abs() % factor);
        let minus = if value < 0 { "-" } else { "" };
        if rest == 0 {
            return format!("{minus}{whole}");
        }
        // Sixtieths do not end in decimals: minutes are shown to the hundredth.
        let scaled = if self == Self::Minute { rest * 100 / 60 } else { rest };
        let width = match self {
            Self::Centimetre => 1,
            Self::Minute => 2,
            _ => 3,
        };
        let decimals = format!("{scaled:0width$}");
        format!("{minus}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

/// Full-width digits and points come out of Chinese keyboards.
fn to_ascii(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' => {
            char::from_u32(c as u32 - 0xff10 + u32::from(b'0')).expect("a digit is a character")
        }
        '\u{ff0e}' | '\u{3002}' | '\u{ff0c}' | ',' => '.',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typed_values_become_base_units() {
        assert_eq!(Unit::Centimetre.parse("50"), Ok(500));
        assert_eq!(Unit::Centimetre.parse(" 50.25 "), Ok(503));
        assert_eq!(Unit::Metre.parse("1.7"), Ok(1_700));
        assert_eq!(Unit::Metre.parse("\u{ff11}\u{3002}\u{ff17}"), Ok(1_700));
        assert_eq!(Unit::Metre.parse(".5"), Ok(500));
        assert_eq!(Unit::Minute.parse("30"), Ok(1_800));
        assert_eq!(Unit::Degree.parse("15"), Ok(15));
    }

    #[test]
    fn nonsense_is_named() {
        assert_eq!(Unit::Metre.parse(""), Err(QuantityError::Empty));
        assert_eq!(Unit::Metre.parse("-1"), Err(QuantityError::Negative));
        assert_eq!(Unit::Metre.parse("1.2.3"), Err(QuantityError::NotANumber("1.2.3".into())));
        assert_eq!(Unit::Metre.parse("."), Err(QuantityError::NotANumber(".".into())));
        assert_eq!(Unit::Metre.parse("1e3"), Err(QuantityError::NotANumber("1e3".into())));
        assert_eq!(Unit::Metre.parse("99999999999"), Err(QuantityError::TooLarge));
        assert_eq!(Unit::Metre.parse("1001"), Err(QuantityError::TooLarge));
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_the_same(value in 0_i64..=1_000_000) {
            for unit in [Unit::Millimetre, Unit::Centimetre, Unit::Metre, Unit::Degree, Unit::Count] {
                prop_assert_eq!(unit.parse(&unit.format(value)), Ok(value));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = Unit::Centimetre.parse(&text);
        }
    }
}
