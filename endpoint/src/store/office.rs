//! What the office asks: which phones there are, what each said of itself, which numbers are missing.

use sqlx::{AnyPool, Row};
use uuid::Uuid;

use super::{Backend, Store, StoreError};
use crate::auth::Device;
use rounds::sync::protocol::DeviceRole;

/// The role of a device that nobody enrolled: its records came in a file.
const IMPORTED: &str = "imported";

/// A phone, or an install whose records came in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceLine {
    /// The endpoint's name for it.
    pub device_id: String,
    /// As its person calls it.
    pub name: String,
    /// `butler`, `inspector`, `manager`; `imported` when nobody enrolled it.
    pub role: String,
    /// The sites it may see.
    pub sites: Vec<String>,
    /// Milliseconds since 1970; `None` while it may act.
    pub revoked_ms: Option<i64>,
}

/// What an install last said, and the numbers of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallLine {
    /// Which device pushed for it; `None` when only a file did.
    pub device_id: Option<String>,
    /// Made once on the phone.
    pub install_id: String,
    /// The number its next record will get, as far as it said.
    pub next_seq: Option<u64>,
    /// Records it held without a receipt.
    pub pending: u64,
    /// When it said so, milliseconds since 1970.
    pub seen_ms: Option<i64>,
    /// Numbers of received records, ascending.
    pub received: Vec<u64>,
    /// Numbers of records that were refused and are kept whole, ascending.
    pub refused: Vec<u64>,
}

impl Store {
    /// All devices, the newest first.
    pub async fn devices(&self) -> Result<Vec<DeviceLine>, StoreError> {
        let pool = self.pool_of_office()?;
        let rows =
            sqlx::query("SELECT device_id, name, role, revoked_ms FROM devices ORDER BY device_id DESC")
                .fetch_all(pool)
                .await?;
        let mut lines = Vec::new();
        for row in rows {
            let device_id: String = row.try_get(0)?;
            let sites = sqlx::query("SELECT site FROM device_sites WHERE device_id = $1 ORDER BY site")
                .bind(&device_id)
                .fetch_all(pool)
                .await?;
            let sites = sites.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
            let (name, role, revoked_ms) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            lines.push(DeviceLine { device_id, name, role, sites, revoked_ms });
        }
        Ok(lines)
    }

    /// All installs that pushed or whose records came in a file.
    pub async fn installs(&self) -> Result<Vec<InstallLine>, StoreError> {
        let pool = self.pool_of_office()?;
        let rows = sqlx::query(
            "SELECT device_id, install_id, next_seq, pending, seen_ms FROM installs ORDER BY seen_ms DESC",
        )
        .fetch_all(pool)
        .await?;
        let mut lines = Vec::new();
        for row in rows {
            lines.push(InstallLine {
                device_id: Some(row.try_get(0)?),
                install_id: row.try_get(1)?,
                next_seq: Some(row.try_get::<i64, _>(2)?.unsigned_abs()),
                pending: row.try_get::<i64, _>(3)?.unsigned_abs(),
                seen_ms: Some(row.try_get(4)?),
                received: Vec::new(),
                refused: Vec::new(),
            });
        }
        for (install_id, seq) in numbers(pool).await? {
            match lines.iter_mut().find(|line| line.install_id == install_id) {
                Some(line) => line.received.push(seq),
                None => lines.push(InstallLine {
                    device_id: None,
                    install_id,
                    next_seq: None,
                    pending: 0,
                    seen_ms: None,
                    received: vec![seq],
                    refused: Vec::new(),
                }),
            }
        }
        add_refused(pool, &mut lines).await?;
        Ok(lines)
    }

    /// The device for records that came in a file, and whether it was ever enrolled: the one of this
    /// install, or one made for it now, which has no token. A phone that enrols under the install
    /// later is it.
    pub async fn device_of_file(&self, install_id: &str, now_ms: i64) -> Result<(bool, Device), StoreError> {
        let pool = self.pool_of_office()?;
        sqlx::query(
            "INSERT INTO devices (device_id, install_id, name, role, enrolled_ms) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (install_id) DO NOTHING",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(install_id)
        .bind(IMPORTED)
        .bind(IMPORTED)
        .bind(now_ms)
        .execute(pool)
        .await?;
        let row = sqlx::query("SELECT device_id, role FROM devices WHERE install_id = $1")
            .bind(install_id)
            .fetch_one(pool)
            .await?;
        let id: String = row.try_get(0)?;
        let is_enrolled = row.try_get::<String, _>(1)? != IMPORTED;
        let sites = sqlx::query("SELECT site FROM device_sites WHERE device_id = $1").bind(&id);
        let sites = sites.fetch_all(pool).await?;
        let sites = sites.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let install_id = install_id.to_owned();
        Ok((is_enrolled, Device { id, install_id, role: DeviceRole::Butler, sites }))
    }

    /// The install that a device enrolled under.
    pub async fn install_of(&self, device_id: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT install_id FROM devices WHERE device_id = $1").bind(device_id);
        let row = row.fetch_optional(self.pool_of_office()?).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    fn pool_of_office(&self) -> Result<&AnyPool, StoreError> {
        match &self.0 {
            Backend::Sql(sql) => Ok(sql.pool()),
            Backend::Memory(_) => Err(StoreError::Lost("a store in memory has no office")),
        }
    }
}

async fn numbers(pool: &AnyPool) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = sqlx::query("SELECT install_id, seq FROM install_seqs ORDER BY install_id, seq");
    let rows = rows.fetch_all(pool).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.unsigned_abs()))).collect()
}

/// A refused record is no gap: it is kept whole beside the others.
async fn add_refused(pool: &AnyPool, lines: &mut [InstallLine]) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT device_id, raw FROM quarantine").fetch_all(pool).await?;
    for row in rows {
        let (device_id, raw): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let Ok(raw) = serde_json::from_str::<serde_json::Value>(&raw) else { continue };
        let Some(seq) = raw.get("seq").and_then(serde_json::Value::as_u64) else { continue };
        let maker = raw.get("origin_install").and_then(serde_json::Value::as_str);
        let line = lines.iter_mut().find(|line| match maker {
            Some(maker) => line.install_id == maker,
            None => line.device_id.as_deref() == Some(device_id.as_str()),
        });
        if let Some(line) = line
            && !line.refused.contains(&seq)
        {
            line.refused.push(seq);
            line.refused.sort_unstable();
        }
    }
    Ok(())
}
