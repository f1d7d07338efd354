//! The lock's own row in the meta table: whether it is on, and the wrapped key. Knows no screens.

use serde::{Deserialize, Serialize};

use crate::store::draft::{parse, to_json};
use crate::store::{Row, Store, StoreError, Table};

/// The key of the lock's row in [`Table::Meta`]. It is never removed once it was written: its
/// revision tells every page which state of the lock it knows.
pub const LOCK: &str = "device_lock";

/// The lock as it stands on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Whether it is on.
    pub state: LockState,
    /// Minutes in the background after which it closes.
    #[serde(default)]
    pub grace_min: u32,
    /// The PIN is digits alone, so the lock screen may show a keypad.
    #[serde(default)]
    pub digits: bool,
    /// The wrapped key; `None` while the lock is off, unless a row was left that did not open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<WrappedKeys>,
}

/// Whether the lock is on, and which way rows are being written anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// No lock: rows are plain.
    #[default]
    Off,
    /// The lock is on; plain rows are being sealed.
    Sealing,
    /// The lock is on; every row is sealed.
    On,
    /// The lock is still on; sealed rows are being opened for good.
    Opening,
}

/// The data key, wrapped twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKeys {
    /// The key's name.
    pub id: String,
    /// Under the PIN, and around that under the device's own key where there is one.
    pub pin: Wrap,
    /// Whether the device's own key is around the PIN's wrapping.
    pub device: bool,
    /// Under the recovery code alone, so that it helps even when the device's key is gone.
    pub recovery: Wrap,
}

/// One wrapping with everything but the secret that is needed to undo it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrap {
    /// Base64 of 16 random bytes.
    pub salt: String,
    /// Rounds of PBKDF2-SHA-256.
    pub rounds: u32,
    /// Base64 of what the wrapping made.
    pub data: String,
}

impl LockState {
    /// True when a page without the key may not pass.
    pub fn is_on(self) -> bool {
        self != Self::Off
    }

    /// True when what is written now is sealed.
    pub fn seals(self) -> bool {
        matches!(self, Self::Sealing | Self::On)
    }

    /// True when rows are yet to be written anew.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Sealing | Self::Opening)
    }
}

/// The lock with its row's revision; off at no revision when there never was one.
///
/// # Errors
/// [`StoreError::Damaged`] when the row cannot be read.
pub async fn read<S: Store>(disk: &S) -> Result<(Lock, Option<u64>), StoreError> {
    match disk.get(Table::Meta, LOCK).await? {
        Some(row) => Ok((parse(&row)?, Some(row.rev))),
        None => Ok((Lock::default(), None)),
    }
}

/// The row that says `lock`.
pub(super) fn row(lock: &Lock) -> Row {
    Row::new(LOCK, "", to_json(lock))
}
