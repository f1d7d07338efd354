//! The database: one set of portable queries behind [`Store`].
//!
//! SQLite runs in WAL mode with `synchronous=FULL`, so a commit that returned is on disk. Writers
//! take the write lock at once (`BEGIN IMMEDIATE`) and, within one process, queue for it fairly.

mod blobs;
mod devices;
mod error;
mod identity;
mod items;
mod migrations;
mod push;
mod records;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use devices::{CodeState, NewDevice};
pub use error::StoreError;
pub use identity::Identity;
pub use items::{Entry, ReceivedItem};
pub use push::{Arrival, Envelope, Refused};
pub use records::{PutOutcome, Record, pull_scope};

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    writer: Arc<Mutex<()>>,
    begin: &'static str,
    store_id: Arc<str>,
}

/// A transaction that writes; it rolls back when dropped.
pub(crate) struct WriteTx {
    tx: Transaction<'static, Any>,
    _turn: OwnedMutexGuard<()>,
}

impl Store {
    /// Opens the SQLite file, making and migrating it as needed.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let pool = sqlite::open(path).await?;
        migrations::all().run(&pool).await?;
        let store_id = identity::store_id(&pool).await?;
        Ok(Self { pool, writer: Arc::default(), begin: sqlite::BEGIN_WRITE, store_id: store_id.into() })
    }

    /// Identity of the store; it never changes.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// Waits for running queries and closes.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// What the database says of a setting, for tests of durability: `PRAGMA` by name.
    pub async fn setting(&self, name: Setting) -> Result<String, StoreError> {
        sqlite::setting(&self.pool, name).await
    }

    pub(crate) async fn begin_write(&self) -> Result<WriteTx, StoreError> {
        let turn = Arc::clone(&self.writer).lock_owned().await;
        let tx = self.pool.begin_with(self.begin).await?;
        Ok(WriteTx { tx, _turn: turn })
    }
}

/// A setting of the database.
#[derive(Clone, Copy, Debug)]
pub enum Setting {
    /// `wal` expected.
    JournalMode,
    /// `2` expected, which is FULL.
    Synchronous,
    /// `1` expected.
    ForeignKeys,
}

impl WriteTx {
    pub(crate) fn connection(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.tx
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}
