//! What the files of an endpoint hold, read without its help, against what phones were promised.

use std::collections::HashMap;
use std::path::Path;

use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::Receipt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use crate::phone::Custody;
use crate::program::{database, photos};

/// The received records and whole photos of a database.
#[derive(Default)]
pub struct Held {
    records: HashMap<String, (Receipt, String)>,
    rows: usize,
    photos: Vec<String>,
}

/// Reads the database of a folder; what SQLite itself finds wrong is the error.
pub fn held(folder: &Path) -> Result<Held, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnectOptions::new()
            .filename(database(folder))
            .connect()
            .await
            .map_err(|error| format!("the database does not open: {error}"))?;
        let held =
            read(&mut connection).await.map_err(|error| format!("the database is damaged: {error}"))?;
        connection.close().await.map_err(|error| error.to_string())?;
        held
    })
}

/// Each promise read before `cut` that is not kept, in words; empty when all are.
pub fn broken_promises(held: &Held, folder: &Path, custody: &Custody, cut: u64) -> Vec<String> {
    let mut broken = Vec::new();
    if held.records.len() != held.rows {
        broken.push(format!("{} rows hold {} records", held.rows, held.records.len()));
    }
    for (id, promise) in custody.receipts.iter().filter(|(_, promise)| promise.read_at <= cut) {
        match held.records.get(id) {
            None => broken.push(format!("record {id} is lost")),
            Some((receipt, _)) if *receipt != promise.what => {
                broken.push(format!("record {id} has another receipt: {receipt:?}"));
            }
            Some(_) => {}
        }
    }
    for (id, (_, body)) in &held.records {
        if custody.made.get(id) != Some(body) {
            broken.push(format!("record {id} holds what nobody made"));
        }
    }
    for (sha256, _) in custody.photos.iter().filter(|(_, promise)| promise.read_at <= cut) {
        if !held.photos.contains(sha256) {
            broken.push(format!("photo {sha256} is lost"));
        }
    }
    for sha256 in &held.photos {
        let path = photos(folder).join(&sha256[..2]).join(sha256);
        match std::fs::read(&path) {
            Ok(bytes) if is_photo(&bytes, sha256, custody) => {}
            Ok(bytes) => {
                broken.push(format!("photo {sha256} is called whole with {} wrong bytes", bytes.len()))
            }
            Err(error) => broken.push(format!("photo {sha256} is called whole and cannot be read: {error}")),
        }
    }
    broken
}

/// Comparing is quicker than hashing, and a run looks at each photo hundreds of times.
fn is_photo(bytes: &[u8], sha256: &str, custody: &Custody) -> bool {
    custody.photos.get(sha256).map_or_else(|| sha256_hex(bytes) == sha256, |promise| promise.what == bytes)
}

async fn read(connection: &mut SqliteConnection) -> sqlx::Result<Result<Held, String>> {
    let verdict: String =
        sqlx::query("PRAGMA integrity_check").fetch_one(&mut *connection).await?.try_get(0)?;
    if verdict != "ok" {
        return Ok(Err(format!("SQLite finds the database damaged: {verdict}")));
    }
    let tables =
        sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('items', 'blobs')");
    if tables.fetch_all(&mut *connection).await?.len() < 2 {
        return Ok(Ok(Held::default()));
    }
    let rows = sqlx::query(
        "SELECT item_id, body_sha256, server_seq, receipt_store_id, receipt_epoch, received_at, body FROM items",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut records = HashMap::new();
    for row in &rows {
        let number = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
        let receipt = Receipt {
            item_id: row.try_get("item_id")?,
            body_sha256: row.try_get("body_sha256")?,
            server_seq: number("server_seq")?,
            store_id: row.try_get("receipt_store_id")?,
            epoch: number("receipt_epoch")?,
            received_at: row.try_get("received_at")?,
        };
        records.insert(receipt.item_id.clone(), (receipt, row.try_get("body")?));
    }
    let whole = sqlx::query("SELECT sha256 FROM blobs").fetch_all(connection).await?;
    let photos = whole.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    Ok(Ok(Held { records, rows: rows.len(), photos }))
}
