//! Received records: each once, with its receipt; refused ones whole beside them.

use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{PushItem, Receipt};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{Backend, Store, StoreError, Tx};

const MAX_INDEXED: usize = 400;

/// A record that passed the checks at the edge.
#[derive(Clone, Debug)]
pub struct ReceivedItem {
    /// As it was sent.
    pub item: PushItem,
    /// The site that its body names.
    pub site: Option<String>,
    /// `id@edition` of the standard that its body names.
    pub standard: Option<String>,
    /// What is odd about it, though it is kept: codes such as `unknown-edition`.
    pub flags: Vec<&'static str>,
}

/// Inserting a record found…
pub(super) enum Inserted {
    /// …its place free.
    New,
    /// …the same bytes, with this receipt.
    Same(Receipt),
    /// …other bytes under the same id.
    Other,
}

/// One stored record, for whoever works on with it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Entry {
    /// With the body's hash and number.
    pub receipt: Receipt,
    /// Which phone sent it.
    pub device_id: String,
    /// Which install made it.
    pub install_id: String,
    /// Its number there.
    pub seq: i64,
    /// Such as `result`.
    pub kind: String,
    /// Who made it.
    pub author: String,
    /// The record's JSON text.
    pub body: String,
    /// What is odd about it, by commas.
    pub flags: String,
}

impl Store {
    /// Received records after a number, at most `limit`, in their order.
    pub async fn entries_after(&self, server_seq: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                return memory.read(|tables| tables.entries_after(server_seq, limit)).await;
            }
            Backend::Sql(sql) => sql,
        };
        let rows = sqlx::query(
            "SELECT item_id, body_sha256, server_seq, receipt_store_id, receipt_epoch, received_at, device_id, \
             install_id, seq, kind, author, body, flags \
             FROM items WHERE server_seq > $1 ORDER BY server_seq LIMIT $2",
        )
        .bind(server_seq)
        .bind(limit)
        .fetch_all(sql.pool())
        .await?;
        rows.iter().map(entry).collect()
    }
}

pub(super) async fn is_known(tx: &mut Tx, item_id: &str) -> Result<bool, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.is_known(item_id),
        Tx::Sql(sql) => sql,
    };
    let row = sqlx::query("SELECT item_id FROM items WHERE item_id = $1").bind(item_id);
    Ok(row.fetch_optional(sql.connection()).await?.is_some())
}

/// The record that has a number; `None` where none has.
pub(super) async fn id_of_number(tx: &mut Tx, server_seq: i64) -> Result<Option<String>, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.id_of_number(server_seq),
        Tx::Sql(sql) => sql,
    };
    let row = sqlx::query("SELECT item_id FROM items WHERE server_seq = $1").bind(server_seq);
    let row = row.fetch_optional(sql.connection()).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Stores a record under its receipt unless its id is taken; the UNIQUE constraint decides.
pub(super) async fn insert(
    tx: &mut Tx,
    received: &ReceivedItem,
    receipt: &Receipt,
    device_id: &str,
    install_id: &str,
) -> Result<Inserted, StoreError> {
    let is_new = match tx {
        Tx::Memory(memory) => memory.insert_item(received, receipt, device_id, install_id)?,
        Tx::Sql(sql) => insert_row(sql.connection(), received, receipt, device_id, install_id).await?,
    };
    if is_new {
        return Ok(Inserted::New);
    }
    let item = &received.item;
    let first = match tx {
        Tx::Memory(memory) => memory.receipt_of(&item.item_id)?,
        Tx::Sql(sql) => receipt_of(sql.connection(), &item.item_id).await?,
    };
    Ok(if first.body_sha256 == item.body_sha256 { Inserted::Same(first) } else { Inserted::Other })
}

