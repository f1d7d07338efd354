//! What can go wrong on disk, in the person's terms.

use thiserror::Error;

/// Why the phone's storage did not do what was asked. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The phone is full.
    #[error("the phone's storage is full")]
    Full,
    /// Another tab or an older state got there first.
    #[error("the row {key} was changed meanwhile")]
    Conflict {
        /// Which row.
        key: String,
    },
    /// Another tab holds an older version of the database open.
    #[error("another tab keeps the database from opening")]
    Blocked,
    /// This app is older than the database.
    #[error("the database was written by a newer version")]
    TooNew,
    /// This browser or mode has no storage.
    #[error("this browser gives no storage: {0}")]
    Absent(String),
    /// The connection was lost; opening again may help.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// A stored value could not be read.
    #[error("a stored value could not be read: {0}")]
    Damaged(String),
    /// The device lock is on and this page has no key.
    #[error("the device lock is closed")]
    Locked,
    /// Anything else the browser said.
    #[error("storage failed: {0}")]
    Other(String),
}
