//! Measured against a figure: target with tolerance, range, or equality with another measure.
//!
//! All values are integers in base units (mm, degrees, seconds). The sources give no tolerances;
//! the defaults here are this project's assumption and are marked so in the standard.

use serde::{Deserialize, Serialize};

/// How far from the target still conforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// Lengths: ±2 %, but at least ±5 mm (assumed).
    Length,
    /// "About": ±20 % (assumed).
    About,
    /// Angles: ±5 degrees (assumed).
    Angle,
    /// A counted number: none.
    Exact,
    /// Stated by the standard's editor, ± base units.
    Within(i64),
}

/// What a measured value must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// A figure with a tolerance.
    Target {
        /// Base units.
        value: i64,
        /// How far off still conforms.
        tolerance: Tolerance,
    },
    /// Between two figures, both included.
    Range {
        /// Base units.
        min: i64,
        /// Base units.
        max: i64,
    },
    /// The same as another measure taken on the spot (the guard is as wide as its door).
    EqualToOther {
        /// How far off still conforms.
        tolerance: Tolerance,
    },
}

/// The state of a gauge: `data-state` of `measure-gauge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A value is still missing.
    Empty,
    /// Conforms, with `margin` ≥ 0 base units to the nearest bound.
    Within {
        /// Base units left to the nearest bound.
        margin: i64,
    },
    /// Does not conform: beyond the nearest bound by `excess` > 0 base units.
    Outside {
        /// Base units beyond the nearest bound.
        excess: i64,
    },
    /// Ten, a hundred or a thousand times off: asked about before it is judged.
    Suspect {
        /// What was probably meant, base units.
        meant: i64,
    },
}

impl Tolerance {
    /// ± base units around `target`.
    pub fn around(self, target: i64) -> i64 {
        match self {
            Self::Length => (target.abs() / 50).max(5),
            Self::About => target.abs() / 5,
            Self::Angle => 5,
            Self::Exact => 0,
            Self::Within(plus_minus) => plus_minus.abs(),
        }
    }
}

impl Limit {
    /// The bounds in base units, both included; `other` is the second measure where one is needed.
    /// `None` while that is missing.
    pub fn bounds(&self, other: Option<i64>) -> Option<(i64, i64)> {
        let around = |target: i64, tolerance: Tolerance| {
            let off = tolerance.around(target);
            (target - off, target + off)
        };
        match *self {
            Self::Target { value, tolerance } => Some(around(value, tolerance)),
            Self::Range { min, max } => Some((min, max)),
            Self::EqualToOther { tolerance } => other.map(|target| around(target, tolerance)),
        }
    }

    /// Reads `value` against the limit. `confirmed` says that the person was asked about a value
    /// that looked like a slip of unit and stood by it.
    pub fn read(&self, value: Option<i64>, other: Option<i64>, confirmed: bool) -> Reading {
        let (Some(value), Some((min, max))) = (value, self.bounds(other)) else {
            return Reading::Empty;
        };
        if (min..=max).contains(&value) {
            return Reading::Within { margin: (value - min).min(max - value) };
        }
        if !confirmed && let Some(meant) = slip_of_unit(value, min, max) {
            return Reading::Suspect { meant };
        }
        Reading::Outside { excess: if value < min { min - value } else { value - max } }
    }
}

impl Reading {
    /// The word used in `data-state` of `measure-gauge`.
    pub fn token(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Within { .. } => "within",
            Self::Outside { .. } => "outside",
            Self::Suspect { .. } => "suspect",
        }
    }
}

