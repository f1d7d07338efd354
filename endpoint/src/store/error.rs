//! What can go wrong in the database.

use crate::secret::NoRandomness;

/// The database failed; nothing is promised.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A query.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored record is not JSON: someone wrote to the database by hand.
    #[error("a stored record cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A Postgres that answers commits before they are on disk.
    #[error(
        "this Postgres runs with {0}=off, so it may forget what it confirmed; set {0}=on (ALTER SYSTEM, \
         and ALTER DATABASE or ALTER ROLE where it was set there) and start again"
    )]
    Forgetful(String),
    /// A Postgres that says nothing.
    #[error("nothing answered within ten seconds")]
    NoAnswer,
    /// The store is gone, or was told to fail.
    #[error("the store is gone: {0}")]
    Lost(&'static str),
    /// No randomness for a secret.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}
