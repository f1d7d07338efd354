//! Restoring a backup into an empty endpoint.

use std::path::Path;

use rounds::domain::hash::sha256_hex;

use super::manifest::Manifest;
use super::write::photo_path;
use super::{BackupError, PHOTOS, read};
use crate::clock::Moment;
use crate::photos::Photos;
use crate::store::Store;
use crate::store::portable::{Filling, TABLES};

/// What a restore did.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What was in the backup.
    pub manifest: Manifest,
    /// The epoch from now on: no phone has seen it.
    pub epoch: u64,
}

/// Restores a backup that [`super::verify`] passed. The photos come first, then all rows in one
/// transaction: killed in between, it can be done again. The store must be opened anew afterwards.
///
/// # Errors
/// [`BackupError`]; nothing is in the database then.
pub async fn restore(
    folder: &Path,
    manifest: Manifest,
    store: &Store,
    photos: &Photos,
    now: Moment,
) -> Result<Restored, BackupError> {
    // Asked before any byte is written, and once more by the transaction that writes the rows.
    store.fill().await?.ok_or(BackupError::NotEmpty)?;
    copy_photos(folder, &manifest, photos).await?;
    let mut filling = store.fill().await?.ok_or(BackupError::NotEmpty)?;
    for table in &TABLES {
        for row in read::rows(folder, &manifest, table)? {
            filling.add(table, &row?).await?;
        }
    }
    forget_broken(&manifest, &mut filling).await?;
    let epoch = filling.finish(now.millis()).await?;
    Ok(Restored { manifest, epoch })
}

async fn copy_photos(folder: &Path, manifest: &Manifest, photos: &Photos) -> Result<(), BackupError> {
    let blobs = TABLES.iter().find(|table| table.name == "blobs").expect("photos have a table");
    for row in read::rows(folder, manifest, blobs)? {
        let row = row?;
        let sha256 = row.get("sha256").and_then(|value| value.as_str()).unwrap_or_default();
        if manifest.broken_photos.iter().any(|broken| broken == sha256) {
            continue;
        }
        if photos.read(sha256).await.is_ok_and(|there| sha256_hex(&there) == sha256) {
            continue;
        }
        let path = photo_path(&folder.join(PHOTOS), sha256);
        let bytes = std::fs::read(&path).map_err(BackupError::io(&path))?;
        photos.keep(sha256, bytes).await?;
    }
    Ok(())
}

/// Their phones are asked for them again.
async fn forget_broken(manifest: &Manifest, filling: &mut Filling) -> Result<(), BackupError> {
    for sha256 in &manifest.broken_photos {
        filling.forget_photo(sha256).await?;
    }
    Ok(())
}
