//! What is particular to SQLite: how it is opened and made durable.

use std::fmt::Write;
use std::path::Path;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, Executor, Row};

use super::{Setting, StoreError};

/// Takes the write lock at once, so that no transaction fails in its middle for want of it.
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

const CONNECTIONS: u32 = 8;
const DURABLE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

pub(super) async fn open(path: &Path) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(DURABLE)).await?;
                Ok(())
            })
        })
        .connect(&url(path))
        .await?;
    Ok(pool)
}

pub(super) async fn setting(pool: &AnyPool, setting: Setting) -> Result<String, StoreError> {
    let query = match setting {
        Setting::JournalMode => "SELECT CAST(journal_mode AS TEXT) FROM pragma_journal_mode",
        Setting::Synchronous => "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous",
        Setting::SynchronousCommit | Setting::Fsync => {
            return Err(StoreError::Lost("that is a setting of Postgres"));
        }
        Setting::ForeignKeys => "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys",
    };
    Ok(sqlx::query(query).fetch_one(pool).await?.try_get(0)?)
}

/// A path may hold characters that mean something in a URL.
fn url(path: &Path) -> String {
    let mut url = String::from("sqlite://");
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            url.push(char::from(byte));
        } else {
            write!(url, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    url.push_str("?mode=rwc");
    url
}
