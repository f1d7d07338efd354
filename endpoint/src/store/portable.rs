//! Every table as plain rows, out in one moment of the database and in again in one transaction.
//!
//! What a backup is made of. The tables and their columns are listed here once; a test holds the
//! list against the database, so that no column is forgotten. Knows nothing of files.

use futures_util::TryStreamExt;
use serde_json::{Map, Value};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row, Transaction};

use super::identity::{self, Counter};
use super::sql::SqlTx;
use super::{Backend, Store, StoreError, Tx};

/// One row: its columns by name.
pub type PlainRow = Map<String, Value>;

/// A table and its columns.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
}

/// All of the database at one moment, whatever is written meanwhile.
pub struct Snapshot {
    tx: Transaction<'static, Any>,
}

/// A database being filled; nothing stays of it without [`Filling::finish`].
pub struct Filling(SqlTx);

/// Every table, those first that others point at. Uploads on their way are left out: their bytes are
/// in no backup, and phones send them again.
pub const TABLES: [Table; 14] = [
    table("meta", &["name", "value"], &[]),
    table("counters", &["name"], &["value"]),
    table("enrol_codes", &["code_sha256", "role", "sites"], &["expires_ms", "used_ms"]),
    table("devices", &["device_id", "install_id", "name", "role"], &["enrolled_ms", "revoked_ms"]),
    table("device_sites", &["device_id", "site"], &[]),
    table("tokens", &["token_sha256", "device_id", "stage"], &["expires_ms"]),
    table("installs", &["device_id", "install_id"], &["next_seq", "pending", "seen_ms"]),
    table(
        "items",
        &[
            "item_id",
            "receipt_store_id",
            "received_at",
            "device_id",
            "install_id",
            "kind",
            "author",
            "captured_at",
            "tz",
            "boot_id",
            "body",
            "body_sha256",
            "supersedes",
            "site",
            "standard",
            "flags",
        ],
        &["server_seq", "receipt_epoch", "seq", "schema_version", "mono_ms"],
    ),
    table("install_seqs", &["install_id", "item_id"], &["seq"]),
    table("quarantine", &["device_id", "raw_sha256", "item_id", "problem", "raw"], &["first_ms"]),
    table("blob_refs", &["device_id", "sha256", "item_id", "mime"], &["len"]),
    table("blobs", &["sha256", "mime", "stored_at"], &["len"]),
    table("blob_holders", &["device_id", "sha256"], &[]),
    table("records", &["kind", "id", "site", "body"], &["rev", "deleted", "change_seq"]),
];

const fn table(
    name: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
) -> Table {
    Table { name, texts, numbers }
}

impl Table {
    /// Its columns.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.texts.iter().chain(self.numbers).copied()
    }
}

impl Store {
    /// All of the database at this moment.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(_) => return Err(NO_FILES),
            Backend::Sql(sql) => sql,
        };
        let connection = sql.pool().acquire().await?;
        let begin = match connection.backend_name() {
            "PostgreSQL" => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // SQLite reads one moment from the first row to the end of the transaction.
            _ => "BEGIN",
        };
        drop(connection);
        Ok(Snapshot { tx: sql.pool().begin_with(begin).await? })
    }

    /// A transaction that fills this database; `None` when it holds anything already.
    pub async fn fill(&self) -> Result<Option<Filling>, StoreError> {
        let Tx::Sql(mut sql) = self.begin().await? else { return Err(NO_FILES) };
        for table in TABLES {
            if matches!(table.name, "meta" | "counters") {
                continue;
            }
            let some = format!("SELECT 1 FROM {} LIMIT 1", table.name);
            if sqlx::query(AssertSqlSafe(some)).fetch_optional(sql.connection()).await?.is_some() {
                return Ok(None);
            }
        }
        for clear in ["DELETE FROM meta", "DELETE FROM counters"] {
            sqlx::query(clear).execute(sql.connection()).await?;
        }
        Ok(Some(Filling(sql)))
    }

    /// Says that every record up to `server_seq` is in a backup. It never takes a word back.
    pub async fn raise_backup_watermark(&self, server_seq: u64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let stands = identity::lock(&mut tx, Counter::BackupWatermark).await?;
        let raised = stands.max(super::items::number(server_seq));
        identity::write(&mut tx, Counter::BackupWatermark, raised).await?;
        tx.commit().await
    }

    /// The lowest number of a record that speaks of one of these photos.
    pub async fn first_record_with(&self, photos: &[String]) -> Result<Option<u64>, StoreError> {
        let Backend::Sql(sql) = &self.0 else { return Err(NO_FILES) };
        let mut first: Option<u64> = None;
        for sha256 in photos {
            let row = sqlx::query(
                "SELECT MIN(i.server_seq) FROM items i JOIN blob_refs r ON r.item_id = i.item_id \
                 WHERE r.sha256 = $1",
            );
            let row = row.bind(sha256).fetch_one(sql.pool()).await?;
            let found = row.try_get::<Option<i64>, _>(0)?.map(i64::unsigned_abs);
            first = first.into_iter().chain(found).min();
        }
        Ok(first)
    }
}

