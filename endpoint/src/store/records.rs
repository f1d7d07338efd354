//! Server-owned records: site, staff, place, standard, plan, task; each by revision.

use rounds::sync::protocol::PulledRecord;
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::identity::{self, Counter};
use super::items::number;
use super::{Backend, Store, StoreError, Tx, devices};
use crate::auth::Device;

/// A record to be written.
#[derive(Clone, Debug)]
pub struct Record {
    /// Such as `task`.
    pub kind: String,
    /// Unique within its kind.
    pub id: String,
    /// The site whose phones read it; empty: all.
    pub site: String,
    /// The record.
    pub body: Value,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// Written under this revision.
    Written(u64),
    /// Someone was first; this is the revision now, 0 when there is none.
    Stale(u64),
    /// It belongs to a site that the device does not see.
    NotYours,
    /// Results were judged by this edition, so it never changes.
    InUse,
}

/// The sites that a cursor was made for, in one word: other sites need a new cursor.
pub fn pull_scope(device: &Device) -> String {
    let mut sites = device.sites.clone();
    sites.sort_unstable();
    rounds::domain::hash::sha256_hex(sites.join("\n").as_bytes())[..16].to_owned()
}

impl Store {
    /// The number of the newest change.
    pub async fn newest_change(&self) -> Result<u64, StoreError> {
        Ok(self.counter(Counter::ChangeSeq).await?.unsigned_abs())
    }

    /// Records changed after a number that the device may see, at most `limit`, in order of change;
    /// each with the number of its change.
    pub async fn changes_after(
        &self,
        device: &Device,
        change_seq: u64,
        limit: i64,
    ) -> Result<Vec<(u64, PulledRecord)>, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                let change_seq = number(change_seq);
                return memory.read(|tables| tables.changes_after(&device.id, change_seq, limit)).await?;
            }
            Backend::Sql(sql) => sql,
        };
        let rows = sqlx::query(
            "SELECT kind, id, rev, deleted, body, change_seq FROM records WHERE change_seq > $1 AND \
             (site = '' OR site IN (SELECT site FROM device_sites WHERE device_id = $2)) \
             ORDER BY change_seq LIMIT $3",
        )
        .bind(number(change_seq))
        .bind(&device.id)
        .bind(limit)
        .fetch_all(sql.pool())
        .await?;
        rows.iter().map(pulled).collect()
    }

    /// True when the store holds the record.
    pub async fn has_record(&self, kind: &str, id: &str) -> Result<bool, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => return memory.read(|tables| tables.has_record(kind, id)).await,
            Backend::Sql(sql) => sql,
        };
        let row = sqlx::query("SELECT id FROM records WHERE kind = $1 AND id = $2 AND deleted = 0");
        Ok(row.bind(kind).bind(id).fetch_optional(sql.pool()).await?.is_some())
    }

    /// Writes those records that are not there yet, as one; returns how many were new.
    pub async fn add_missing(&self, records: &[Record]) -> Result<usize, StoreError> {
        let mut tx = self.begin().await?;
        let mut change = identity::lock(&mut tx, Counter::ChangeSeq).await?;
        let first = change;
        for record in records {
            if insert(&mut tx, record, change + 1).await? {
                change += 1;
            }
        }
        identity::write(&mut tx, Counter::ChangeSeq, change).await?;
        tx.commit().await?;
        Ok(usize::try_from(change - first).unwrap_or_default())
    }

    /// Buries tasks of days before `date` (as text, year first), so that pulls stay short.
    pub async fn bury_tasks_before(&self, date: &str, id_prefix: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let mut change = identity::lock(&mut tx, Counter::ChangeSeq).await?;
        let bound = format!("{id_prefix}{date}");
        // Compared here, because databases do not agree on the order of text.
        let is_old = |id: &String| id.starts_with(id_prefix) && *id < bound;
        for id in living(&mut tx, "task").await?.iter().filter(|id| is_old(id)) {
            change += 1;
            bury(&mut tx, "task", id, change).await?;
        }
        identity::write(&mut tx, Counter::ChangeSeq, change).await?;
        tx.commit().await
    }

    /// Writes a record on top of revision `base`; 0 makes a new one. A manager who makes a new
    /// site sees it from then on.
    pub async fn put(&self, device: &Device, record: &Record, base: u64) -> Result<PutOutcome, StoreError> {
        let mut tx = self.begin().await?;
        let change = identity::lock(&mut tx, Counter::ChangeSeq).await? + 1;
        let current = current(&mut tx, record).await?;
        if let Some((_, site)) = &current
            && !site.is_empty()
            && !device.sees(site)
        {
            return Ok(PutOutcome::NotYours);
        }
        if record.kind == "standard" && current.is_some() && was_judged_by(&mut tx, &record.id).await? {
            return Ok(PutOutcome::InUse);
        }
        let written = if base == 0 {
            insert(&mut tx, record, change).await?
        } else {
            update(&mut tx, record, base, change).await?
        };
        if !written {
            return Ok(PutOutcome::Stale(current.map_or(0, |(rev, _)| rev)));
        }
        if record.kind == "site" {
            devices::add_site(&mut tx, &device.id, &record.site).await?;
        }
        identity::write(&mut tx, Counter::ChangeSeq, change).await?;
        tx.commit().await?;
        Ok(PutOutcome::Written(base + 1))
    }
}

