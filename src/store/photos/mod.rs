//! Photos on the phone: bytes by their hash, and beside them what is known of each.
//!
//! The bytes live in a table of their own, so that counting and listing never reads them. Knows
//! nothing of cameras, screens or the network.

mod delivery;

use serde::{Deserialize, Serialize};

use super::draft::{parse, to_json};
use super::outbox::{ALL, ProblemNote, TRIES};
use super::row::{Row, Table};
use super::{Batch, Store, StoreError};
use crate::domain::answer::PhotoRef;
use crate::domain::hash::sha256_hex;

pub(super) use delivery::release;
pub use delivery::{PhotoVerdict, next_due, retry_blocked_photo, settle_photos, wake_later_photos};

/// What is known of a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoMeta {
    /// Bytes.
    pub len: u64,
    /// Such as `image/jpeg`.
    pub mime: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Device wall time, RFC 3339 with offset.
    pub taken_at: String,
    /// Keys of the drafts that show it.
    #[serde(default)]
    pub drafts: Vec<String>,
    /// Ids of the records that it belongs to.
    #[serde(default)]
    pub records: Vec<String>,
    /// Times the endpoint answered without taking it.
    #[serde(default)]
    pub attempts: u32,
    /// Not sent again before this, milliseconds since 1970; 0 when nothing holds it.
    #[serde(default)]
    pub not_before_ms: u64,
    /// What the endpoint had against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemNote>,
}

/// Where a photo is: the group of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhotoState {
    /// Belongs to drafts alone.
    Draft,
    /// Belongs to a record; to be sent.
    Phone,
    /// As [`Self::Phone`], to be tried again after a while.
    Later,
    /// Whole at the endpoint.
    Received,
    /// Set aside.
    Blocked,
}

/// A photo with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// Where it is.
    pub state: PhotoState,
    /// What is known of it.
    pub meta: PhotoMeta,
}

/// A photo just taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPhoto {
    /// The picture.
    pub bytes: Vec<u8>,
    /// Such as `image/jpeg`.
    pub mime: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Device wall time, RFC 3339 with offset.
    pub taken_at: String,
    /// The key of the draft it is for.
    pub draft: String,
}

impl PhotoState {
    /// All.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Phone, Self::Later, Self::Received, Self::Blocked];

    /// The group of rows in this state.
    pub fn group(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Phone => "phone",
            Self::Later => "later",
            Self::Received => "received",
            Self::Blocked => "blocked",
        }
    }

    /// What a screen's `data-state` says.
    pub fn token(self) -> &'static str {
        match self {
            Self::Later => Self::Phone.group(),
            other => other.group(),
        }
    }

    fn of_group(group: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.group() == group)
    }
}

/// Keeps a photo for a draft: bytes and row in one transaction. The same picture for another draft
/// is kept once.
///
/// # Errors
/// [`StoreError::Full`] when it does not fit: nothing is stored and nothing else is lost.
pub async fn add_photo<S: Store>(store: &S, new: NewPhoto) -> Result<PhotoRef, StoreError> {
    let sha256 = sha256_hex(&new.bytes);
    let len = new.bytes.len() as u64;
    let reference = PhotoRef { sha256: sha256.clone(), len, mime: new.mime.clone() };
    for _ in 0..TRIES {
        let old = store.get(Table::Photos, &sha256).await?;
        let (state, mut meta) = match &old {
            Some(row) => state_and_meta(row)?,
            None => (PhotoState::Draft, PhotoMeta::fresh(&new, len)),
        };
        if !meta.drafts.contains(&new.draft) {
            meta.drafts.push(new.draft.clone());
        }
        let bytes = Row { bytes: Some(new.bytes.clone()), ..Row::new(sha256.clone(), "", "{}") };
        let batch = Batch::new()
            .expect(Table::Photos, sha256.clone(), old.map(|row| row.rev))
            .put(Table::PhotoBytes, bytes)
            .put(Table::Photos, row(&sha256, state, &meta));
        match store.commit(batch).await {
            Err(StoreError::Conflict { .. }) => {}
            done => return done.map(|_| reference),
        }
    }
    Err(StoreError::Conflict { key: sha256 })
}

