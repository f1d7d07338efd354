//! The three verdicts an item can have.

use serde::{Deserialize, Serialize};

/// What was found of one clause on one subject (结论).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 合格
    Conforming,
    /// 不合格
    Nonconforming,
    /// 不适用: never counted in a rate or score.
    NotApplicable,
}

impl Verdict {
    /// The short word used in `data-verdict` (see the test ids): `pass`, `fail`, `na`.
    pub fn token(self) -> &'static str {
        match self {
            Self::Conforming => "pass",
            Self::Nonconforming => "fail",
            Self::NotApplicable => "na",
        }
    }
}
