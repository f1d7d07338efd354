//! Whether the phone's clock can be trusted: wall time against the monotonic clock of one run, and
//! against the endpoint's own time. Pure: both clocks are arguments.
//!
//! The monotonic clock of many browsers stands still while the device sleeps. So wall time that ran
//! ahead while nobody watched is taken for sleep; only going back, or running ahead under our eyes,
//! is a jump. Whatever the endpoint says settles it.

/// Wall time may differ by this much from the monotonic clock within a run, milliseconds.
pub const JUMP_MS: u64 = 2 * 60 * 1000;
/// Wall time may differ by this much from the endpoint's, milliseconds.
pub const OFF_MS: u64 = 5 * 60 * 1000;

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Device wall time, milliseconds since 1970.
    pub wall_ms: u64,
    /// Milliseconds since this run began.
    pub mono_ms: u64,
}

/// What is wrong with the phone's clock; positive means ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockFault {
    /// It was changed during this run.
    Jumped {
        /// By how much, milliseconds.
        by_ms: i64,
    },
    /// It differs from the endpoint's.
    Off {
        /// By how much, milliseconds.
        by_ms: i64,
    },
}

/// Follows the phone's clock through one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockWatch {
    /// Wall time less monotonic time when the clock was last believed.
    believed: Option<i64>,
    moved_ms: i64,
    off_ms: i64,
}

impl ClockWatch {
    /// Looks at both clocks. `watched`: the app was on the screen, awake, since the last look.
    pub fn look(&mut self, now: Reading, watched: bool) {
        let origin = origin(now);
        let believed = *self.believed.get_or_insert(origin);
        let moved = origin.saturating_sub(believed);
        if !watched && moved > self.moved_ms {
            // Asleep for the difference: what was known before stays as it was.
            self.believed = Some(origin.saturating_sub(self.moved_ms));
        } else {
            self.moved_ms = moved;
        }
    }

    /// Takes the endpoint's time, just heard.
    pub fn heard(&mut self, now: Reading, endpoint_ms: u64) {
        self.off_ms = signed(now.wall_ms).saturating_sub(signed(endpoint_ms));
        self.believed = Some(origin(now));
        self.moved_ms = 0;
    }

    /// What is wrong, if anything.
    pub fn fault(&self) -> Option<ClockFault> {
        if self.moved_ms.unsigned_abs() > JUMP_MS {
            Some(ClockFault::Jumped { by_ms: self.moved_ms })
        } else if self.off_ms.unsigned_abs() > OFF_MS {
            Some(ClockFault::Off { by_ms: self.off_ms })
        } else {
            None
        }
    }
}

impl ClockFault {
    /// By how much, milliseconds; positive means ahead.
    pub fn by_ms(self) -> i64 {
        match self {
            Self::Jumped { by_ms } | Self::Off { by_ms } => by_ms,
        }
    }
}

fn origin(now: Reading) -> i64 {
    signed(now.wall_ms).saturating_sub(signed(now.mono_ms))
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;
    const T: u64 = 1_790_000_000_000;

    fn at(wall_minutes: i64, mono_minutes: u64) -> Reading {
        let wall_ms = T.checked_add_signed(wall_minutes * 60_000).unwrap();
        Reading { wall_ms, mono_ms: mono_minutes * MINUTE }
    }

    fn after(looks: &[(i64, u64, bool)]) -> Option<ClockFault> {
        let mut watch = ClockWatch::default();
        looks.iter().for_each(|(wall, mono, watched)| watch.look(at(*wall, *mono), *watched));
        watch.fault()
    }

    #[test]
    fn clocks_that_walk_together_are_fine() {
        assert_eq!(after(&[]), None);
        assert_eq!(after(&[(0, 0, true)]), None);
        assert_eq!(after(&[(0, 0, true), (60, 60, true), (600, 600, false)]), None);
        assert_eq!(after(&[(0, 0, true), (12, 10, true)]), None, "two minutes are let be");
    }

    #[test]
    fn a_jump_either_way_under_our_eyes_is_told() {
        let by = |minutes: i64| Some(ClockFault::Jumped { by_ms: minutes * 60_000 });
        assert_eq!(after(&[(0, 0, true), (13, 10, true)]), by(3));
        assert_eq!(after(&[(0, 0, true), (7, 10, true)]), by(-3));
        assert_eq!(after(&[(0, 0, true), (5_256_000, 1, true)]), by(5_255_999), "ten years ahead");
        assert_eq!(after(&[(0, 0, true), (13, 10, true), (20, 20, true)]), None, "put right again");
    }

    #[test]
    fn many_small_steps_add_up() {
        let steps: Vec<_> = (0..=3_i64).map(|n| (n * 2, n.unsigned_abs(), true)).collect();
        assert_eq!(after(&steps), Some(ClockFault::Jumped { by_ms: 180_000 }));
    }

    #[test]
    fn sleep_is_no_jump_but_going_back_always_is() {
        assert_eq!(after(&[(0, 0, true), (480, 1, false)]), None, "eight hours asleep");
        assert_eq!(after(&[(0, 0, true), (480, 1, false), (481, 2, true)]), None);
        assert_eq!(
            after(&[(0, 0, true), (480, 1, false), (490, 2, true)]),
            Some(ClockFault::Jumped { by_ms: 540_000 })
        );
        assert_eq!(after(&[(0, 0, true), (-10, 1, false)]), Some(ClockFault::Jumped { by_ms: -660_000 }));
        assert_eq!(
            after(&[(0, 0, true), (13, 10, true), (100, 11, false)]),
            Some(ClockFault::Jumped { by_ms: 180_000 }),
            "sleep hides no jump that was seen"
        );
    }

    #[test]
    fn the_endpoint_settles_it() {
        let mut watch = ClockWatch::default();
        watch.look(at(0, 0), true);
        watch.heard(at(1, 1), T + MINUTE - OFF_MS);
        assert_eq!(watch.fault(), None, "five minutes are let be");
        watch.heard(at(1, 1), T + MINUTE - OFF_MS - 1);
        assert_eq!(watch.fault(), Some(ClockFault::Off { by_ms: 300_001 }));
        watch.heard(at(1, 1), T + 8 * MINUTE);
        assert_eq!(watch.fault(), Some(ClockFault::Off { by_ms: -420_000 }));
        watch.heard(at(1, 1), T + MINUTE);
        assert_eq!(watch.fault(), None);
        watch.look(at(15, 2), true);
        assert_eq!(watch.fault(), Some(ClockFault::Jumped { by_ms: 780_000 }));
        watch.heard(at(15, 2), T + 15 * MINUTE);
        assert_eq!(watch.fault(), None, "the jump put it right");
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let mut watch = ClockWatch::default();
        watch.look(Reading { wall_ms: 0, mono_ms: u64::MAX }, true);
        watch.look(Reading { wall_ms: u64::MAX, mono_ms: 0 }, true);
        watch.heard(Reading { wall_ms: u64::MAX, mono_ms: 0 }, 0);
        assert_eq!(watch.fault(), Some(ClockFault::Off { by_ms: i64::MAX }));
    }
}