/// Takes a photo out of a draft. Bytes and row go only when no other draft shows it and no record
/// has it.
///
/// # Errors
/// As the store.
pub async fn remove_photo<S: Store>(store: &S, sha256: &str, draft: &str) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let Some(old) = store.get(Table::Photos, sha256).await? else { return Ok(()) };
        let (state, mut meta) = state_and_meta(&old)?;
        meta.drafts.retain(|key| key != draft);
        let batch = Batch::new().expect(Table::Photos, sha256, Some(old.rev));
        let is_free = meta.drafts.is_empty() && meta.records.is_empty();
        let batch = if state == PhotoState::Draft && is_free {
            batch.delete(Table::Photos, sha256).delete(Table::PhotoBytes, sha256)
        } else {
            batch.put(Table::Photos, row(sha256, state, &meta))
        };
        match store.commit(batch).await {
            Err(StoreError::Conflict { .. }) => {}
            done => return done.map(|_| ()),
        }
    }
    Err(StoreError::Conflict { key: sha256.to_owned() })
}

/// A photo's bytes; `None` when they are not on the phone.
///
/// # Errors
/// As the store.
pub async fn photo_bytes<S: Store>(store: &S, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(store.get(Table::PhotoBytes, sha256).await?.and_then(|row| row.bytes))
}

/// What is known of a photo; `None` when it is not on the phone.
///
/// # Errors
/// [`StoreError::Damaged`] when its row cannot be read.
pub async fn photo<S: Store>(store: &S, sha256: &str) -> Result<Option<Photo>, StoreError> {
    let Some(row) = store.get(Table::Photos, sha256).await? else { return Ok(None) };
    let (state, meta) = state_and_meta(&row)?;
    Ok(Some(Photo { sha256: row.key, state, meta }))
}

/// At most `limit` photos in a state, by hash. Rows that cannot be read are left out and kept.
///
/// # Errors
/// As the store.
pub async fn photos_in<S: Store>(
    store: &S,
    state: PhotoState,
    limit: usize,
) -> Result<Vec<Photo>, StoreError> {
    let rows = store.group(Table::Photos, state.group(), limit).await?;
    let photos = rows.into_iter().filter_map(|row| {
        let (state, meta) = state_and_meta(&row).ok()?;
        Some(Photo { sha256: row.key, state, meta })
    });
    Ok(photos.collect())
}

/// Photos of finished records that are not at the endpoint, set aside or not, for export and `/sync`.
///
/// # Errors
/// As the store.
pub async fn undelivered<S: Store>(store: &S) -> Result<Vec<Photo>, StoreError> {
    let mut found = photos_in(store, PhotoState::Blocked, ALL).await?;
    found.extend(photos_in(store, PhotoState::Phone, ALL).await?);
    found.extend(photos_in(store, PhotoState::Later, ALL).await?);
    Ok(found)
}

impl PhotoMeta {
    fn fresh(new: &NewPhoto, len: u64) -> Self {
        Self {
            len,
            mime: new.mime.clone(),
            width: new.width,
            height: new.height,
            taken_at: new.taken_at.clone(),
            ..Self::default()
        }
    }

    /// Clears what held it and makes it ready to be sent.
    pub(super) fn ready(&mut self) -> PhotoState {
        (self.attempts, self.not_before_ms, self.problem) = (0, 0, None);
        PhotoState::Phone
    }
}

pub(super) fn row(sha256: &str, state: PhotoState, meta: &PhotoMeta) -> Row {
    Row::new(sha256, state.group(), to_json(meta))
}

pub(super) fn state_and_meta(row: &Row) -> Result<(PhotoState, PhotoMeta), StoreError> {
    let state = PhotoState::of_group(&row.group)
        .ok_or_else(|| StoreError::Damaged(format!("{}: no state {}", row.key, row.group)))?;
    Ok((state, parse(row)?))
}
