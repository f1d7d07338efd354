//! Which photos records speak of, which are whole, how far uploads are, and who may see them.

use rounds::sync::protocol::{DeviceRole, PushItem};
use sqlx::Row;

use super::items::number;
use super::{Backend, Store, StoreError, Tx};
use crate::auth::Device;
use crate::clock::Moment;
use crate::photos::ImageType;

impl Store {
    /// The lengths that this device's records give for a photo; empty when none speaks of it.
    pub async fn declared_lengths(&self, device: &Device, sha256: &str) -> Result<Vec<u64>, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                return memory.read(|tables| tables.declared_lengths(&device.id, sha256)).await;
            }
            Backend::Sql(sql) => sql,
        };
        let rows = sqlx::query("SELECT DISTINCT len FROM blob_refs WHERE device_id = $1 AND sha256 = $2")
            .bind(&device.id)
            .bind(sha256)
            .fetch_all(sql.pool())
            .await?;
        rows.iter().map(|row| Ok(row.try_get::<i64, _>(0)?.unsigned_abs())).collect()
    }

    /// The photo's length when this device has sent it whole.
    pub async fn sent_whole(&self, device: &Device, sha256: &str) -> Result<Option<u64>, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                return memory.read(|tables| tables.sent_whole(&device.id, sha256)).await;
            }
            Backend::Sql(sql) => sql,
        };
        let row = sqlx::query(
            "SELECT b.len FROM blob_holders h JOIN blobs b ON b.sha256 = h.sha256 \
             WHERE h.device_id = $1 AND h.sha256 = $2",
        )
        .bind(&device.id)
        .bind(sha256)
        .fetch_optional(sql.pool())
        .await?;
        row.map(|row| Ok(row.try_get::<i64, _>(0)?.unsigned_abs())).transpose()
    }

    /// How many bytes of this device's upload are on disk.
    pub async fn upload_offset(&self, device: &Device, sha256: &str) -> Result<u64, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                return memory.read(|tables| tables.upload_offset(&device.id, sha256)).await;
            }
            Backend::Sql(sql) => sql,
        };
        let row = sqlx::query("SELECT received FROM uploads WHERE device_id = $1 AND sha256 = $2")
            .bind(&device.id)
            .bind(sha256)
            .fetch_optional(sql.pool())
            .await?;
        row.map_or(Ok(0), |row| Ok(row.try_get::<i64, _>(0)?.unsigned_abs()))
    }

    /// Notes how many bytes are on disk, after they are.
    pub async fn note_upload(&self, device: &Device, sha256: &str, received: u64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        set_upload(&mut tx, &device.id, sha256, received).await?;
        tx.commit().await
    }

    /// True when a record of this device speaks of a photo that it has not sent whole.
    pub async fn misses_photo(&self, device_id: &str, sha256: &str) -> Result<bool, StoreError> {
        let (install_id, sites) = (String::new(), Vec::new());
        let device = Device { id: device_id.to_owned(), install_id, role: DeviceRole::Butler, sites };
        let is_spoken_of = !self.declared_lengths(&device, sha256).await?.is_empty();
        Ok(is_spoken_of && self.sent_whole(&device, sha256).await?.is_none())
    }

    /// Forgets how far an upload was.
    pub async fn forget_upload(&self, device_id: &str, sha256: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        drop_upload(&mut tx, device_id, sha256).await?;
        tx.commit().await
    }

    /// Notes a photo as whole, after its bytes and its name are on disk.
    pub async fn note_whole(
        &self,
        device: &Device,
        sha256: &str,
        len: u64,
        image: ImageType,
        now: Moment,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        add_whole(&mut tx, sha256, len, image, now).await?;
        add_holder(&mut tx, &device.id, sha256).await?;
        drop_upload(&mut tx, &device.id, sha256).await?;
        tx.commit().await
    }

    /// The media type of a photo that this device may read: its own; for inspectors and managers
    /// also those of their sites' records. A photo counts as a record's only when the device that
    /// pushed the record also sent the bytes, so that knowing a hash grants nothing.
    pub async fn readable_photo(&self, device: &Device, sha256: &str) -> Result<Option<String>, StoreError> {
        let sees_sites = device.role != DeviceRole::Butler;
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                return memory.read(|tables| tables.readable_photo(&device.id, sees_sites, sha256)).await;
            }
            Backend::Sql(sql) => sql,
        };
        let row = sqlx::query(
            "SELECT b.mime FROM blobs b JOIN blob_holders h ON h.sha256 = b.sha256 \
             JOIN blob_refs r ON r.sha256 = b.sha256 AND r.device_id = h.device_id \
             JOIN items i ON i.item_id = r.item_id \
             WHERE b.sha256 = $1 AND (h.device_id = $2 OR ($3 = 1 AND i.site IN \
             (SELECT site FROM device_sites WHERE device_id = $4))) LIMIT 1",
        )
        .bind(sha256)
        .bind(&device.id)
        .bind(i64::from(sees_sites))
        .bind(&device.id)
        .fetch_optional(sql.pool())
        .await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }
}

/// Notes which photos a stored record of this device speaks of.
pub(super) async fn add_refs(tx: &mut Tx, device_id: &str, item: &PushItem) -> Result<(), StoreError> {
    for blob in &item.blobs {
        let sql = match tx {
            Tx::Memory(memory) => {
                memory.add_ref(device_id, &blob.sha256, &item.item_id, blob.len)?;
                continue;
            }
            Tx::Sql(sql) => sql,
        };
        sqlx::query(
            "INSERT INTO blob_refs (device_id, sha256, item_id, len, mime) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (device_id, sha256, item_id) DO NOTHING",
        )
        .bind(device_id)
        .bind(&blob.sha256)
        .bind(&item.item_id)
        .bind(number(blob.len))
        .bind(&blob.mime)
        .execute(sql.connection())
        .await?;
    }
    Ok(())
}

async fn set_upload(tx: &mut Tx, device_id: &str, sha256: &str, received: u64) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.set_upload(device_id, sha256, received),
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "INSERT INTO uploads (device_id, sha256, received) VALUES ($1, $2, $3) \
         ON CONFLICT (device_id, sha256) DO UPDATE SET received = excluded.received",
    )
    .bind(device_id)
    .bind(sha256)
    .bind(number(received))
    .execute(sql.connection())
    .await?;
    Ok(())
}

async fn add_whole(
    tx: &mut Tx,
    sha256: &str,
    len: u64,
    image: ImageType,
    now: Moment,
) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.add_whole(sha256, len, image.mime()),
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "INSERT INTO blobs (sha256, len, mime, stored_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (sha256) DO NOTHING",
    )
    .bind(sha256)
    .bind(number(len))
    .bind(image.mime())
    .bind(now.rfc3339())
    .execute(sql.connection())
    .await?;
    Ok(())
}

async fn add_holder(tx: &mut Tx, device_id: &str, sha256: &str) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.add_holder(device_id, sha256),
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "INSERT INTO blob_holders (device_id, sha256) VALUES ($1, $2) ON CONFLICT (device_id, sha256) DO NOTHING",
    )
    .bind(device_id)
    .bind(sha256)
    .execute(sql.connection())
    .await?;
    Ok(())
}

async fn drop_upload(tx: &mut Tx, device_id: &str, sha256: &str) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.drop_upload(device_id, sha256),
        Tx::Sql(sql) => sql,
    };
    sqlx::query("DELETE FROM uploads WHERE device_id = $1 AND sha256 = $2")
        .bind(device_id)
        .bind(sha256)
        .execute(sql.connection())
        .await?;
    Ok(())
}
