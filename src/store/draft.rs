//! Drafts: what was answered, on disk after every tap, before and after a task is finished.
//!
//! A draft carries the id that its record will have, made once when it begins. A finished item
//! keeps its draft, so that it can be amended: the amendment is a new record that supersedes.

use serde::{Deserialize, Serialize};

use super::row::{Row, Table};
use super::{Batch, Store, StoreError};
use crate::domain::answer::Answer;
use crate::domain::record::Counts;
use crate::domain::task::Task;

/// When and where something was captured, as far as the phone knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Device wall time, RFC 3339 with offset.
    pub at: String,
    /// IANA time zone of the device.
    pub tz: String,
    /// Identity of the run of the app.
    pub boot_id: String,
    /// Monotonic milliseconds within that run.
    pub mono_ms: u64,
}

/// The answer to one item, kept on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// UUIDv7 that the record of this answer has or will have.
    pub record_id: String,
    /// When it was last changed.
    pub changed: Stamp,
    /// What is on the screen.
    pub answer: Answer,
    /// Who answered, by `domain::authorship`; empty in drafts of before it was kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Why a finished answer is being amended; empty otherwise.
    #[serde(default)]
    pub amend_reason: String,
    /// What was last put in the outbox for this item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Recorded>,
}

/// What stands in the outbox for an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its record's id.
    pub record_id: String,
    /// Its answer.
    pub answer: Answer,
}

/// How far a task is: what 今日 needs without reading the task's drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The verdicts so far.
    pub counts: Counts,
    /// The record that says it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
    /// Answers being amended: what is changed in them is on this phone alone.
    #[serde(default)]
    pub amending: u32,
}

/// A value with the revision it was read at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revised<T> {
    /// The value.
    pub value: T,
    /// The row's revision.
    pub rev: u64,
}

impl Draft {
    /// A new draft of a record that will be called `record_id`.
    pub fn new(record_id: String, changed: Stamp, answer: Answer) -> Self {
        Self {
            record_id,
            changed,
            answer,
            author: String::new(),
            amend_reason: String::new(),
            recorded: None,
        }
    }

    /// True while it holds anything that no record has.
    pub fn is_unfinished(&self) -> bool {
        !self.answer.is_empty() && (self.recorded.is_none() || self.is_amending())
    }

    /// True while a finished answer is being amended.
    pub fn is_amending(&self) -> bool {
        self.recorded.as_ref().is_some_and(|recorded| recorded.record_id != self.record_id)
    }
}

/// The key of an item's draft.
pub fn draft_key(task: &str, item: &str) -> String {
    format!("{task}/{item}")
}

/// Every draft of a task with its item's id.
///
/// # Errors
/// [`StoreError::Damaged`] names the row that could not be read; the others stay untouched.
pub async fn drafts_of<S: Store>(store: &S, task: &str) -> Result<Vec<(String, Revised<Draft>)>, StoreError> {
    let rows = store.group(Table::Drafts, task, usize::MAX).await?;
    rows.into_iter()
        .map(|row| {
            let item = row.key.strip_prefix(task).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&row.key);
            Ok((item.to_owned(), Revised { value: parse(&row)?, rev: row.rev }))
        })
        .collect()
}

/// How far a task is; nothing done when it was never touched.
///
/// # Errors
/// As [`drafts_of`].
pub async fn progress_of<S: Store>(store: &S, task: &str) -> Result<Revised<Progress>, StoreError> {
    match store.get(Table::Progress, task).await? {
        Some(row) => Ok(Revised { value: parse(&row)?, rev: row.rev }),
        None => Ok(Revised { value: Progress::default(), rev: 0 }),
    }
}

/// Adds the writing of a draft to a batch, on condition that nobody else changed it since `rev`
/// (0: that nobody began it).
pub fn put_draft(batch: Batch, task: &str, item: &str, draft: &Draft, rev: u64) -> Batch {
    let key = draft_key(task, item);
    batch
        .expect(Table::Drafts, key.clone(), (rev > 0).then_some(rev))
        .put(Table::Drafts, Row::new(key, task, to_json(draft)))
}

/// Adds the writing of a task's progress to a batch, on the same condition.
pub fn put_progress(batch: Batch, task: &Task, progress: &Progress, rev: u64) -> Batch {
    let row = Row::new(task.id.clone(), task.date.to_string(), to_json(progress));
    batch.expect(Table::Progress, task.id.clone(), (rev > 0).then_some(rev)).put(Table::Progress, row)
}

pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data always has JSON")
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    crate::json::read(&row.json).map_err(|e| StoreError::Damaged(format!("{}: {e}", row.key)))
}
