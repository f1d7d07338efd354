//! Bytes of photos. Chunks gather in a file of their own, on disk before their offset is told;
//! a whole photo goes into the object store and is on disk, name and all, before its row is written.
//! Tests may keep them on a [`Disk`] in memory instead, which keeps the same promises.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as Key};
use rounds::domain::hash::is_sha256_hex;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::sync::{Mutex, MutexGuard};

use crate::store::StoreError;
use crate::store::memory::Disk;

const STRIPES: usize = 64;

/// Photos and uploads on their way.
pub struct Photos {
    place: Place,
    stripes: Vec<Mutex<()>>,
}

enum Place {
    Folder(Folder),
    Memory(Disk),
}

struct Folder {
    path: PathBuf,
    uploads: PathBuf,
    store: Arc<dyn ObjectStore>,
}

/// The disk failed.
#[derive(Debug, thiserror::Error)]
pub enum PhotosError {
    /// A file or a folder.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The object store.
    #[error("{0}")]
    Store(#[from] object_store::Error),
    /// The twin in memory.
    #[error("{0}")]
    Memory(#[from] StoreError),
}

/// The kinds of picture that are taken, told by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    Webp,
}

impl Photos {
    /// Opens the folder, making it where it is absent.
    pub async fn open(folder: &Path) -> Result<Self, PhotosError> {
        Ok(Self::at(Place::Folder(Folder::open(folder).await?)))
    }

    /// Keeps them in memory.
    pub(crate) fn on(disk: Disk) -> Self {
        Self::at(Place::Memory(disk))
    }

    fn at(place: Place) -> Self {
        Self { place, stripes: (0..STRIPES).map(|_| Mutex::new(())).collect() }
    }

    /// Keeps two requests from writing one upload at once.
    pub async fn turn(&self, sha256: &str) -> MutexGuard<'_, ()> {
        let index = sha256.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        self.stripes[index % STRIPES].lock().await
    }

    /// Bytes of an upload that are really there, at most what was noted.
    pub async fn staged(&self, device_id: &str, sha256: &str, noted: u64) -> Result<u64, PhotosError> {
        let there = match &self.place {
            Place::Folder(folder) => folder.staged_len(device_id, sha256).await?,
            Place::Memory(disk) => disk.staged_len(device_id, sha256)?,
        };
        Ok(there.min(noted))
    }

    /// Writes a chunk at its offset; it is on disk when this returns.
    pub async fn append(
        &self,
        device_id: &str,
        sha256: &str,
        offset: u64,
        chunk: &[u8],
    ) -> Result<(), PhotosError> {
        match &self.place {
            Place::Folder(folder) => folder.append(device_id, sha256, offset, chunk).await,
            Place::Memory(disk) => Ok(disk.append(device_id, sha256, offset, chunk)?),
        }
    }

    /// All bytes of an upload.
    pub async fn read_staged(&self, device_id: &str, sha256: &str) -> Result<Vec<u8>, PhotosError> {
        match &self.place {
            Place::Folder(folder) => Ok(tokio::fs::read(folder.staging(device_id, sha256)).await?),
            Place::Memory(disk) => Ok(disk.read_staged(device_id, sha256)?),
        }
    }

    /// Drops an upload.
    pub async fn discard(&self, device_id: &str, sha256: &str) -> Result<(), PhotosError> {
        match &self.place {
            Place::Folder(folder) => folder.discard(device_id, sha256).await,
            Place::Memory(disk) => Ok(disk.discard(device_id, sha256)?),
        }
    }

    /// Uploads on disk that nobody wrote to since, as device and hash.
    pub async fn untouched_since(&self, before: SystemTime) -> Result<Vec<(String, String)>, PhotosError> {
        match &self.place {
            Place::Folder(folder) => folder.untouched_since(before).await,
            Place::Memory(_) => Ok(Vec::new()),
        }
    }

    /// Puts a whole photo in its place; it is on disk under its name when this returns.
    pub async fn keep(&self, sha256: &str, bytes: Vec<u8>) -> Result<(), PhotosError> {
        match &self.place {
            Place::Folder(folder) => folder.keep(sha256, bytes).await,
            Place::Memory(disk) => Ok(disk.keep(sha256, bytes)?),
        }
    }

    /// The bytes of a whole photo.
    pub async fn read(&self, sha256: &str) -> Result<axum::body::Bytes, PhotosError> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.store.get(&key(sha256)).await?.bytes().await?),
            Place::Memory(disk) => Ok(disk.photo(sha256)?),
        }
    }
}

impl Folder {
    async fn open(path: &Path) -> Result<Self, PhotosError> {
        let uploads = path.join("uploads");
        tokio::fs::create_dir_all(&uploads).await?;
        let path = tokio::fs::canonicalize(path).await?;
        sync_folder(&path).await?;
        let store = Arc::new(LocalFileSystem::new_with_prefix(&path)?);
        Ok(Self { uploads: path.join("uploads"), path, store })
    }

    async fn staged_len(&self, device_id: &str, sha256: &str) -> Result<u64, PhotosError> {
        match tokio::fs::metadata(self.staging(device_id, sha256)).await {
            Ok(file) => Ok(file.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    async fn append(
        &self,
        device_id: &str,
        sha256: &str,
        offset: u64,
        chunk: &[u8],
    ) -> Result<(), PhotosError> {
        let path = self.staging(device_id, sha256);
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).await?;
        file.set_len(offset).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        file.write_all(chunk).await?;
        file.sync_all().await?;
        if offset == 0 {
            sync_folder(&self.uploads).await?;
        }
        Ok(())
    }

    async fn discard(&self, device_id: &str, sha256: &str) -> Result<(), PhotosError> {
        match tokio::fs::remove_file(self.staging(device_id, sha256)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn untouched_since(&self, before: SystemTime) -> Result<Vec<(String, String)>, PhotosError> {
        let mut found = Vec::new();
        let mut entries = tokio::fs::read_dir(&self.uploads).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name().to_string_lossy().into_owned();
            // A device's id has dashes of its own; the hash stands behind the last.
            let Some((device_id, sha256)) = name.rsplit_once('-') else { continue };
            if is_sha256_hex(sha256) && entry.metadata().await?.modified()? < before {
                found.push((device_id.to_owned(), sha256.to_owned()));
            }
        }
        Ok(found)
    }

    /// The object store writes a temporary file and renames it but does not sync, so the file and
    /// the folders that name it are synced here.
    async fn keep(&self, sha256: &str, bytes: Vec<u8>) -> Result<(), PhotosError> {
        self.store.put(&key(sha256), PutPayload::from(bytes)).await?;
        let shelf = self.path.join(&sha256[..2]);
        File::open(shelf.join(sha256)).await?.sync_all().await?;
        sync_folder(&shelf).await?;
        sync_folder(&self.path).await
    }

    fn staging(&self, device_id: &str, sha256: &str) -> PathBuf {
        self.uploads.join(format!("{device_id}-{sha256}"))
    }
}

impl ImageType {
    /// By the magic numbers of the formats' own specifications; `None` for anything else.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// Photos lie in 256 folders by the first two digits of their hash.
fn key(sha256: &str) -> Key {
    Key::from(format!("{}/{sha256}", &sha256[..2]))
}

async fn sync_folder(folder: &Path) -> Result<(), PhotosError> {
    Ok(File::open(folder).await?.sync_all().await?)
}
