//! How long to wait: full jitter, and what `Retry-After` asks. Pure; time and chance are arguments.

use chrono::DateTime;

/// The first wait is at most this, milliseconds.
pub const BASE_MS: u64 = 1_000;
/// No wait of our own is longer, milliseconds.
pub const CAP_MS: u64 = 5 * 60 * 1_000;
/// No `Retry-After` is obeyed for longer than an hour: a slip there must not strand a phone.
pub const RETRY_AFTER_CAP_MS: u64 = 60 * 60 * 1_000;
/// What is added at random to `Retry-After`, at most, so that phones told the same come apart.
pub const SPREAD_MS: u64 = 10_000;

/// A wait after `failures` in a row (1 is the first): anywhere between nothing and twice the bound
/// before, capped ("full jitter").
pub fn delay_ms(failures: u32, random: u64) -> u64 {
    let doubled = BASE_MS.saturating_mul(1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX));
    below(doubled.min(CAP_MS) + 1, random)
}

/// What to wait for a `Retry-After`, spread at random so that no two phones come back together.
pub fn asked_ms(retry_after_ms: u64, random: u64) -> u64 {
    retry_after_ms.min(RETRY_AFTER_CAP_MS) + below(SPREAD_MS, random)
}

/// A `Retry-After` in milliseconds from now: whole seconds, or an HTTP date (RFC 9110, 10.2.3). A
/// date is read against the answer's own `Date`, for the phone's clock may be years off.
pub fn retry_after_ms(value: &str, date: Option<&str>, now_ms: u64) -> Option<u64> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let until = http_date_ms(value)?;
    let now = date.and_then(http_date_ms).unwrap_or(now_ms);
    Some(until.saturating_sub(now))
}

/// Another random number from the same one, for the `nth` of several that need one.
pub fn nth_random(random: u64, nth: u64) -> u64 {
    // SplitMix64's step and finaliser (Steele, Lea, Flood 2014).
    let mut z = random.wrapping_add(nth.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn below(bound: u64, random: u64) -> u64 {
    let wide = u128::from(random) * u128::from(bound);
    u64::try_from(wide >> 64).expect("the high half of a product of two u64 fits")
}

pub(super) fn http_date_ms(text: &str) -> Option<u64> {
    let date = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    u64::try_from(date.timestamp_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_double_up_to_the_cap() {
        let longest: Vec<u64> = (1..=11).map(|n| delay_ms(n, u64::MAX)).collect();
        assert_eq!(
            longest,
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, CAP_MS, CAP_MS]
        );
        assert_eq!(delay_ms(9, 0), 0);
        assert_eq!(delay_ms(u32::MAX, u64::MAX), CAP_MS);
    }

    #[test]
    fn retry_after_is_read_in_both_shapes() {
        assert_eq!(retry_after_ms("120", None, 0), Some(120_000));
        let at = "Sun, 06 Nov 1994 08:49:37 GMT";
        let a_minute_before = "Sun, 06 Nov 1994 08:48:37 GMT";
        assert_eq!(retry_after_ms(at, Some(a_minute_before), 0), Some(60_000));
        assert_eq!(retry_after_ms(at, None, 784_111_777_000 - 5_000), Some(5_000));
        assert_eq!(retry_after_ms(at, None, 1_900_000_000_000), Some(0), "a date gone by");
        assert_eq!(retry_after_ms("soon", None, 0), None);
        assert_eq!(retry_after_ms("-3", None, 0), None);
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_its_bound(failures in 1_u32.., random: u64) {
            prop_assert!(delay_ms(failures, random) <= CAP_MS);
            prop_assert!(asked_ms(u64::MAX, random) < RETRY_AFTER_CAP_MS + SPREAD_MS);
            prop_assert!(asked_ms(30_000, random) >= 30_000);
        }
    }
}
