//! How often a PIN may be tried. A few times freely, then with growing waits; never with anything
//! being deleted.
//!
//! A try is on disk before it is judged, so that killing the page buys none. A wait is counted down
//! by the run's own clock; only between two runs must the wall clock be believed, and one that was set
//! back makes nobody wait longer than the whole wait, nor shorter.

/// Tries before the first wait.
pub const FREE: u32 = 5;
/// The waits after the free tries, seconds; the last one stays.
const WAITS_S: [u64; 5] = [30, 60, 5 * 60, 15 * 60, 60 * 60];

/// The tries that failed since the last one that did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// How many.
    pub failed: u32,
    /// When the next is allowed, milliseconds since 1970 by the phone's clock.
    pub not_before_ms: u64,
}

/// As [`Tries::to_list`] wrote it; what is missing is 0.
impl From<Vec<u64>> for Tries {
    fn from(list: Vec<u64>) -> Self {
        let at = |nth: usize| list.get(nth).copied().unwrap_or_default();
        Self { failed: u32::try_from(at(0)).unwrap_or(u32::MAX), not_before_ms: at(1) }
    }
}

impl Tries {
    /// As it lies on disk: its figures in order.
    pub fn to_list(&self) -> [u64; 2] {
        [u64::from(self.failed), self.not_before_ms]
    }

    /// Free tries that are left.
    pub fn left(&self) -> u32 {
        FREE.saturating_sub(self.failed)
    }

    /// How long to wait from now on, as a run that just began must believe.
    pub fn wait_ms(&self, now_ms: u64) -> u64 {
        self.not_before_ms.saturating_sub(now_ms).min(wait_after(self.failed))
    }

    /// With one more try, failed until it is known to be right.
    #[must_use]
    pub fn with_one_more(&self, now_ms: u64) -> Self {
        let failed = self.failed.saturating_add(1);
        Self { failed, not_before_ms: now_ms.saturating_add(wait_after(failed)) }
    }
}

/// A wait as one run of the app counts it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// The revision of the tries it was made for.
    rev: Option<u64>,
    ends_mono_ms: u64,
}

/// Both clocks of the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Wall time, milliseconds since 1970; a person can set it.
    pub wall_ms: u64,
    /// Milliseconds since this run began; nobody can set it.
    pub mono_ms: u64,
}

impl Countdown {
    /// Begins to count for the tries at `rev`, or goes on if it already does.
    pub fn follow(before: Option<Self>, tries: &Tries, rev: Option<u64>, now: Moment) -> Self {
        match before {
            Some(same) if same.rev == rev => same,
            _ => Self { rev, ends_mono_ms: now.mono_ms.saturating_add(tries.wait_ms(now.wall_ms)) },
        }
    }

    /// Milliseconds left.
    pub fn left_ms(&self, now: Moment) -> u64 {
        self.ends_mono_ms.saturating_sub(now.mono_ms)
    }
}

/// The wait that follows so many failures.
fn wait_after(failed: u32) -> u64 {
    let Some(waits) = failed.checked_sub(FREE) else { return 0 };
    let nth = (waits as usize).min(WAITS_S.len() - 1);
    WAITS_S[nth] * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(times: u32, now_ms: u64) -> Tries {
        (0..times).fold(Tries::default(), |tries, _| tries.with_one_more(now_ms))
    }

    #[test]
    fn five_are_free_then_waits_grow_to_an_hour() {
        let waits: Vec<u64> = (0..=12).map(|n| failed(n, 1_000).wait_ms(1_000) / 1_000).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 300, 900, 3_600, 3_600, 3_600, 3_600]);
        assert_eq!([0, 4, 5, 9].map(|n| failed(n, 0).left()), [5, 1, 0, 0]);
        assert_eq!(failed(5, 1_000).wait_ms(31_000), 0);
    }

    #[test]
    fn a_clock_set_back_shortens_nothing_and_a_wrong_one_holds_nobody_for_a_year() {
        let year = 365 * 24 * 3_600_000;
        let tries = failed(5, year);
        assert_eq!(tries.wait_ms(year - 1), 30_000);
        assert_eq!(tries.wait_ms(0), 30_000);
        assert_eq!(tries.wait_ms(year + 10_000), 20_000);
    }

    #[test]
    fn within_a_run_only_its_own_clock_counts() {
        let tries = failed(6, 0);
        let begun = Countdown::follow(None, &tries, Some(1), Moment { wall_ms: 0, mono_ms: 500 });
        let later = Moment { wall_ms: 9_000_000, mono_ms: 30_500 };
        let same = Countdown::follow(Some(begun), &tries, Some(1), later);
        assert_eq!(same.left_ms(later), 30_000);
        assert_eq!(same.left_ms(Moment { wall_ms: 0, mono_ms: 60_500 }), 0);
        // Another page's try begins a new wait.
        let other = Countdown::follow(Some(same), &failed(7, 9_000_000), Some(2), later);
        assert_eq!(other.left_ms(later), 300_000);
    }
}
