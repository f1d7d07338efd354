//! Planted faults: the same recording as an endpoint would have left it that syncs less. They live
//! here and not in the endpoint, which has no switch for being unsafe.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::journal::{Entry, Event, Handle};

/// Less than the endpoint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// SQLite with `synchronous=NORMAL`: its log is synced only before it is copied into the database.
    SynchronousNormal,
    /// Photos without syncing the folders that name them.
    NoFolderSync,
    /// Photos whose own bytes are not synced.
    NoPhotoSync,
}

/// The entries with a plant.
pub fn planted(entries: &[Entry], plant: Plant) -> Vec<Entry> {
    let mut paths: HashMap<Handle, PathBuf> = HashMap::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut held_back: Option<Event> = None;
    let mut left = Vec::new();
    for entry in entries {
        let at_end_of = |file: &Handle, ending: &str| {
            paths.get(file).is_some_and(|path| path.to_string_lossy().ends_with(ending))
        };
        match &entry.event {
            Event::Sync(file) => {
                let path = paths.get(file);
                let is_folder = path.is_some_and(|path| folders.contains(path));
                let is_photo = path.is_some_and(|path| path.to_string_lossy().contains("/photos/"));
                let is_held_back = match plant {
                    Plant::SynchronousNormal => at_end_of(file, "-wal"),
                    Plant::NoFolderSync => is_folder && is_photo,
                    Plant::NoPhotoSync => is_photo && !is_folder,
                };
                if is_held_back {
                    held_back = Some(entry.event.clone());
                    continue;
                }
            }
            Event::Write { file, .. } if plant == Plant::SynchronousNormal && at_end_of(file, ".sqlite") => {
                left.extend(held_back.take().map(|event| Entry { end: entry.end, event }));
            }
            Event::Open { file, path, .. } => drop(paths.insert(*file, path.clone())),
            Event::MakeFolder(path) => folders.push(path.clone()),
            _ => {}
        }
        left.push(entry.clone());
    }
    left
}
