//! The five kinds of procedure (检查方法), as data inside a clause. How each is judged: `judge`.

use serde::{Deserialize, Serialize};

use super::measure::Limit;
use super::quantity::Unit;
use super::text::Text;

/// The code of a failing reason, unique within its clause.
pub type ReasonCode = String;

/// One method of checking; a clause may hold several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Procedure {
    /// 问
    Ask(Ask),
    /// 查
    Check(Check),
    /// 看
    Look(Look),
    /// 演
    RolePlay(RolePlay),
    /// 量
    Measure(Measure),
}

/// The kind of a procedure without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProcedureKind {
    /// 问
    Ask,
    /// 查
    Check,
    /// 看
    Look,
    /// 演
    RolePlay,
    /// 量
    Measure,
}

/// A question put to the subject; the points stay hidden until what was said is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// What to ask, as it would be spoken.
    pub question: Text,
    /// What a good answer holds; each ticked or missed.
    pub points: Vec<Point>,
    /// The reason that stands when a needed point is missed.
    pub fails_as: ReasonCode,
}

/// One expected point of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// What should be said, in a few words.
    pub text: Text,
    /// Words that must be said exactly, where the source prescribes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Text>,
    /// A missed point fails only when it is needed.
    #[serde(default = "yes")]
    pub needed: bool,
}

/// Things or records, each looked up on the spot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What to look up, one at a time.
    pub lines: Vec<CheckLine>,
}

/// One thing or record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckLine {
    /// The thing or record.
    pub text: Text,
    /// What must hold of it.
    pub must_be: Requirement,
    /// The reason that stands when it does not.
    pub fails_as: ReasonCode,
}

/// What must hold of a checked thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// 有
    Present,
    /// 能用
    Works,
    /// 齐全
    Complete,
    /// 已做
    Done,
}

/// What must be seen; a photo is asked for on failing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// What to see, one at a time.
    pub sights: Vec<Sight>,
}

/// One thing to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sight {
    /// What it should look like.
    pub text: Text,
    /// The reason that stands when it is not so.
    pub fails_as: ReasonCode,
}

/// A scene the inspector plays, with the steps expected in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolePlay {
    /// What the inspector does or says to start.
    pub scene: Text,
    /// What should follow, in order.
    pub steps: Vec<Step>,
    /// The reason that stands when a step is missed.
    pub fails_as: ReasonCode,
}

/// One expected step of a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What should happen.
    pub text: Text,
    /// Words that must be said exactly, where the source prescribes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Text>,
}

/// One quantity against a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What is measured.
    pub quantity: Text,
    /// The unit it is spoken of in; figures are stored in base units.
    pub unit: Unit,
    /// What it must be.
    pub limit: Limit,
    /// The second quantity, for [`Limit::EqualToOther`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Text>,
    /// True when the tolerance is this project's assumption, not the source's.
    #[serde(default)]
    pub tolerance_assumed: bool,
    /// The reason that stands when it is outside.
    pub fails_as: ReasonCode,
}

impl Procedure {
    /// Its kind.
    pub fn kind(&self) -> ProcedureKind {
        match self {
            Self::Ask(_) => ProcedureKind::Ask,
            Self::Check(_) => ProcedureKind::Check,
            Self::Look(_) => ProcedureKind::Look,
            Self::RolePlay(_) => ProcedureKind::RolePlay,
            Self::Measure(_) => ProcedureKind::Measure,
        }
    }

    /// The reason codes it can fail with.
    pub fn reason_codes(&self) -> Vec<&str> {
        match self {
            Self::Ask(ask) => vec![&ask.fails_as],
            Self::Check(check) => check.lines.iter().map(|l| l.fails_as.as_str()).collect(),
            Self::Look(look) => look.sights.iter().map(|s| s.fails_as.as_str()).collect(),
            Self::RolePlay(play) => vec![&play.fails_as],
            Self::Measure(measure) => vec![&measure.fails_as],
        }
    }
}

impl ProcedureKind {
    /// The word used in `data-kind`.
    pub fn token(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Check => "check",
            Self::Look => "look",
            Self::RolePlay => "role_play",
            Self::Measure => "measure",
        }
    }
}

fn yes() -> bool {
    true
}
