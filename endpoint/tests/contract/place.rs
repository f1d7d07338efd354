//! The database that a test has for itself: SQLite, the twin in memory, or a database of a Postgres.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rounds_endpoint::clock::Clock;
use rounds_endpoint::demo::Demo;
use rounds_endpoint::store::memory::{Disk, Snapshot};
use rounds_endpoint::store::{Location, Store};
use rounds_endpoint::{AppState, Config};
use sqlx::{AnyPool, AssertSqlSafe, Row};

use crate::cluster;

/// Which database the suite runs on; see `backends.rs`. Without it: SQLite.
pub const ON: &str = "ROUNDS_CONTRACT_ON";
pub const MEMORY: &str = "memory";

pub enum Place {
    Sqlite(PathBuf),
    Memory(Disk),
    Postgres { server: String, database: String },
}

pub enum Backup {
    File(PathBuf),
    Memory(Snapshot),
    Database(String),
}

impl Place {
    /// A new and empty one of the kind that the suite runs on.
    pub async fn fresh(dir: &Path) -> Self {
        match std::env::var(ON) {
            Err(_) => Self::Sqlite(dir.join("data base.sqlite")),
            Ok(on) if on == MEMORY => Self::Memory(Disk::new("store-in-memory")),
            Ok(server) => {
                static MADE: AtomicU32 = AtomicU32::new(0);
                let number = MADE.fetch_add(1, Ordering::Relaxed);
                let database = format!("t{}_{number}", std::process::id());
                run(&server, "postgres", &format!("CREATE DATABASE {database}")).await;
                Self::Postgres { server, database }
            }
        }
    }

    pub async fn start(&self, dir: &Path, clock: Clock, demo: Option<Demo>) -> AppState {
        let app = Some(dir.join("dist"));
        if let Self::Memory(disk) = self {
            return AppState::assemble(disk.store(), disk.photos(), clock, app, demo).await.unwrap();
        }
        let blobs = dir.join("photos");
        AppState::open(Config { db: self.location(), blobs, app, demo, clock }).await.unwrap()
    }

    /// Where a program of its own finds it.
    pub fn location(&self) -> Location {
        match self {
            Self::Sqlite(path) => Location::File(path.clone()),
            Self::Postgres { server, database } => Location::of_url(&cluster::url(server, database)).unwrap(),
            Self::Memory(_) => panic!("memory is nowhere else"),
        }
    }

    /// How the program is told of it.
    pub fn arguments(&self) -> Vec<String> {
        match self.location() {
            Location::File(path) => vec!["--db".to_owned(), path.display().to_string()],
            Location::Postgres(url) => vec!["--database-url".to_owned(), url],
        }
    }

    /// A copy of a database that nobody has open.
    pub async fn back_up(&self) -> Backup {
        match self {
            Self::Sqlite(path) => {
                let copy = path.with_extension("backup");
                std::fs::copy(path, &copy).unwrap();
                Backup::File(copy)
            }
            Self::Memory(disk) => Backup::Memory(disk.snapshot()),
            Self::Postgres { server, database } => {
                let copy = format!("{database}_backup");
                run(server, "postgres", &format!("CREATE DATABASE {copy} TEMPLATE {database}")).await;
                Backup::Database(copy)
            }
        }
    }

    /// Puts a copy back in the place of a database that nobody has open.
    pub async fn restore(&self, backup: &Backup) {
        match (self, backup) {
            (Self::Sqlite(path), Backup::File(copy)) => {
                for suffix in ["-wal", "-shm"] {
                    // Closing has folded the log into the file; a leftover would undo the restore.
                    let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
                }
                std::fs::copy(copy, path).unwrap();
            }
            (Self::Memory(disk), Backup::Memory(snapshot)) => disk.restore(snapshot),
            (Self::Postgres { server, database }, Backup::Database(copy)) => {
                run(server, "postgres", &format!("DROP DATABASE {database}")).await;
                run(server, "postgres", &format!("CREATE DATABASE {database} TEMPLATE {copy}")).await;
            }
            _ => panic!("that is a backup of another database"),
        }
    }

    /// Runs statements in it, as someone with their own connection.
    pub async fn sql(&self, statements: &str) {
        match self {
            Self::Postgres { server, database } => run(server, database, statements).await,
            _ => panic!("statements are for Postgres"),
        }
    }

    /// Refused records that were kept.
    pub async fn quarantined(&self) -> u64 {
        match self {
            Self::Memory(disk) => disk.quarantined(),
            _ => self.count("SELECT COUNT(*) FROM quarantine").await,
        }
    }

    /// One number, asked by a connection of its own.
    pub async fn count(&self, query: &'static str) -> u64 {
        let url = match self.location() {
            Location::File(path) => format!("sqlite://{}", path.display().to_string().replace(' ', "%20")),
            Location::Postgres(url) => url,
        };
        sqlx::any::install_default_drivers();
        let pool = AnyPool::connect(&url).await.unwrap();
        let count: i64 = sqlx::query(query).fetch_one(&pool).await.unwrap().get(0);
        pool.close().await;
        count.unsigned_abs()
    }

    /// All that is on disk, log included, of a database that nobody has open.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Sqlite(path) => {
                let files =
                    std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
                files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
            }
            Self::Postgres { server, database } => cluster::dump(server, database),
            Self::Memory(_) => panic!("memory is not on disk"),
        }
    }

    pub async fn reopened(&self) -> Store {
        Store::open(&self.location()).await.unwrap()
    }

    /// Bytes of an upload as a kill would leave them; `None` loses them.
    pub fn tear_upload(&self, dir: &Path, device: &str, sha256: &str, bytes: Option<&[u8]>) {
        let file = upload(dir, device, sha256);
        match (self, bytes) {
            (Self::Memory(disk), bytes) => disk.tear_upload(device, sha256, bytes),
            (_, Some(bytes)) => std::fs::write(file, bytes).unwrap(),
            (_, None) => std::fs::remove_file(file).unwrap(),
        }
    }

    pub fn has_upload(&self, dir: &Path, device: &str, sha256: &str) -> bool {
        match self {
            Self::Memory(disk) => disk.has_upload(device, sha256),
            _ => upload(dir, device, sha256).exists(),
        }
    }
}

async fn run(server: &str, database: &str, statements: &str) {
    use sqlx::Connection;
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(&cluster::url(server, database)).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn upload(dir: &Path, device: &str, sha256: &str) -> PathBuf {
    dir.join("photos/uploads").join(format!("{device}-{sha256}"))
}
