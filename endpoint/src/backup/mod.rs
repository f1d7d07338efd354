//! A backup of all that an endpoint holds, in a folder, and the way back.
//!
//! ```text
//! FOLDER/manifest.json        what is in it; written last, and renamed into place
//!        rows-ID/items.jsonl  one file a table, one row a line, all of one moment
//!        photos/ab/abcdef…    each photo under its SHA-256, kept from backup to backup
//! ```
//!
//! The rows are plain, so a company moves from SQLite to Postgres and back by a backup and a restore.
//! A backup that is killed leaves the one before it as it was. Knows no commands.

mod files;
mod manifest;
mod read;
mod restore;
mod write;

use std::path::{Path, PathBuf};

pub use manifest::Manifest;
pub use read::verify;
pub use restore::{Restored, restore};
pub use write::{Backup, backup};

use crate::photos::PhotosError;
use crate::store::StoreError;

const MANIFEST: &str = "manifest.json";
const ROWS: &str = "rows-";
const PHOTOS: &str = "photos";

/// A backup could not be made or restored; the words say what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or a folder.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The photos.
    #[error("the folder of photos: {0}")]
    Photos(#[from] PhotosError),
    /// Another backup into the same folder is under way.
    #[error("another backup into {} is under way", .0.display())]
    Busy(PathBuf),
    /// The folder holds another store's backup.
    #[error("{} holds the backup of another store ({store_id}): choose another folder", folder.display())]
    AnotherStore {
        /// Which folder.
        folder: PathBuf,
        /// Whose.
        store_id: String,
    },
    /// The folder's backup has more than this store.
    #[error(
        "the backup in {} goes up to record {there}, this store only to {here}: it was restored from an \
         older one. Keep that backup, and choose another folder", folder.display()
    )]
    WouldLose {
        /// Which folder.
        folder: PathBuf,
        /// Its highest number.
        there: u64,
        /// This store's.
        here: u64,
    },
    /// No manifest.
    #[error("{} holds no finished backup: there is no manifest.json{}", folder.display(), if *begun {
        ". A backup was begun here and never finished; make it again"
    } else {
        ""
    })]
    NotFinished {
        /// Which folder.
        folder: PathBuf,
        /// True when some of it is there.
        begun: bool,
    },
    /// It is not what the manifest says.
    #[error("the backup is damaged: {0}. Nothing was restored; use another backup")]
    Damaged(String),
    /// Made by a newer program.
    #[error(
        "the backup was made by a newer rounds-endpoint (schema {found}, this one knows {known}): use that one"
    )]
    TooNew {
        /// Its schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The database to restore into holds something.
    #[error(
        "the database holds records, devices or tasks already. Nothing was changed; restore into a new one"
    )]
    NotEmpty,
}

impl BackupError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }
}
