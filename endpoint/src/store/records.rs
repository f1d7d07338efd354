//! Server-owned records: site, staff, place, standard, plan, task; each by revision.

use rounds::sync::protocol::PulledRecord;
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::identity::{self, Counter};
use super::items::number;
use super::{Store, StoreError, devices};
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
        let mut connection = self.pool.acquire().await?;
        Ok(identity::read(&mut connection, Counter::ChangeSeq).await?.unsigned_abs())
    }

    /// Records changed after a number that the device may see, at most `limit`, in order of change;
    /// each with the number of its change.
    pub async fn changes_after(
        &self,
        device: &Device,
        change_seq: u64,
        limit: i64,
    ) -> Result<Vec<(u64, PulledRecord)>, StoreError> {
        let rows = sqlx::query(
            "SELECT kind, id, rev, deleted, body, change_seq FROM records WHERE change_seq > $1 AND \
             (site = '' OR site IN (SELECT site FROM device_sites WHERE device_id = $2)) \
             ORDER BY change_seq LIMIT $3",
        )
        .bind(number(change_seq))
        .bind(&device.id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(pulled).collect()
    }

    /// True when the store holds the record.
    pub async fn has_record(&self, kind: &str, id: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT id FROM records WHERE kind = $1 AND id = $2 AND deleted = 0");
        Ok(row.bind(kind).bind(id).fetch_optional(&self.pool).await?.is_some())
    }

    /// Writes those records that are not there yet, as one; returns how many were new.
    pub async fn add_missing(&self, records: &[Record]) -> Result<usize, StoreError> {
        let mut write = self.begin_write().await?;
        let connection = write.connection();
        let mut change = identity::lock(connection, Counter::ChangeSeq).await?;
        let first = change;
        for record in records {
            if insert(connection, record, change + 1).await? {
                change += 1;
            }
        }
        identity::write(connection, Counter::ChangeSeq, change).await?;
        write.commit().await?;
        Ok(usize::try_from(change - first).unwrap_or_default())
    }

    /// Buries tasks of days before `date` (as text, year first), so that pulls stay short.
    pub async fn bury_tasks_before(&self, date: &str, id_prefix: &str) -> Result<(), StoreError> {
        let mut write = self.begin_write().await?;
        let connection = write.connection();
        let mut change = identity::lock(connection, Counter::ChangeSeq).await?;
        let bound = format!("{id_prefix}{date}");
        let rows = sqlx::query(
            "SELECT id FROM records WHERE kind = 'task' AND deleted = 0 AND id >= $1 AND id < $2 ORDER BY id",
        )
        .bind(id_prefix)
        .bind(&bound)
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            change += 1;
            sqlx::query(
                "UPDATE records SET deleted = 1, body = 'null', rev = rev + 1, change_seq = $1 \
                 WHERE kind = 'task' AND id = $2",
            )
            .bind(change)
            .bind(row.try_get::<String, _>(0)?)
            .execute(&mut *connection)
            .await?;
        }
        identity::write(connection, Counter::ChangeSeq, change).await?;
        write.commit().await
    }

    /// Writes a record on top of revision `base`; 0 makes a new one. A manager who makes a new
    /// site sees it from then on.
    pub async fn put(&self, device: &Device, record: &Record, base: u64) -> Result<PutOutcome, StoreError> {
        let mut write = self.begin_write().await?;
        let connection = write.connection();
        let change = identity::lock(connection, Counter::ChangeSeq).await? + 1;
        let current = current(connection, record).await?;
        if let Some((_, site)) = &current
            && !site.is_empty()
            && !device.sees(site)
        {
            return Ok(PutOutcome::NotYours);
        }
        if record.kind == "standard" && current.is_some() && was_judged_by(connection, &record.id).await? {
            return Ok(PutOutcome::InUse);
        }
        let written = if base == 0 {
            insert(connection, record, change).await?
        } else {
            update(connection, record, base, change).await?
        };
        if !written {
            return Ok(PutOutcome::Stale(current.map_or(0, |(rev, _)| rev)));
        }
        if record.kind == "site" {
            devices::add_site(connection, &device.id, &record.site).await?;
        }
        identity::write(connection, Counter::ChangeSeq, change).await?;
        write.commit().await?;
        Ok(PutOutcome::Written(base + 1))
    }
}

async fn current(
    connection: &mut AnyConnection,
    record: &Record,
) -> Result<Option<(u64, String)>, StoreError> {
    let row = sqlx::query("SELECT rev, site FROM records WHERE kind = $1 AND id = $2")
        .bind(&record.kind)
        .bind(&record.id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((row.try_get::<i64, _>(0)?.unsigned_abs(), row.try_get(1)?))).transpose()
}

async fn was_judged_by(connection: &mut AnyConnection, standard: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT item_id FROM items WHERE standard = $1 LIMIT 1").bind(standard);
    Ok(row.fetch_optional(connection).await?.is_some())
}

async fn insert(connection: &mut AnyConnection, record: &Record, change: i64) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO records (kind, id, site, rev, deleted, body, change_seq) VALUES ($1, $2, $3, 1, 0, $4, $5) \
         ON CONFLICT (kind, id) DO NOTHING",
    )
    .bind(&record.kind)
    .bind(&record.id)
    .bind(&record.site)
    .bind(record.body.to_string())
    .bind(change)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn update(
    connection: &mut AnyConnection,
    record: &Record,
    base: u64,
    change: i64,
) -> Result<bool, StoreError> {
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
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
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
