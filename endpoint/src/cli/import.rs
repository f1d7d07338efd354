//! `import`: a phone's export file, straight into the endpoint.

use std::path::PathBuf;

use clap::Args;

use super::{Database, Failure, PhotoFolder};
use crate::clock::Clock;
use crate::import::{Summary, import};

/// Each record keeps its number, its author and the install that made it. What is here already stays
/// as it is, so that the same file may be taken in twice; a damaged file gives what can still be read
/// of it. It works while the endpoint serves.
#[derive(Debug, Args)]
pub(super) struct Importing {
    /// The file that the phone exported.
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    photos: PhotoFolder,
}

pub(super) async fn run(importing: Importing) -> Result<(), Failure> {
    let path = importing.file;
    let bytes = std::fs::read(&path).map_err(|source| Failure::Read { path, source })?;
    let store = importing.database.existing().await?.store;
    let photos = importing.photos.existing().await?;
    let summary = import(&store, &photos, &bytes, Clock::system().now()).await?;
    store.close().await;
    print(&summary);
    if summary.is_damaged {
        return Err(Failure::Partly(
            "the file was cut off or changed; more may have been in it. Look for another copy",
        ));
    }
    if !summary.refused.is_empty() || !summary.photos_refused.is_empty() {
        return Err(Failure::Partly("not everything was taken; the reasons stand above. Keep the file"));
    }
    Ok(())
}

fn print(summary: &Summary) {
    println!(
        "records: {} stored, {} already there, {} refused",
        summary.stored,
        summary.there,
        summary.refused.len()
    );
    println!(
        "photos:  {} stored, {} already there, {} refused",
        summary.photos_stored,
        summary.photos_there,
        summary.photos_refused.len()
    );
    for (id, reason) in &summary.refused {
        println!("    record {id}: {reason}");
    }
    for (sha256, reason) in &summary.photos_refused {
        println!("    photo {sha256}: {reason}");
    }
    if summary.unfinished > 0 {
        println!(
            "    {} tasks are not finished: open the file on another phone to go on with them",
            summary.unfinished
        );
    }
    for key in &summary.unreadable {
        println!("    the phone itself could not read {key}; it is not in the file");
    }
}
