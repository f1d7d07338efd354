//! Which store this is, its epoch and its counters.

use sqlx::{AnyConnection, AnyPool, Row};
use uuid::Uuid;

use super::{Store, StoreError};

/// What every answer says of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Made once with the database.
    pub store_id: String,
    /// Raised whenever the store was restored.
    pub epoch: u64,
}

/// A counter of the store.
#[derive(Clone, Copy, Debug)]
pub(super) enum Counter {
    Epoch,
    ServerSeq,
    ChangeSeq,
    BackupWatermark,
}

impl Store {
    /// Identity and epoch.
    pub async fn identity(&self) -> Result<Identity, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let epoch = read(&mut connection, Counter::Epoch).await?;
        Ok(Identity { store_id: self.store_id().to_owned(), epoch: epoch.unsigned_abs() })
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

pub(super) async fn read(connection: &mut AnyConnection, counter: Counter) -> Result<i64, StoreError> {
    let query = sqlx::query("SELECT value FROM counters WHERE name = $1").bind(counter.name());
    Ok(query.fetch_one(connection).await?.try_get(0)?)
}

/// Reads a counter and keeps its row locked, so that numbers are given in the order of commits.
pub(super) async fn lock(connection: &mut AnyConnection, counter: Counter) -> Result<i64, StoreError> {
    let query = sqlx::query("UPDATE counters SET value = value WHERE name = $1 RETURNING value");
    Ok(query.bind(counter.name()).fetch_one(connection).await?.try_get(0)?)
}

pub(super) async fn write(
    connection: &mut AnyConnection,
    counter: Counter,
    value: i64,
) -> Result<(), StoreError> {
    let query = sqlx::query("UPDATE counters SET value = $1 WHERE name = $2");
    query.bind(value).bind(counter.name()).execute(connection).await?;
    Ok(())
}
