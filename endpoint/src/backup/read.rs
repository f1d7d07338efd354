//! Reading a backup: nothing is believed before every byte of it was checked.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rounds::domain::hash::is_sha256_hex;

use super::manifest::{Manifest, TableFile};
use super::write::photo_path;
use super::{BackupError, PHOTOS, files};
use crate::store;
use crate::store::portable::{PlainRow, TABLES, Table};

/// Checks a backup whole: the manifest, each file of rows, each photo.
///
/// # Errors
/// [`BackupError`] names the first thing that is wrong.
pub fn verify(folder: &Path) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(folder)?;
    let known = store::schema();
    if manifest.schema > known {
        return Err(BackupError::TooNew { found: manifest.schema, known });
    }
    let mut photos = 0;
    for table in &TABLES {
        let file = file_of(&manifest, table)?;
        let path = folder.join(&manifest.rows).join(format!("{}.jsonl", table.name));
        let Some(found) = files::read_hash(&path)? else {
            return Err(damaged(&path, "is missing"));
        };
        if (found.bytes, found.sha256.as_str()) != (file.bytes, file.sha256.as_str()) {
            return Err(damaged(&path, "was changed or cut off"));
        }
        let mut rows = 0;
        for_each_row(folder, &manifest, table, |row| {
            rows += 1;
            if table.name == "blobs" {
                photos += u64::from(check_photo(folder, &manifest, &row)?);
            }
            Ok(())
        })?;
        if rows != file.rows {
            return Err(damaged(&path, "has another number of rows than the manifest says"));
        }
    }
    if photos != manifest.photos {
        return Err(BackupError::Damaged(format!(
            "{photos} photos are in it, the manifest says {}",
            manifest.photos
        )));
    }
    Ok(manifest)
}

/// Hands every row of a table to `take`.
pub(super) fn for_each_row(
    folder: &Path,
    manifest: &Manifest,
    table: &Table,
    mut take: impl FnMut(PlainRow) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut rows = rows(folder, manifest, table)?;
    while let Some(row) = rows.next().transpose()? {
        take(row)?;
    }
    Ok(())
}

/// The rows of a table, one after another.
pub(super) fn rows(
    folder: &Path,
    manifest: &Manifest,
    table: &Table,
) -> Result<impl Iterator<Item = Result<PlainRow, BackupError>> + use<>, BackupError> {
    let path = folder.join(&manifest.rows).join(format!("{}.jsonl", table.name));
    let file = File::open(&path).map_err(BackupError::io(&path))?;
    Ok(BufReader::new(file).lines().map(move |line| {
        let line = line.map_err(BackupError::io(&path))?;
        serde_json::from_str(&line).map_err(|_| damaged(&path, "holds a row that cannot be read"))
    }))
}

fn file_of<'a>(manifest: &'a Manifest, table: &Table) -> Result<&'a TableFile, BackupError> {
    let found = manifest.tables.iter().find(|file| file.table == table.name);
    found.ok_or_else(|| BackupError::Damaged(format!("the table {} is missing", table.name)))
}

/// True when the photo is in the backup, whole.
fn check_photo(folder: &Path, manifest: &Manifest, row: &PlainRow) -> Result<bool, BackupError> {
    let sha256 = row.get("sha256").and_then(|value| value.as_str()).unwrap_or_default();
    if manifest.broken_photos.iter().any(|broken| broken == sha256) {
        return Ok(false);
    }
    if !is_sha256_hex(sha256) {
        return Err(BackupError::Damaged("a photo has no SHA-256".to_owned()));
    }
    let path = photo_path(&folder.join(PHOTOS), sha256);
    match files::read_hash(&path)? {
        Some(found) if found.sha256 == sha256 => Ok(true),
        Some(_) => Err(damaged(&path, "was changed or cut off")),
        None => Err(damaged(&path, "is missing")),
    }
}

fn damaged(path: &Path, what: &str) -> BackupError {
    BackupError::Damaged(format!("{} {what}", path.display()))
}
