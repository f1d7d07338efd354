//! What is particular to Postgres: how it is opened, and when it is refused.
//!
//! A receipt is a promise that the record is on disk, so a server that answers a commit before it
//! is there is not used at all.

use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row};

use super::{Setting, StoreError};

/// Each statement sees what was committed before it, so a row that another writer has just committed
/// is found taken. Numbers are given under the lock of their counter's row, which Postgres lets go
/// only after the commit can be seen: they are in the order of commits, without gaps for a reader.
pub(super) const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

const CONNECTIONS: u32 = 16;
const WAIT: Duration = Duration::from_secs(10);
/// For each connection, whatever the server is told later: a commit waits for its disk, and nobody
/// waits for ever, neither for a lock nor for an endpoint that vanished in the middle.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') <> 'remote_apply'; \
     SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s';";

pub(super) async fn open(url: &str) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    // Alone first: a pool would go on trying where one plain error says more.
    let mut first =
        tokio::time::timeout(WAIT, AnyConnection::connect(url)).await.map_err(|_| StoreError::NoAnswer)??;
    refuse_forgetful(&mut first).await?;
    first.close().await?;
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WAIT)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(DURABLE)).await?;
                Ok(())
            })
        })
        .connect(url)
        .await?;
    Ok(pool)
}

/// True when an endpoint has been here before.
pub(super) async fn has_tables(pool: &AnyPool) -> Result<bool, StoreError> {
    let found = sqlx::query(
        "SELECT COUNT(*) FROM information_schema.tables \
         WHERE table_schema = current_schema() AND table_name = 'counters'",
    );
    Ok(found.fetch_one(pool).await?.try_get::<i64, _>(0)? > 0)
}

pub(super) async fn setting(pool: &AnyPool, setting: Setting) -> Result<String, StoreError> {
    let name = match setting {
        Setting::SynchronousCommit => "synchronous_commit",
        Setting::Fsync => "fsync",
        _ => return Err(StoreError::Lost("that is a setting of SQLite")),
    };
    Ok(sqlx::query("SELECT current_setting($1)").bind(name).fetch_one(pool).await?.try_get(0)?)
}

async fn refuse_forgetful(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let rows =
        sqlx::query("SELECT name, reset_val FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')")
            .fetch_all(connection)
            .await?;
    for row in rows {
        if row.try_get::<String, _>("reset_val")? == "off" {
            return Err(StoreError::Forgetful(row.try_get("name")?));
        }
    }
    Ok(())
}
