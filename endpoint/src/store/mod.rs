//! The database behind [`Store`]: one set of decisions over the steps of a transaction.
//!
//! The steps are written twice, in portable SQL and for the twin in [`memory`]; whatever decides
//! (is it new, is it the same, which number, which epoch) is written once, above them. SQLite runs
//! in WAL mode with `synchronous=FULL`, Postgres with `synchronous_commit=on`, so a commit that
//! returned is on disk. Writers of one process queue fairly; SQLite's take the write lock at once
//! (`BEGIN IMMEDIATE`), Postgres's the row of the counter that they number from.

mod blobs;
mod devices;
mod error;
mod identity;
mod items;
mod location;
pub mod memory;
mod migrations;
pub mod portable;
mod postgres;
mod push;
mod records;
mod sql;
mod sqlite;
mod tokens;
mod tx;

use self::memory::Attached;
use self::sql::Sql;
use self::tx::Tx;

pub use devices::{CodeState, NewDevice};
pub use error::StoreError;
pub use identity::Identity;
pub use items::{Entry, ReceivedItem};
pub use location::{Location, UnknownAddress};
pub use migrations::newest as schema;
pub use push::{Arrival, Envelope, Refused};
pub use records::{PutOutcome, Record, pull_scope};
pub use tokens::NewToken;

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Store(Backend);

#[derive(Clone)]
enum Backend {
    Sql(Sql),
    Memory(Attached),
}

impl Store {
    /// Opens the database, making its tables and migrating them as needed. A file of SQLite is made
    /// where there is none; a database of Postgres must be there.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Ok(Self(Backend::Sql(match location {
            Location::File(path) => Sql::sqlite(path).await?,
            Location::Postgres(url) => Sql::postgres(url).await?,
        })))
    }

    /// Opens a database that an endpoint has used; `None` where there is none, and none is made.
    pub async fn open_used(location: &Location) -> Result<Option<Self>, StoreError> {
        let sql = match location {
            Location::File(path) if path.is_file() => Some(Sql::sqlite(path).await?),
            Location::File(_) => None,
            Location::Postgres(url) => Sql::used_postgres(url).await?,
        };
        Ok(sql.map(|sql| Self(Backend::Sql(sql))))
    }

    /// Identity of the store; it never changes.
    pub fn store_id(&self) -> String {
        match &self.0 {
            Backend::Sql(sql) => sql.store_id().to_owned(),
            Backend::Memory(memory) => memory.store_id(),
        }
    }

    /// Waits for running queries and closes.
    pub async fn close(&self) {
        match &self.0 {
            Backend::Sql(sql) => sql.close().await,
            Backend::Memory(memory) => memory.close(),
        }
    }

    /// What the database says of a setting, for tests of durability.
    pub async fn setting(&self, name: Setting) -> Result<String, StoreError> {
        match &self.0 {
            Backend::Sql(sql) => sql.setting(name).await,
            Backend::Memory(_) => Err(StoreError::Lost("memory has no settings")),
        }
    }

    /// A transaction that writes; it rolls back when dropped.
    async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match &self.0 {
            Backend::Sql(sql) => Tx::Sql(sql.begin().await?),
            Backend::Memory(memory) => Tx::Memory(memory.begin().await?),
        })
    }
}

/// A setting of the database.
#[derive(Clone, Copy, Debug)]
pub enum Setting {
    /// `wal` expected, of SQLite.
    JournalMode,
    /// `2` expected, of SQLite, which is FULL.
    Synchronous,
    /// `1` expected, of SQLite.
    ForeignKeys,
    /// `on` expected, of Postgres.
    SynchronousCommit,
    /// `on` expected, of Postgres.
    Fsync,
}
