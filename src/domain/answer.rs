//! What a person answered to an item, procedure by procedure. A draft until the task is finished.

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::procedure::{Procedure, ReasonCode};
use super::verdict::Verdict;

/// The answer to one item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What the person said with a verdict button; procedures may overrule a pass.
    #[serde(default)]
    pub stated: Option<Verdict>,
    /// One an entry of the clause's procedures, in the same order.
    #[serde(default)]
    pub procedures: Vec<ProcedureAnswer>,
    /// Reasons picked on failing.
    #[serde(default)]
    pub reasons: Vec<ReasonCode>,
    /// Free words.
    #[serde(default)]
    pub note: String,
    /// Photos, oldest first.
    #[serde(default)]
    pub photos: Vec<PhotoRef>,
}

/// The answer to one procedure. `None` means not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureAnswer {
    /// 问
    Ask {
        /// What the subject said, as recorded.
        said: String,
        /// Set when the words were recorded; only then are the points shown.
        recorded: bool,
        /// One a point.
        points: Vec<Option<bool>>,
    },
    /// 查
    Check {
        /// One a line.
        lines: Vec<Option<bool>>,
    },
    /// 看
    Look {
        /// One a sight.
        sights: Vec<Option<bool>>,
    },
    /// 演
    RolePlay {
        /// One a step.
        steps: Vec<Option<bool>>,
        /// How long the scene ran, milliseconds; `None` when the timer was not used.
        elapsed_ms: Option<u64>,
    },
    /// 量
    Measure {
        /// Base units.
        value: Option<i64>,
        /// The second measure, base units.
        other: Option<i64>,
        /// The person stood by a value that looked like a slip of unit.
        confirmed: bool,
    },
}

/// A photo by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRef {
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// Bytes.
    pub len: u64,
    /// Such as `image/jpeg`.
    pub mime: String,
}

impl Answer {
    /// An empty answer shaped for `clause`.
    pub fn blank(clause: &Clause) -> Self {
        Self { procedures: clause.procedures.iter().map(ProcedureAnswer::blank).collect(), ..Self::default() }
    }

    /// Takes a verdict button's word. Stating a pass says that every listed thing and sight not
    /// answered yet is as it should be; spoken words, steps and figures are never filled in.
    pub fn state(&mut self, verdict: Verdict) {
        self.stated = Some(verdict);
        if verdict != Verdict::Nonconforming {
            self.reasons.clear();
        }
        if verdict == Verdict::Conforming {
            for procedure in &mut self.procedures {
                if let ProcedureAnswer::Check { lines: all } | ProcedureAnswer::Look { sights: all } =
                    procedure
                {
                    for answer in all.iter_mut().filter(|a| a.is_none()) {
                        *answer = Some(true);
                    }
                }
            }
        }
    }

    /// True when nothing at all was entered, whatever the clause.
    pub fn is_empty(&self) -> bool {
        self.stated.is_none()
            && self.reasons.is_empty()
            && self.photos.is_empty()
            && self.note.trim().is_empty()
            && self.procedures.iter().all(ProcedureAnswer::is_empty)
    }

    /// True once anything at all was entered.
    pub fn is_touched(&self, clause: &Clause) -> bool {
        *self != Self::blank(clause)
    }
}

impl ProcedureAnswer {
    /// True when nothing was entered.
    pub fn is_empty(&self) -> bool {
        let none = |all: &[Option<bool>]| all.iter().all(Option::is_none);
        match self {
            Self::Ask { said, recorded, points } => said.trim().is_empty() && !recorded && none(points),
            Self::Check { lines: all } | Self::Look { sights: all } => none(all),
            Self::RolePlay { steps, elapsed_ms } => none(steps) && elapsed_ms.is_none(),
            Self::Measure { value, other, .. } => value.is_none() && other.is_none(),
        }
    }

    /// An empty answer shaped for `procedure`.
    pub fn blank(procedure: &Procedure) -> Self {
        match procedure {
            Procedure::Ask(ask) => {
                Self::Ask { said: String::new(), recorded: false, points: vec![None; ask.points.len()] }
            }
            Procedure::Check(check) => Self::Check { lines: vec![None; check.lines.len()] },
            Procedure::Look(look) => Self::Look { sights: vec![None; look.sights.len()] },
            Procedure::RolePlay(play) => {
                Self::RolePlay { steps: vec![None; play.steps.len()], elapsed_ms: None }
            }
            Procedure::Measure(_) => Self::Measure { value: None, other: None, confirmed: false },
        }
    }
}
