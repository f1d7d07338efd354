//! The one shape of everything stored.

use serde::{Deserialize, Serialize};

/// The tables of the phone. A new one needs a migration and a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Identity, enrolment, cursors. Key: name.
    Meta,
    /// Server-owned records but tasks. Key: `kind/id`; group: kind.
    Reference,
    /// Tasks. Key: id; group: local date.
    Tasks,
    /// How far a task is. Key: task id; group: local date.
    Progress,
    /// Answers not yet finished, or finished and amendable. Key: `task/item`; group: task id.
    Drafts,
    /// Records to deliver and delivered. Key: record id; group: state.
    Outbox,
    /// What is known of each photo. Key: SHA-256; group: state.
    Photos,
    /// The photos' bytes. Key: SHA-256.
    PhotoBytes,
}

/// One stored row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Unique within its table.
    pub key: String,
    /// What it is looked up by; empty where a table has no groups.
    pub group: String,
    /// The value as JSON text.
    pub json: String,
    /// Bytes beside the value (photos), kept as an ArrayBuffer: WebKit loses Blobs.
    pub bytes: Option<Vec<u8>>,
    /// The number given by [`super::Op::Number`]; `None` for rows without one.
    pub seq: Option<u64>,
    /// Raised by every write of the row, from 1. Set by the store, whatever is passed in.
    pub rev: u64,
}

impl Table {
    /// All, in the order of the first migration.
    pub const ALL: [Self; 8] = [
        Self::Meta,
        Self::Reference,
        Self::Tasks,
        Self::Progress,
        Self::Drafts,
        Self::Outbox,
        Self::Photos,
        Self::PhotoBytes,
    ];

    /// Its name on disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Reference => "reference",
            Self::Tasks => "tasks",
            Self::Progress => "progress",
            Self::Drafts => "drafts",
            Self::Outbox => "outbox",
            Self::Photos => "photos",
            Self::PhotoBytes => "photo_bytes",
        }
    }
}

impl Row {
    /// A row without bytes or number.
    pub fn new(key: impl Into<String>, group: impl Into<String>, json: impl Into<String>) -> Self {
        Self { key: key.into(), group: group.into(), json: json.into(), ..Self::default() }
    }
}
