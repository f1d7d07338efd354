//! What a backup says of itself.

use std::path::Path;

use rounds::domain::hash::sha256_hex;
use serde::{Deserialize, Serialize};

use super::{BackupError, MANIFEST, ROWS, files};

const FORMAT: &str = "rounds-backup";
const VERSION: u32 = 1;

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `rounds-backup`.
    pub format: String,
    /// The version of this shape.
    pub version: u32,
    /// The newest migration of the database.
    pub schema: i64,
    /// Identity of the store.
    pub store_id: String,
    /// Its epoch.
    pub epoch: u64,
    /// The number of its newest record.
    pub server_seq: u64,
    /// Up to this number, records are in it with all their photos.
    pub complete_to: u64,
    /// The endpoint's own clock, RFC 3339 UTC.
    pub made_at: String,
    /// The folder of the rows.
    pub rows: String,
    /// One file a table.
    pub tables: Vec<TableFile>,
    /// Photos in it.
    pub photos: u64,
    /// Photos that the store speaks of and whose bytes were missing or wrong on its own disk.
    pub broken_photos: Vec<String>,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Which table; the file is this name and `.jsonl`.
    pub table: String,
    /// Rows, one a line.
    pub rows: u64,
    /// Length of the file.
    pub bytes: u64,
    /// Hex SHA-256 of the file.
    pub sha256: String,
}

/// The file: the manifest as text under its own hash, so that no byte of it changes unseen.
#[derive(Serialize, Deserialize)]
struct Sealed {
    sha256: String,
    manifest: String,
}

impl Manifest {
    pub(super) fn new(schema: i64, store_id: String, rows: String, made_at: String) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            schema,
            store_id,
            epoch: 0,
            server_seq: 0,
            complete_to: 0,
            made_at,
            rows,
            tables: Vec::new(),
            photos: 0,
            broken_photos: Vec::new(),
        }
    }

    /// Reads the manifest of a folder; `None` when there is none.
    pub(super) fn find(folder: &Path) -> Result<Option<Self>, BackupError> {
        let path = folder.join(MANIFEST);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BackupError::io(&path)(error)),
        };
        let damaged = |what: &str| BackupError::Damaged(format!("manifest.json {what}"));
        let sealed: Sealed =
            serde_json::from_slice(&text).map_err(|_| damaged("is cut off or was changed"))?;
        if sha256_hex(sealed.manifest.as_bytes()) != sealed.sha256 {
            return Err(damaged("was changed"));
        }
        let manifest: Self = serde_json::from_str(&sealed.manifest)
            .map_err(|_| damaged("is of a shape that this program does not know"))?;
        if manifest.format != FORMAT || manifest.version != VERSION {
            return Err(damaged(&format!("is no {FORMAT} of version {VERSION}")));
        }
        Ok(Some(manifest))
    }

    /// As [`Manifest::find`], where one must be.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        Self::find(folder)?.ok_or_else(|| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let begun =
                entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(ROWS));
            BackupError::NotFinished { folder: folder.to_path_buf(), begun }
        })
    }

    /// From here on the backup is the folder's.
    pub(super) fn put_in_place(&self, folder: &Path) -> Result<(), BackupError> {
        let manifest = serde_json::to_string(self).expect("plain data always has JSON");
        let sealed = Sealed { sha256: sha256_hex(manifest.as_bytes()), manifest };
        let text = serde_json::to_string_pretty(&sealed).expect("plain data always has JSON");
        files::replace(&folder.join(MANIFEST), text.as_bytes())
    }
}
