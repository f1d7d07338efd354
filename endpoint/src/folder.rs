//! Folders that are still there after a power cut: a folder's name is safe only once the folder
//! above it was synced, or all that lies in it would go with the name.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes the folder with all those above it, and returns once their names are on disk. A folder
/// that is there is taken to be new too: whoever made it may have been stopped before the sync.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    let above = match path.parent() {
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
        None => return Ok(()),
    };
    if !path.is_dir() {
        make(above)?;
        match std::fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    match File::open(above).and_then(|folder| folder.sync_all()) {
        // A folder above that may not be read was not made by this program.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_with_all_above_it_and_made_again_without_harm() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one/two/three");
        make(&path).unwrap();
        make(&path).unwrap();
        assert!(path.is_dir());
        std::fs::write(path.join("file"), "").unwrap();
        assert!(make(&path.join("file/below")).is_err());
        make(Path::new("")).unwrap();
    }
}
