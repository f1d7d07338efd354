//! A task (任务): work for one day, clauses with their subjects at a place. Server-owned.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::clause::{ClauseCode, Department};
use super::text::Text;

/// Work for one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Stable id.
    pub id: String,
    /// The site's id.
    pub site: String,
    /// The site's local date it is for.
    pub date: NaiveDate,
    /// What it is called.
    pub title: Text,
    /// Whose work is checked.
    pub department: Department,
    /// Where it is done.
    pub place: Text,
    /// Minutes after local midnight by which it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_minute: Option<u16>,
    /// What is to be checked, in order.
    pub items: Vec<TaskItem>,
}

/// One clause on one subject within a task (检查项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskItem {
    /// Unique within the site, such as `t1-03`.
    pub id: String,
    /// The standard's id.
    pub standard: String,
    /// The edition that was in force when the task was made; a draft stays on it.
    pub edition: String,
    /// Which clause.
    pub clause: ClauseCode,
    /// On whom or what.
    pub subject: Subject,
}

/// Whom or what an item is checked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A person.
    Staff {
        /// Stable id.
        id: String,
        /// Name as shown.
        name: Text,
    },
    /// A place.
    Place {
        /// Stable id.
        id: String,
        /// Name as shown.
        name: Text,
    },
    /// The site as a whole.
    Site,
}