/// What a value outside `min..=max` would be if its unit had slipped by a factor of 10, 100 or
/// 1000: the scaled value, when that comes within a fifth of the bounds.
fn slip_of_unit(value: i64, min: i64, max: i64) -> Option<i64> {
    // A range that starts at nothing (at most 30 minutes) has no size to compare with: a tenth of
    // every value would look right.
    if value <= 0 || min <= 0 {
        return None;
    }
    let near = |v: i64| v >= min - min.abs() / 5 && v <= max + max / 5;
    [10, 100, 1_000]
        .into_iter()
        .flat_map(|k| [(value % k * 2 < k).then_some(value / k), value.checked_mul(k)])
        .flatten()
        .find(|&scaled| scaled > 0 && near(scaled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GUARD_HEIGHT: Limit = Limit::Target { value: 500, tolerance: Tolerance::Length };
    const GUEST: Limit = Limit::Range { min: 1_500, max: 2_000 };

    #[test]
    fn the_sources_figures_have_these_bounds() {
        assert_eq!(GUARD_HEIGHT.bounds(None), Some((490, 510)));
        let thickness = Limit::Target { value: 10, tolerance: Tolerance::Length };
        assert_eq!(thickness.bounds(None), Some((5, 15)));
        let posts = Limit::Target { value: 10_000, tolerance: Tolerance::About };
        assert_eq!(posts.bounds(None), Some((8_000, 12_000)));
        let bow = Limit::Target { value: 15, tolerance: Tolerance::Angle };
        assert_eq!(bow.bounds(None), Some((10, 20)));
    }

    #[test]
    fn a_value_is_within_on_the_bound_and_outside_past_it() {
        assert_eq!(GUARD_HEIGHT.read(Some(510), None, false), Reading::Within { margin: 0 });
        assert_eq!(GUARD_HEIGHT.read(Some(500), None, false), Reading::Within { margin: 10 });
        assert_eq!(GUARD_HEIGHT.read(Some(511), None, false), Reading::Outside { excess: 1 });
        assert_eq!(GUARD_HEIGHT.read(Some(450), None, false), Reading::Outside { excess: 40 });
        assert_eq!(GUARD_HEIGHT.read(None, None, false), Reading::Empty);
    }

    #[test]
    fn five_hundred_centimetres_is_asked_about_and_then_judged() {
        assert_eq!(GUARD_HEIGHT.read(Some(5_000), None, false), Reading::Suspect { meant: 500 });
        assert_eq!(GUARD_HEIGHT.read(Some(50), None, false), Reading::Suspect { meant: 500 });
        assert_eq!(GUARD_HEIGHT.read(Some(5_000), None, true), Reading::Outside { excess: 4_490 });
        assert_eq!(GUEST.read(Some(180), None, false), Reading::Suspect { meant: 1_800 });
    }

    #[test]
    fn a_limit_that_starts_at_nothing_is_judged_without_asking() {
        let half_an_hour = Limit::Range { min: 0, max: 1_800 };
        assert_eq!(half_an_hour.read(Some(1_800), None, false), Reading::Within { margin: 0 });
        assert_eq!(half_an_hour.read(Some(3_600), None, false), Reading::Outside { excess: 1_800 });
    }

    #[test]
    fn equality_waits_for_both_and_compares() {
        let width = Limit::EqualToOther { tolerance: Tolerance::Length };
        assert_eq!(width.read(Some(900), None, false), Reading::Empty);
        assert_eq!(width.read(Some(900), Some(905), false), Reading::Within { margin: 13 });
        assert_eq!(width.read(Some(800), Some(905), false), Reading::Outside { excess: 87 });
    }

    proptest! {
        #[test]
        fn a_confirmed_value_is_always_judged_and_never_suspect(v in 0_i64..1_000_000) {
            let reading = GUARD_HEIGHT.read(Some(v), None, true);
            let judged = matches!(reading, Reading::Within { .. } | Reading::Outside { .. });
            prop_assert!(judged);
        }

        #[test]
        fn within_says_exactly_what_the_bounds_say(v in 0_i64..20_000, target in 1_i64..10_000) {
            let limit = Limit::Target { value: target, tolerance: Tolerance::Length };
            let (min, max) = limit.bounds(None).expect("a target has bounds");
            let within = matches!(limit.read(Some(v), None, false), Reading::Within { .. });
            prop_assert_eq!(within, v >= min && v <= max);
        }

        #[test]
        fn every_power_of_ten_slip_of_a_good_value_is_asked_about(power in 0_usize..3) {
            let k = [10, 100, 1_000][power];
            prop_assert_eq!(GUARD_HEIGHT.read(Some(500 * k), None, false), Reading::Suspect { meant: 500 });
        }
    }
}
