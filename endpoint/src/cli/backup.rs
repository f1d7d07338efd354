//! `backup` and `restore`.

use std::path::PathBuf;

use clap::Args;

use super::{Database, Failure, PhotoFolder};
use crate::backup;
use crate::clock::Clock;

/// The folder holds plain rows, one JSON line each, and the photos; another backup into it copies
/// only new photos. Rows know nothing of the kind of database: to move to another one, back up and
/// restore there. Once it is on disk, phones are told how far it goes, and let go of records that are
/// in it and 30 days old.
#[derive(Debug, Args)]
pub(super) struct BackingUp {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    photos: PhotoFolder,
    /// The folder of the backup; best on another disk.
    #[arg(long)]
    to: PathBuf,
}

/// Checks the whole backup first, then restores it into a database that is new or empty; nothing is
/// ever overwritten. Phones notice by themselves that the store was restored, and offer again all
/// that they still hold. Phones that were enrolled after the backup need a new code.
#[derive(Debug, Args)]
pub(super) struct Restoring {
    /// The folder of the backup.
    #[arg(long)]
    from: PathBuf,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    photos: PhotoFolder,
    /// Only check that the backup is whole.
    #[arg(long)]
    check: bool,
}

pub(super) async fn back_up(args: BackingUp) -> Result<(), Failure> {
    let store = args.database.existing().await?.store;
    let photos = args.photos.existing().await?;
    let done = backup::backup(&store, &photos, &args.to, Clock::system().now()).await?;
    store.close().await;
    let manifest = &done.manifest;
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    println!(
        "Backed up to {}: {rows} rows, {} photos ({} new), up to record {}",
        args.to.display(),
        manifest.photos,
        done.photos_copied,
        manifest.server_seq
    );
    if manifest.complete_to < manifest.server_seq {
        println!(
            "Phones keep everything after record {} until its photos have arrived and are backed up too",
            manifest.complete_to
        );
    }
    if manifest.broken_photos.is_empty() {
        return Ok(());
    }
    for sha256 in &manifest.broken_photos {
        println!("    photo {sha256}: missing or changed on the endpoint's own disk");
    }
    Err(Failure::Partly("the backup is usable, but photos of this endpoint are damaged: look after its disk"))
}

pub(super) async fn restore(args: Restoring) -> Result<(), Failure> {
    let manifest = backup::verify(&args.from)?;
    println!(
        "The backup of {} is whole: {} photos, up to record {}",
        manifest.made_at, manifest.photos, manifest.server_seq
    );
    if args.check {
        return Ok(());
    }
    let made_at = manifest.made_at.clone();
    let store = args.database.new_or_existing().await?.store;
    let photos = args.photos.new_or_existing().await?;
    let restored = backup::restore(&args.from, manifest, &store, &photos, Clock::system().now()).await;
    store.close().await;
    let restored = restored?;
    println!(
        "Restored as epoch {}. Start `serve`; phones offer again all that they still hold.",
        restored.epoch
    );
    println!("Phones revoked after {made_at} are let in again: look at `devices` and revoke them anew.");
    if !restored.manifest.broken_photos.is_empty() {
        println!(
            "{} photos were damaged before the backup; their phones are asked again.",
            restored.manifest.broken_photos.len()
        );
    }
    Ok(())
}