async fn insert_row(
    connection: &mut AnyConnection,
    received: &ReceivedItem,
    receipt: &Receipt,
    device_id: &str,
    install_id: &str,
) -> Result<bool, StoreError> {
    let item = &received.item;
    let done = sqlx::query(
        "INSERT INTO items (item_id, server_seq, receipt_store_id, receipt_epoch, received_at, device_id, \
         install_id, seq, kind, schema_version, author, captured_at, tz, boot_id, mono_ms, body, body_sha256, \
         supersedes, site, standard, flags) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         $15, $16, $17, $18, $19, $20, $21) ON CONFLICT (item_id) DO NOTHING",
    )
    .bind(&item.item_id)
    .bind(number(receipt.server_seq))
    .bind(&receipt.store_id)
    .bind(number(receipt.epoch))
    .bind(&receipt.received_at)
    .bind(device_id)
    .bind(install_id)
    .bind(number(item.seq))
    .bind(&item.kind)
    .bind(i64::from(item.schema))
    .bind(&item.author)
    .bind(&item.captured_at)
    .bind(&item.tz)
    .bind(&item.boot_id)
    .bind(number(item.mono_ms))
    .bind(&item.body)
    .bind(&item.body_sha256)
    .bind(item.supersedes.clone())
    .bind(received.site.clone())
    .bind(received.standard.as_deref().map(indexed))
    .bind(received.flags.join(","))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a number of an install for a record; false when another record has it.
pub(super) async fn claim_seq(tx: &mut Tx, install_id: &str, item: &PushItem) -> Result<bool, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.claim_seq(install_id, number(item.seq), &item.item_id),
        Tx::Sql(sql) => sql,
    };
    let done = sqlx::query(
        "INSERT INTO install_seqs (install_id, seq, item_id) VALUES ($1, $2, $3) \
         ON CONFLICT (install_id, seq) DO NOTHING",
    )
    .bind(install_id)
    .bind(number(item.seq))
    .bind(&item.item_id)
    .execute(sql.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a flag to a stored record.
pub(super) async fn add_flag(tx: &mut Tx, item_id: &str, flag: &str) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.add_flag(item_id, flag),
        Tx::Sql(sql) => sql,
    };
    sqlx::query("UPDATE items SET flags = CASE WHEN flags = '' THEN $1 ELSE flags || ',' || $2 END WHERE item_id = $3")
        .bind(flag)
        .bind(flag)
        .bind(item_id)
        .execute(sql.connection())
        .await?;
    Ok(())
}

/// Keeps a refused record whole; sent again, it is kept once.
pub(super) async fn quarantine(
    tx: &mut Tx,
    device_id: &str,
    item_id: &str,
    problem: &str,
    raw: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let raw_sha256 = sha256_hex(raw.as_bytes());
    let sql = match tx {
        Tx::Memory(memory) => return memory.quarantine(device_id, &raw_sha256, item_id, problem, raw),
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "INSERT INTO quarantine (device_id, raw_sha256, item_id, problem, raw, first_ms) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (device_id, raw_sha256) DO NOTHING",
    )
    .bind(device_id)
    .bind(raw_sha256)
    .bind(indexed(item_id))
    .bind(problem)
    .bind(raw)
    .bind(now_ms)
    .execute(sql.connection())
    .await?;
    Ok(())
}

/// For numbers that were checked at the edge to fit.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Text that is looked up, as Postgres can keep it: without the character that it knows not, and
/// short enough for an index. What is longer is no id of ours; it stands whole in the record itself.
fn indexed(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_INDEXED);
    text[..end].replace('\0', "\u{FFFD}")
}

async fn receipt_of(connection: &mut AnyConnection, item_id: &str) -> Result<Receipt, StoreError> {
    let row = sqlx::query(
        "SELECT item_id, body_sha256, server_seq, receipt_store_id, receipt_epoch, received_at \
         FROM items WHERE item_id = $1",
    )
    .bind(item_id)
    .fetch_one(connection)
    .await?;
    receipt(&row)
}

fn receipt(row: &AnyRow) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        item_id: row.try_get("item_id")?,
        body_sha256: row.try_get("body_sha256")?,
        server_seq: row.try_get::<i64, _>("server_seq")?.unsigned_abs(),
        store_id: row.try_get("receipt_store_id")?,
        epoch: row.try_get::<i64, _>("receipt_epoch")?.unsigned_abs(),
        received_at: row.try_get("received_at")?,
    })
}

fn entry(row: &AnyRow) -> Result<Entry, StoreError> {
    Ok(Entry {
        receipt: receipt(row)?,
        device_id: row.try_get("device_id")?,
        install_id: row.try_get("install_id")?,
        seq: row.try_get("seq")?,
        kind: row.try_get("kind")?,
        author: row.try_get("author")?,
        body: row.try_get("body")?,
        flags: row.try_get("flags")?,
    })
}
