//! Making a backup while the endpoint serves.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rounds::domain::hash::{is_sha256_hex, sha256_hex};
use uuid::Uuid;

use super::files::{self, Hashed};
use super::manifest::{Manifest, TableFile};
use super::{BackupError, PHOTOS, ROWS};
use crate::clock::Moment;
use crate::photos::Photos;
use crate::store::portable::{Snapshot, TABLES, Table};
use crate::store::{self, Store};

/// A record older than this no longer keeps the watermark down for a photo that never came.
const WAIT_FOR_PHOTOS_MS: i64 = 90 * 24 * 3600 * 1000;

/// What a backup did.
#[derive(Clone, Debug)]
pub struct Backup {
    /// What is in it.
    pub manifest: Manifest,
    /// Photos that were not in the folder before.
    pub photos_copied: u64,
}

/// Backs the store up into a folder, and lets phones know how far it goes once it is on disk.
///
/// # Errors
/// [`BackupError`]; a backup that stood in the folder before stands as it did.
pub async fn backup(
    store: &Store,
    photos: &Photos,
    folder: &Path,
    now: Moment,
) -> Result<Backup, BackupError> {
    files::folder(folder)?;
    let _alone = alone(folder)?;
    let before = Manifest::find(folder)?;
    let mut snapshot = store.snapshot().await?;
    let (store_id, epoch, server_seq) = snapshot.identity().await?;
    refuse_to_lose(folder, before.as_ref(), &store_id, server_seq)?;
    remove_others(folder, before.as_ref().map(|manifest| manifest.rows.as_str()))?;

    let rows = format!("{ROWS}{}", Uuid::now_v7());
    let mut manifest = Manifest::new(store::schema(), store_id, rows.clone(), now.rfc3339());
    (manifest.epoch, manifest.server_seq) = (epoch, server_seq);
    let rows_folder = folder.join(&rows);
    files::folder(&rows_folder)?;
    for table in &TABLES {
        manifest.tables.push(write_table(&mut snapshot, table, &rows_folder).await?);
    }
    files::sync_folder(&rows_folder)?;
    let listed = snapshot.photos().await?;
    let waiting = snapshot.first_waiting(&now.plus(-WAIT_FOR_PHOTOS_MS).rfc3339()).await?;
    // Photos are whole before they are listed and never change, so they need no snapshot.
    drop(snapshot);

    let mut photos_copied = 0;
    for sha256 in listed {
        match copy_photo(photos, &sha256, &folder.join(PHOTOS)).await? {
            Copied::New => photos_copied += 1,
            Copied::Before => {}
            Copied::Broken => {
                manifest.broken_photos.push(sha256);
                continue;
            }
        }
        manifest.photos += 1;
    }
    files::sync_folder(folder)?;
    let broken = store.first_record_with(&manifest.broken_photos).await?;
    let first_incomplete = waiting.into_iter().chain(broken).min();
    manifest.complete_to = first_incomplete.map_or(server_seq, |first| server_seq.min(first - 1));
    manifest.put_in_place(folder)?;
    store.raise_backup_watermark(manifest.complete_to).await?;
    remove_others(folder, Some(&rows))?;
    Ok(Backup { manifest, photos_copied })
}

/// The lock goes with the process, however it ends.
fn alone(folder: &Path) -> Result<File, BackupError> {
    let path = folder.join("backup.lock");
    let file = File::create(&path).map_err(BackupError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(folder.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(BackupError::io(&path)(error)),
    }
}

fn refuse_to_lose(
    folder: &Path,
    before: Option<&Manifest>,
    store_id: &str,
    here: u64,
) -> Result<(), BackupError> {
    let Some(before) = before else { return Ok(()) };
    let folder = folder.to_path_buf();
    if before.store_id != store_id {
        return Err(BackupError::AnotherStore { folder, store_id: before.store_id.clone() });
    }
    if before.server_seq > here {
        return Err(BackupError::WouldLose { folder, there: before.server_seq, here });
    }
    Ok(())
}

/// Removes rows that belong to no finished backup.
fn remove_others(folder: &Path, keep: Option<&str>) -> Result<(), BackupError> {
    let entries = fs::read_dir(folder).map_err(BackupError::io(folder))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(ROWS) && Some(name.as_str()) != keep {
            fs::remove_dir_all(entry.path()).map_err(BackupError::io(&entry.path()))?;
        }
    }
    Ok(())
}

async fn write_table(
    snapshot: &mut Snapshot,
    table: &Table,
    folder: &Path,
) -> Result<TableFile, BackupError> {
    let mut file = Hashed::create(folder.join(format!("{}.jsonl", table.name)))?;
    let mut rows = 0;
    let keep = |row| {
        rows += 1;
        let line = serde_json::to_vec(&row).expect("plain data always has JSON");
        file.write(&line).and_then(|()| file.write(b"\n"))
    };
    snapshot.rows(table, keep).await??;
    let written = file.finish()?;
    Ok(TableFile { table: table.name.to_owned(), rows, bytes: written.bytes, sha256: written.sha256 })
}

enum Copied {
    New,
    Before,
    Broken,
}

async fn copy_photo(photos: &Photos, sha256: &str, folder: &Path) -> Result<Copied, BackupError> {
    if !is_sha256_hex(sha256) {
        return Ok(Copied::Broken);
    }
    let path = photo_path(folder, sha256);
    // It was renamed into place when it was whole.
    if path.is_file() {
        return Ok(Copied::Before);
    }
    let Ok(bytes) = photos.read(sha256).await else { return Ok(Copied::Broken) };
    if sha256_hex(&bytes) != sha256 {
        return Ok(Copied::Broken);
    }
    let shelf = path.parent().expect("photos lie on shelves");
    if !shelf.is_dir() {
        files::folder(shelf)?;
        files::sync_folder(folder)?;
    }
    files::replace(&path, &bytes)?;
    Ok(Copied::New)
}

/// Where a photo lies in a backup.
pub(super) fn photo_path(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(&sha256[..2]).join(sha256)
}