async fn current(tx: &mut Tx, record: &Record) -> Result<Option<(u64, String)>, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.current(&record.kind, &record.id),
        Tx::Sql(sql) => sql,
    };
    let row = sqlx::query("SELECT rev, site FROM records WHERE kind = $1 AND id = $2")
        .bind(&record.kind)
        .bind(&record.id)
        .fetch_optional(sql.connection())
        .await?;
    row.map(|row| Ok((row.try_get::<i64, _>(0)?.unsigned_abs(), row.try_get(1)?))).transpose()
}

async fn was_judged_by(tx: &mut Tx, standard: &str) -> Result<bool, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.was_judged_by(standard),
        Tx::Sql(sql) => sql,
    };
    let row = sqlx::query("SELECT item_id FROM items WHERE standard = $1 LIMIT 1").bind(standard);
    Ok(row.fetch_optional(sql.connection()).await?.is_some())
}

async fn insert(tx: &mut Tx, record: &Record, change: i64) -> Result<bool, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.insert_record(record, change),
        Tx::Sql(sql) => sql,
    };
    let done = sqlx::query(
        "INSERT INTO records (kind, id, site, rev, deleted, body, change_seq) VALUES ($1, $2, $3, 1, 0, $4, $5) \
         ON CONFLICT (kind, id) DO NOTHING",
    )
    .bind(&record.kind)
    .bind(&record.id)
    .bind(&record.site)
    .bind(record.body.to_string())
    .bind(change)
    .execute(sql.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn update(tx: &mut Tx, record: &Record, base: u64, change: i64) -> Result<bool, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.update_record(record, base, change),
        Tx::Sql(sql) => sql,
    };
    let done = sqlx::query(
        "UPDATE records SET site = $1, body = $2, deleted = 0, rev = rev + 1, change_seq = $3 \
         WHERE kind = $4 AND id = $5 AND rev = $6",
    )
    .bind(&record.site)
    .bind(record.body.to_string())
    .bind(change)
    .bind(&record.kind)
    .bind(&record.id)
    .bind(number(base))
    .execute(sql.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ids of the records of a kind that are not buried, in order.
async fn living(tx: &mut Tx, kind: &str) -> Result<Vec<String>, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.living(kind),
        Tx::Sql(sql) => sql,
    };
    let rows = sqlx::query("SELECT id FROM records WHERE kind = $1 AND deleted = 0 ORDER BY id")
        .bind(kind)
        .fetch_all(sql.connection())
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

async fn bury(tx: &mut Tx, kind: &str, id: &str, change: i64) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.bury(kind, id, change),
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "UPDATE records SET deleted = 1, body = 'null', rev = rev + 1, change_seq = $1 \
         WHERE kind = $2 AND id = $3",
    )
    .bind(change)
    .bind(kind)
    .bind(id)
    .execute(sql.connection())
    .await?;
    Ok(())
}

fn pulled(row: &AnyRow) -> Result<(u64, PulledRecord), StoreError> {
    let record = PulledRecord {
        kind: row.try_get("kind")?,
        id: row.try_get("id")?,
        rev: row.try_get::<i64, _>("rev")?.unsigned_abs(),
        deleted: row.try_get::<i64, _>("deleted")? != 0,
        body: serde_json::from_str(&row.try_get::<String, _>("body")?)?,
    };
    Ok((row.try_get::<i64, _>("change_seq")?.unsigned_abs(), record))
}
