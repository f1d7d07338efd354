//! The commands, one file each.

mod backup;
mod devices;
mod enrol;
mod gaps;
mod import;
mod listen;
mod records;
mod say;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use enrol::CODE_LIFE_MS;

use crate::backup::BackupError;
use crate::folder;
use crate::import::ImportError;
use crate::photos::{Photos, PhotosError};
use crate::secret::NoRandomness;
use crate::serve::ServeError;
use crate::state::{OpenError, hint};
use crate::store::{Location, Store, StoreError, UnknownAddress};

const DEFAULT_FILE: &str = ".rounds/endpoint.sqlite";

/// Receives what Rounds delivers, each record once.
#[derive(Debug, Parser)]
#[command(name = "rounds-endpoint", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a company's own estate.
    Serve(listen::Serving),
    /// Serve a made-up estate with today's tasks, at an address that opens enrolled.
    Demo(listen::Demonstrating),
    /// Print a one-time enrolment code that holds for 15 minutes, and its QR code.
    Enrol(enrol::Enrolling),
    /// List the phones: role, sites, when last seen, what each still holds.
    Devices {
        #[command(flatten)]
        database: Database,
    },
    /// Shut a device out at once.
    Revoke {
        #[command(flatten)]
        database: Database,
        /// Its id, as `devices` lists it.
        #[arg(long)]
        device: String,
    },
    /// Show which records never arrived: missing numbers of each install.
    Gaps {
        #[command(flatten)]
        database: Database,
    },
    /// Print every received record as a line of JSON, in the order of receipts.
    Records {
        #[command(flatten)]
        database: Database,
    },
    /// Take in the file that a phone exported, under the same rules as a delivery.
    Import(import::Importing),
    /// Back everything up into a folder, also while the endpoint serves.
    Backup(backup::BackingUp),
    /// Restore a backup into a new, empty endpoint.
    Restore(backup::Restoring),
}

#[derive(Debug, Args)]
struct Database {
    /// The SQLite file; without it and without an address: .rounds/endpoint.sqlite.
    #[arg(long)]
    db: Option<PathBuf>,
    /// A Postgres, as postgres://user:password@host/database; without it and without --db, the
    /// variable DATABASE_URL tells.
    #[arg(long, conflicts_with = "db")]
    database_url: Option<String>,
}

#[derive(Debug, Args)]
struct PhotoFolder {
    /// The folder of photos.
    #[arg(long, default_value = ".rounds/photos")]
    blobs: PathBuf,
}

/// A command failed; the words say what to do.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the database {location} cannot be used: {source}{}", hint(location, source))]
    Store { location: Location, source: StoreError },
    #[error(
        "there is no database at {0}: start `serve` or `demo` with it first, or name it with --db or DATABASE_URL"
    )]
    NoDatabase(Location),
    #[error(transparent)]
    Address(#[from] UnknownAddress),
    #[error("the folder of photos {} cannot be used: {source}; name it with --blobs", path.display())]
    Photos { path: PathBuf, source: PhotosError },
    #[error("there is no folder of photos at {}: name it with --blobs", .0.display())]
    NoPhotos(PathBuf),
    #[error("there is no device {0}; `devices` lists them")]
    NoDevice(String),
    #[error("{0} is no address of a page: write it as https://rounds.example")]
    NoAddress(String),
    #[error("the QR code cannot be drawn: the address is too long")]
    NoQr,
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("cannot listen on {address}: {source}; choose another with --listen")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("a record cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The command did what it could and has said what it could not.
    #[error("{0}")]
    Partly(&'static str),
}

/// Runs the command that the process was given.
pub async fn run() -> ExitCode {
    match execute(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("rounds-endpoint: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(serving) => listen::serve(serving).await,
        Command::Demo(demo) => listen::demo(demo).await,
        Command::Enrol(enrolling) => enrol::run(enrolling).await,
        Command::Devices { database } => devices::list(&database).await,
        Command::Revoke { database, device } => devices::revoke(&database, device).await,
        Command::Gaps { database } => gaps::run(&database).await,
        Command::Records { database } => records::run(&database).await,
        Command::Import(importing) => import::run(importing).await,
        Command::Backup(backing_up) => backup::back_up(backing_up).await,
        Command::Restore(restoring) => backup::restore(restoring).await,
    }
}

impl Database {
    /// What is said on the command line comes before the environment.
    fn location(&self) -> Result<Location, UnknownAddress> {
        if let Some(url) = &self.database_url {
            return Location::of_url(url);
        }
        if let Some(file) = &self.db {
            return Ok(Location::File(file.clone()));
        }
        match std::env::var("DATABASE_URL") {
            Ok(url) if !url.is_empty() => Location::of_url(&url),
            _ => Ok(Location::File(PathBuf::from(DEFAULT_FILE))),
        }
    }

    /// A mistyped path or address must not make an empty database.
    async fn existing(&self) -> Result<Opened, Failure> {
        let location = self.location()?;
        let found = Store::open_used(&location).await.map_err(failed(&location))?;
        let store = found.ok_or_else(|| Failure::NoDatabase(location.clone()))?;
        Ok(Opened { store, location })
    }

    /// Makes it where it is absent.
    async fn new_or_existing(&self) -> Result<Opened, Failure> {
        let location = self.location()?;
        if let Location::File(path) = &location
            && let Some(beside) = path.parent()
        {
            folder::make(beside)?;
        }
        let store = Store::open(&location).await.map_err(failed(&location))?;
        Ok(Opened { store, location })
    }
}

/// A database, and where it is, for the words when it fails.
struct Opened {
    store: Store,
    location: Location,
}

impl Opened {
    fn failed(&self) -> impl FnOnce(StoreError) -> Failure + use<> {
        failed(&self.location)
    }
}

fn failed(location: &Location) -> impl FnOnce(StoreError) -> Failure + use<> {
    let location = location.clone();
    move |source| Failure::Store { location, source }
}

impl PhotoFolder {
    /// A mistyped path must not pass for a folder without photos.
    async fn existing(&self) -> Result<Photos, Failure> {
        if !self.blobs.is_dir() {
            return Err(Failure::NoPhotos(self.blobs.clone()));
        }
        self.new_or_existing().await
    }

    async fn new_or_existing(&self) -> Result<Photos, Failure> {
        let path: &Path = &self.blobs;
        Photos::open(path).await.map_err(|source| Failure::Photos { path: path.to_path_buf(), source })
    }
}
