//! Files that are on disk, name and all, when these functions return, and their hashes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::BackupError;

/// A file being written, hashed on the way.
pub(super) struct Hashed {
    path: PathBuf,
    file: BufWriter<File>,
    sha256: Sha256,
    bytes: u64,
}

/// A file that is on disk.
pub(super) struct Written {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

impl Hashed {
    pub(super) fn create(path: PathBuf) -> Result<Self, BackupError> {
        let file = File::create_new(&path).map_err(BackupError::io(&path))?;
        Ok(Self { path, file: BufWriter::new(file), sha256: Sha256::new(), bytes: 0 })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(BackupError::io(&self.path))
    }

    pub(super) fn finish(mut self) -> Result<Written, BackupError> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        done.map_err(BackupError::io(&self.path))?;
        Ok(Written { sha256: hex(self.sha256), bytes: self.bytes })
    }
}

/// Writes a whole file under a temporary name and renames it into place.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let folder = path.parent().expect("a file of the backup lies in a folder");
    let name = path.file_name().expect("a file has a name").to_string_lossy();
    let part = folder.join(format!(".{name}.part"));
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(BackupError::io(path))?;
    sync_folder(folder)
}

/// Makes a folder and those above it.
pub(super) fn folder(path: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(path).map_err(BackupError::io(path))
}

/// Puts the names in a folder on disk.
pub(super) fn sync_folder(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(BackupError::io(path))
}

/// Hash and length of a file; `None` when there is none.
pub(super) fn read_hash(path: &Path) -> Result<Option<Written>, BackupError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BackupError::io(path)(error)),
    };
    let mut sha256 = Sha256::new();
    let mut bytes = 0;
    let mut part = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut part).map_err(BackupError::io(path))?;
        if read == 0 {
            return Ok(Some(Written { sha256: hex(sha256), bytes }));
        }
        sha256.update(&part[..read]);
        bytes += read as u64;
    }
}

fn hex(sha256: Sha256) -> String {
    sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
