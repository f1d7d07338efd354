//! The stored shape of a record, made once and never rewritten but for what became of it.

use serde::{Deserialize, Serialize};

use crate::domain::answer::PhotoRef;
use crate::domain::hash::sha256_hex;
use crate::domain::text::Text;
use crate::store::draft::{Stamp, parse, to_json};
use crate::store::photos;
use crate::store::row::{Row, Table};
use crate::store::{Batch, Store, StoreError};

/// One record to deliver, or delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRecord {
    /// UUIDv7; the row's key.
    pub item_id: String,
    /// Such as `result`.
    pub kind: String,
    /// Version of the body's shape.
    pub schema: u32,
    /// Who made it; never changed by another person signing in.
    pub author: String,
    /// When and where.
    pub captured: Stamp,
    /// The record's JSON text, serialised once and sent as these bytes for ever.
    pub body: String,
    /// Hex SHA-256 of the body's UTF-8 bytes.
    pub body_sha256: String,
    /// Photos that belong to it.
    pub blobs: Vec<PhotoRef>,
    /// The record it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The task it came from.
    pub task: String,
    /// What to call it in the queue.
    pub title: Text,
    /// Device wall time when it was put here, milliseconds since 1970.
    pub created_ms: u64,
    /// The phone it was made on, when it came here in a file. Its number is that phone's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Times the endpoint answered without taking it.
    #[serde(default)]
    pub attempts: u32,
    /// Not offered again before this, milliseconds since 1970; 0 when nothing holds it.
    #[serde(default)]
    pub not_before_ms: u64,
    /// Set once received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptNote>,
    /// What the endpoint had against it when it was last offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemNote>,
}

/// Where a record that came in a file was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The install that made it and gave it its number.
    pub install_id: String,
    /// The endpoint's name for that phone, where the file tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

/// What is kept of a receipt that was checked (回执).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptNote {
    /// Its number in the endpoint's store.
    pub server_seq: u64,
    /// Identity of that store.
    pub store_id: String,
    /// The epoch the receipt names.
    pub epoch: u64,
    /// The endpoint's own clock, RFC 3339 UTC, as written.
    pub received_at: String,
    /// The same in milliseconds since 1970.
    pub received_ms: u64,
}

/// What is kept of a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemNote {
    /// The code behind `urn:rounds:problem:`; empty for a foreign problem.
    pub code: String,
    /// HTTP status; 0 when it was found on the phone.
    pub status: u16,
    /// A few words, in the endpoint's language.
    pub title: String,
    /// What is wrong and what to do, in the endpoint's language.
    pub detail: String,
}

/// Where a record is: the group of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordState {
    /// On this phone, ready to be offered.
    Phone,
    /// On this phone, offered before and to be offered again after a while.
    Later,
    /// Receipted by the endpoint; kept until a backup holds it.
    Received,
    /// Set aside: the endpoint will not take it as it is.
    Blocked,
}

/// What a new record is made of, beside its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// UUIDv7, made when the draft began.
    pub item_id: String,
    /// Such as `result`.
    pub kind: String,
    /// Version of the body's shape.
    pub schema: u32,
    /// Who made it.
    pub author: String,
    /// When and where.
    pub captured: Stamp,
    /// Photos that belong to it.
    pub blobs: Vec<PhotoRef>,
    /// The record it corrects.
    pub supersedes: Option<String>,
    /// The task it came from.
    pub task: String,
    /// What to call it in the queue.
    pub title: Text,
    /// Device wall time, milliseconds since 1970.
    pub created_ms: u64,
}

impl OutboxRecord {
    /// Serialises `body` once and seals it with its hash.
    pub fn new<B: Serialize>(new: NewRecord, body: &B) -> Self {
        let body = to_json(body);
        Self {
            body_sha256: sha256_hex(body.as_bytes()),
            body,
            item_id: new.item_id,
            kind: new.kind,
            schema: new.schema,
            author: new.author,
            captured: new.captured,
            blobs: new.blobs,
            supersedes: new.supersedes,
            task: new.task,
            title: new.title,
            created_ms: new.created_ms,
            origin: None,
            attempts: 0,
            not_before_ms: 0,
            receipt: None,
            problem: None,
        }
    }

    /// Its row in a state; the number is the caller's to keep.
    pub(in crate::store) fn row(&self, state: RecordState, seq: Option<u64>) -> Row {
        Row { seq, ..Row::new(self.item_id.clone(), state.group(), to_json(self)) }
    }

    /// Reads a row back.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], also for a record under another's key: written back under its own it
    /// would stand twice.
    pub fn from_row(row: &Row) -> Result<Self, StoreError> {
        let record: Self = parse(row)?;
        if record.item_id != row.key {
            return Err(StoreError::Damaged(format!("{}: holds {}", row.key, record.item_id)));
        }
        Ok(record)
    }
}

impl RecordState {
    /// All.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Later, Self::Received, Self::Blocked];

    /// The group of rows in this state.
    pub fn group(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Later => "later",
            Self::Received => "received",
            Self::Blocked => "blocked",
        }
    }

    /// What a screen's `data-state` says; waiting for another try is still on this phone.
    pub fn token(self) -> &'static str {
        match self {
            Self::Phone | Self::Later => "phone",
            Self::Received => "received",
            Self::Blocked => "blocked",
        }
    }

    /// The state of a row's group.
    pub fn of_group(group: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.group() == group)
    }
}

/// Adds to `batch` the numbering of new records and the release of their photos, so that all of it
/// stands or falls with whatever else the caller puts there. A photo that is not on the phone (it
/// did not fit) holds nothing up: the text goes without it.
///
/// # Errors
/// Only what reading the photos' rows may give; [`StoreError::Conflict`] comes at commit when a
/// photo was changed meanwhile, and the caller begins again.
pub async fn enqueue<S: Store>(
    store: &S,
    batch: Batch,
    records: &[OutboxRecord],
) -> Result<Batch, StoreError> {
    let mut batch = photos::release(store, batch, records).await?;
    for record in records {
        batch = batch
            .expect(Table::Outbox, record.item_id.clone(), None)
            .number(Table::Outbox, record.row(RecordState::Phone, None));
    }
    Ok(batch)
}