impl Snapshot {
    /// Hands every row of a table to `keep`, in no order.
    pub async fn rows<E>(
        &mut self,
        table: &Table,
        mut keep: impl FnMut(PlainRow) -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let columns: Vec<&str> = table.columns().collect();
        let all = format!("SELECT {} FROM {}", columns.join(", "), table.name);
        let mut rows = sqlx::query(AssertSqlSafe(all)).fetch(&mut *self.tx);
        while let Some(row) = rows.try_next().await? {
            if let Err(error) = keep(plain(table, &row)?) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// Hashes of all whole photos.
    pub async fn photos(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT sha256 FROM blobs").fetch_all(&mut *self.tx).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Identity of the store, its epoch and its highest number.
    pub async fn identity(&mut self) -> Result<(String, u64, u64), StoreError> {
        let row = sqlx::query("SELECT value FROM meta WHERE name = 'store_id'").fetch_one(&mut *self.tx);
        let store_id = row.await?.try_get(0)?;
        let mut counters = Vec::new();
        for name in ["epoch", "server_seq"] {
            let row = sqlx::query("SELECT value FROM counters WHERE name = $1").bind(name);
            counters.push(row.fetch_one(&mut *self.tx).await?.try_get::<i64, _>(0)?.unsigned_abs());
        }
        Ok((store_id, counters[0], counters[1]))
    }

    /// The lowest number of a record received after `since` (RFC 3339) that still waits for one of
    /// its photos, unless its phone was shut out: what keeps the watermark from passing it.
    pub async fn first_waiting(&mut self, since: &str) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "SELECT MIN(i.server_seq) FROM items i JOIN blob_refs r ON r.item_id = i.item_id \
             JOIN devices d ON d.device_id = r.device_id \
             WHERE d.revoked_ms IS NULL AND i.received_at > $1 \
             AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.sha256 = r.sha256)",
        )
        .bind(since)
        .fetch_one(&mut *self.tx)
        .await?;
        Ok(row.try_get::<Option<i64>, _>(0)?.map(i64::unsigned_abs))
    }
}

impl Filling {
    /// Adds a row; a column that it lacks gets the table's own default.
    pub async fn add(&mut self, table: &Table, row: &PlainRow) -> Result<(), StoreError> {
        let takes_nul = self.connection().backend_name() != "PostgreSQL";
        let given: Vec<&str> = table.columns().filter(|column| row.contains_key(*column)).collect();
        let places: Vec<String> = (1..=given.len()).map(|place| format!("${place}")).collect();
        let insert =
            format!("INSERT INTO {} ({}) VALUES ({})", table.name, given.join(", "), places.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(insert));
        for column in given {
            query = bind(query, table, column, &row[column], takes_nul);
        }
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Takes a photo's row back whose bytes are not there, so that phones are asked for it again.
    pub async fn forget_photo(&mut self, sha256: &str) -> Result<(), StoreError> {
        for forget in ["DELETE FROM blob_holders WHERE sha256 = $1", "DELETE FROM blobs WHERE sha256 = $1"] {
            sqlx::query(forget).bind(sha256).execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Makes it one store again, of an epoch that no phone has seen, and commits.
    ///
    /// The watermark begins anew: what was received is in a backup, but this store is in none yet, and
    /// until it is, no phone should let go of anything. Codes that nobody used are used up: whoever
    /// took one after the backup would leave it open again.
    pub async fn finish(mut self, now_ms: i64) -> Result<u64, StoreError> {
        sqlx::query("UPDATE enrol_codes SET used_ms = $1 WHERE used_ms IS NULL")
            .bind(now_ms)
            .execute(self.connection())
            .await?;
        let mut tx = Tx::Sql(self.0);
        let epoch = identity::lock(&mut tx, Counter::Epoch).await?;
        // A backup may be restored twice, and a restored store may outgrow what phones saw of the
        // first before they come back: the time in milliseconds is above whatever such a store gave out.
        let raised = (epoch + 1).max(now_ms);
        identity::write(&mut tx, Counter::Epoch, raised).await?;
        identity::write(&mut tx, Counter::BackupWatermark, 0).await?;
        tx.commit().await?;
        Ok(raised.unsigned_abs())
    }

    fn connection(&mut self) -> &mut AnyConnection {
        self.0.connection()
    }
}

const NO_FILES: StoreError = StoreError::Lost("a store in memory has no backup");

fn plain(table: &Table, row: &AnyRow) -> Result<PlainRow, StoreError> {
    let mut plain = PlainRow::new();
    for column in table.texts {
        let text: Option<String> = row.try_get(*column)?;
        plain.insert((*column).to_owned(), text.map_or(Value::Null, Value::from));
    }
    for column in table.numbers {
        let number: Option<i64> = row.try_get(*column)?;
        plain.insert((*column).to_owned(), number.map_or(Value::Null, Value::from));
    }
    Ok(plain)
}

fn bind<'q>(
    query: Query<'q, Any, AnyArguments>,
    table: &Table,
    column: &str,
    value: &Value,
    takes_nul: bool,
) -> Query<'q, Any, AnyArguments> {
    if table.numbers.contains(&column) {
        return query.bind(value.as_i64());
    }
    let text = value.as_str().map(str::to_owned);
    // Postgres takes no NUL in a text; only a refused record's id can hold one.
    query.bind(text.map(|text| if takes_nul { text } else { text.replace('\0', "\u{FFFD}") }))
}
