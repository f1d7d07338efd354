//! A standard (标准): a document of clauses in one edition. An edition never changes once used.

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::text::Text;

/// A document of clauses and practices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Stable id, such as `service-details`.
    pub id: String,
    /// Such as `2023.1`.
    pub edition: String,
    /// Its name.
    pub title: Text,
    /// What is inspected.
    pub clauses: Vec<Clause>,
    /// What is done rather than inspected.
    #[serde(default)]
    pub practices: Vec<Practice>,
}

/// Something the articles ask to be done that nobody inspects: shown in the book, not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Unique within the pack.
    pub code: String,
    /// The facts of the source articles that it covers.
    pub facts: Vec<String>,
    /// Who it belongs to.
    pub department: super::clause::Department,
    /// What it is called.
    pub name: Text,
    /// What is done.
    pub wording: Text,
    /// Figures that go with it, such as `30 min`; empty where none.
    #[serde(default)]
    pub figures: Vec<Text>,
    /// Where it comes from: article and clause.
    pub source: String,
}
