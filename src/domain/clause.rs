//! A clause (条款): one thing required, how often, on whom, by which procedures.

use serde::{Deserialize, Serialize};

use super::estate::{PlaceKind, Role};
use super::procedure::{Procedure, ReasonCode};
use super::text::Text;

/// A clause's code, such as `H1.1`; unique within a pack.
pub type ClauseCode = String;

/// One thing required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Unique within the pack.
    pub code: ClauseCode,
    /// The facts of the source articles that it covers.
    pub facts: Vec<String>,
    /// Who it belongs to.
    pub department: Department,
    /// Its group within the department.
    pub group: Text,
    /// What is required.
    pub wording: Text,
    /// How often; `None` where the source gives no rhythm.
    #[serde(default)]
    pub frequency: Option<Frequency>,
    /// How many of the subjects.
    pub sample: Sample,
    /// Whom or what it is checked on.
    pub subject: SubjectKind,
    /// How it is checked; at least one.
    pub procedures: Vec<Procedure>,
    /// Why it can fail; at least one.
    pub reasons: Vec<Reason>,
    /// Which evidence it asks for.
    pub evidence: Evidence,
    /// What it counts in a weighted score; at least 1.
    pub weight: u32,
    /// A failing marks the whole as failed whatever the score.
    #[serde(default)]
    pub critical: bool,
    /// The drawing that shows its figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawing: Option<Drawing>,
    /// Where it comes from: article and clause.
    pub source: String,
}

/// Why a clause can fail, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Unique within the clause.
    pub code: ReasonCode,
    /// The words.
    pub text: Text,
}

/// A department of a property-service company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Department {
    /// 客服
    CustomerService,
    /// 安全
    Safety,
    /// 工程
    Engineering,
    /// 环境
    Environment,
    /// 案场
    SalesSite,
    /// 对标
    Benchmark,
}

/// How often a clause is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// 每周
    Weekly,
    /// 月度
    Monthly,
    /// 季度
    Quarterly,
    /// 年度
    Yearly,
}

/// How many of the subjects are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// So many people, places or things.
    Count(u32),
    /// So many in a hundred, 1 to 100.
    Percent(u32),
}

/// Whom or what a clause is checked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// People in these roles; none named: everybody.
    Staff(Vec<Role>),
    /// Places of these kinds.
    Places(Vec<PlaceKind>),
    /// The site as a whole.
    Site,
}

/// Which evidence a clause asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Words suffice.
    None,
    /// A photo is asked for on failing.
    PhotoOnFail,
    /// A photo is asked for always.
    PhotoAlways,
}

/// The drawings that show figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawing {
    /// The rat guard in its door.
    RatGuard,
    /// Wall documents and record files at their heights.
    WallDocuments,
    /// Posts around the service area.
    RingOfPosts,
    /// Distance and bow at the door.
    DoorWelcome,
    /// Three steps back, then turn.
    StepsBack,
}

impl Department {
    /// All, in the order of the book.
    pub const ALL: [Self; 6] = [
        Self::CustomerService,
        Self::Safety,
        Self::Engineering,
        Self::Environment,
        Self::SalesSite,
        Self::Benchmark,
    ];
}

impl Clause {
    /// The reason with this code.
    pub fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }
}
