//! Who this phone is to the endpoint, and how far it has got with it: typed rows of the meta table.
//!
//! The token is kept here and nowhere else. Knows nothing of the wire; ids are made at the edge.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::draft::{parse, to_json};
use super::row::{Row, Table};
use super::{Batch, Store, StoreError};

const INSTALL: &str = "install_id";
pub(super) const ENROLMENT: &str = "enrolment";
const SEEN: &str = "seen";
const PULL: &str = "pull";
const BOOT: &str = "boot";

/// What enrolment gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The endpoint's name for the phone.
    pub device_id: String,
    /// Opaque; sent as `Authorization: Bearer`, never shown or logged.
    pub token: String,
    /// `butler`, `inspector` or `manager`.
    pub role: String,
    /// Ids of the sites it may see.
    pub sites: Vec<String>,
    /// The endpoint's origin, such as `https://rounds.example`; empty for the page's own.
    pub origin: String,
}

/// The newest the phone has seen of the endpoint's store; all empty or 0 before the first answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSeen {
    /// Identity of the store.
    pub store_id: String,
    /// Its epoch.
    pub epoch: u64,
    /// The highest number in a receipt of that epoch.
    pub server_seq: u64,
    /// The record that has this number.
    #[serde(default)]
    pub item_id: String,
    /// The latest time in a receipt, milliseconds since 1970 by the endpoint's clock.
    #[serde(default)]
    pub latest_ms: u64,
}

/// How far pulling has got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullState {
    /// Where to go on; `None` before the first page and after the endpoint forgot the cursor.
    pub cursor: Option<String>,
    /// During a pull of everything: the records met so far, as `kind/id`. What is not among them
    /// at its end is gone at the endpoint.
    #[serde(default)]
    pub met: Option<Vec<String>>,
    /// True once everything was pulled at least once.
    #[serde(default)]
    pub is_whole: bool,
}

/// A run of the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// Made when the run began.
    pub boot_id: String,
    /// Device wall time when it began, milliseconds since 1970.
    pub started_ms: u64,
}

/// What the two copies of the install's id say together (hazard: storage wiped by the browser).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Install {
    /// Neither copy: a new phone. An id is to be made and kept in both places.
    Fresh,
    /// Both copies, and they agree.
    Known(String),
    /// The database lost its copy: unsent records may be lost. The alarm names the old id.
    DatabaseLost {
        /// The id of the copy in localStorage.
        old: String,
    },
    /// localStorage lost its copy, or holds another: the database is right.
    MirrorLost {
        /// The id in the database.
        id: String,
    },
}

impl Install {
    /// Compares the database's copy with localStorage's.
    pub fn compare(database: Option<String>, mirror: Option<String>) -> Self {
        match (database, mirror) {
            (None, None) => Self::Fresh,
            (None, Some(old)) => Self::DatabaseLost { old },
            (Some(id), Some(mirror)) if id == mirror => Self::Known(id),
            (Some(id), _) => Self::MirrorLost { id },
        }
    }
}

/// The install's id; `None` on a new phone.
///
/// # Errors
/// As the store, here and below; [`StoreError::Damaged`] for a row that cannot be read.
pub async fn install_id<S: Store>(store: &S) -> Result<Option<String>, StoreError> {
    get(store, INSTALL).await
}

/// Keeps the install's id. A second one is refused: there is one for the life of the database.
///
/// # Errors
/// [`StoreError::Conflict`] when there is one already.
pub async fn set_install_id<S: Store>(store: &S, id: &str) -> Result<(), StoreError> {
    let batch = Batch::new().expect(Table::Meta, INSTALL, None);
    store.commit(put(batch, INSTALL, &id)).await.map(|_| ())
}

/// What enrolment gave; `None` before it.
///
/// # Errors
/// As [`install_id`].
pub async fn enrolment<S: Store>(store: &S) -> Result<Option<Enrolment>, StoreError> {
    get(store, ENROLMENT).await
}

/// Keeps what enrolment gave. Records stay bound to their authors; nothing else changes.
///
/// # Errors
/// As the store.
pub async fn set_enrolment<S: Store>(store: &S, enrolment: &Enrolment) -> Result<(), StoreError> {
    store.commit(put(Batch::new(), ENROLMENT, enrolment)).await.map(|_| ())
}

/// The newest seen of the endpoint's store.
///
/// # Errors
/// As [`install_id`].
pub async fn seen<S: Store>(store: &S) -> Result<StoreSeen, StoreError> {
    Ok(get(store, SEEN).await?.unwrap_or_default())
}

/// How far pulling has got.
///
/// # Errors
/// As [`install_id`].
pub async fn pull_state<S: Store>(store: &S) -> Result<PullState, StoreError> {
    Ok(get(store, PULL).await?.unwrap_or_default())
}

/// The last run of the app that said so.
///
/// # Errors
/// As [`install_id`].
pub async fn boot<S: Store>(store: &S) -> Result<Option<Boot>, StoreError> {
    get(store, BOOT).await
}

/// Says that a run of the app began.
///
/// # Errors
/// As the store.
pub async fn set_boot<S: Store>(store: &S, boot: &Boot) -> Result<(), StoreError> {
    store.commit(put(Batch::new(), BOOT, boot)).await.map(|_| ())
}

/// Adds the newest seen to a batch.
pub fn put_seen(batch: Batch, seen: &StoreSeen) -> Batch {
    put(batch, SEEN, seen)
}

/// Adds how far pulling has got to a batch.
pub fn put_pull_state(batch: Batch, state: &PullState) -> Batch {
    put(batch, PULL, state)
}

pub(super) async fn get<S: Store, T: DeserializeOwned>(
    store: &S,
    key: &str,
) -> Result<Option<T>, StoreError> {
    store.get(Table::Meta, key).await?.map(|row| parse(&row)).transpose()
}

pub(super) fn put<T: Serialize>(batch: Batch, key: &str, value: &T) -> Batch {
    batch.put(Table::Meta, Row::new(key, "", to_json(value)))
}
