//! Which store this is, its epoch and its counters.

use sqlx::{AnyPool, Row};
use uuid::Uuid;

use super::{Backend, Store, StoreError, Tx};

/// What every answer says of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Made once with the database.
    pub store_id: String,
    /// Raised whenever the store was restored.
    pub epoch: u64,
}

/// A counter of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counter {
    Epoch,
    ServerSeq,
    ChangeSeq,
    BackupWatermark,
}

const READ: &str = "SELECT value FROM counters WHERE name = $1";

impl Store {
    /// Identity and epoch.
    pub async fn identity(&self) -> Result<Identity, StoreError> {
        let epoch = self.counter(Counter::Epoch).await?;
        Ok(Identity { store_id: self.store_id(), epoch: epoch.unsigned_abs() })
    }

    pub(super) async fn counter(&self, counter: Counter) -> Result<i64, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => return memory.read(|tables| tables.counter(counter)).await,
            Backend::Sql(sql) => sql,
        };
        let query = sqlx::query(READ).bind(counter.name());
        Ok(query.fetch_one(sql.pool()).await?.try_get(0)?)
    }
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::ServerSeq => "server_seq",
            Self::ChangeSeq => "change_seq",
            Self::BackupWatermark => "backup_watermark",
        }
    }
}

/// The store's own id, made by whoever opens it first.
pub(super) async fn store_id(pool: &AnyPool) -> Result<String, StoreError> {
    sqlx::query("INSERT INTO meta (name, value) VALUES ('store_id', $1) ON CONFLICT (name) DO NOTHING")
        .bind(Uuid::now_v7().to_string())
        .execute(pool)
        .await?;
    let row = sqlx::query("SELECT value FROM meta WHERE name = 'store_id'").fetch_one(pool).await?;
    Ok(row.try_get(0)?)
}

pub(super) async fn read(tx: &mut Tx, counter: Counter) -> Result<i64, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.counter(counter),
        Tx::Sql(sql) => sql,
    };
    let query = sqlx::query(READ).bind(counter.name());
    Ok(query.fetch_one(sql.connection()).await?.try_get(0)?)
}

/// Reads a counter and keeps its row locked, so that numbers are given in the order of commits.
pub(super) async fn lock(tx: &mut Tx, counter: Counter) -> Result<i64, StoreError> {
    let sql = match tx {
        // Memory has one writer at a time.
        Tx::Memory(memory) => return memory.counter(counter),
        Tx::Sql(sql) => sql,
    };
    let query = sqlx::query("UPDATE counters SET value = value WHERE name = $1 RETURNING value");
    Ok(query.bind(counter.name()).fetch_one(sql.connection()).await?.try_get(0)?)
}

/// Sets a counter, and tells what it is from now on.
pub(super) async fn write(tx: &mut Tx, counter: Counter, value: i64) -> Result<i64, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.set_counter(counter, value),
        Tx::Sql(sql) => sql,
    };
    let query = sqlx::query("UPDATE counters SET value = $1 WHERE name = $2 RETURNING value");
    Ok(query.bind(value).bind(counter.name()).fetch_one(sql.connection()).await?.try_get(0)?)
}
