//! The commands.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rounds::sync::protocol::DeviceRole;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::demo::Demo;
use crate::folder;
use crate::secret::{NoRandomness, Secret};
use crate::serve::{ServeError, TlsFiles, serve};
use crate::state::{AppState, Config, OpenError, hint};
use crate::store::{Location, Store, StoreError, UnknownAddress};

/// How long an enrolment code holds.
pub const CODE_LIFE_MS: i64 = 15 * 60 * 1000;
const PAGE: i64 = 500;
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
    Serve(Serving),
    /// Serve a made-up estate with today's tasks, at an address that opens enrolled.
    Demo {
        #[command(flatten)]
        serving: Serving,
        /// One more task with so many items, for measuring speed.
        #[arg(long)]
        items: Option<usize>,
    },
    /// Print a one-time enrolment code that holds for 15 minutes.
    Enrol {
        #[command(flatten)]
        database: Database,
        /// What its person may do.
        #[arg(long)]
        role: Role,
        /// A site it may see; repeat for more. Without it: all sites known now.
        #[arg(long = "site")]
        sites: Vec<String>,
    },
    /// Shut a device out at once.
    Revoke {
        #[command(flatten)]
        database: Database,
        /// Its id.
        #[arg(long)]
        device: String,
    },
    /// Print every received record as a line of JSON, in the order of receipts.
    Records {
        #[command(flatten)]
        database: Database,
    },
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
struct Serving {
    #[command(flatten)]
    database: Database,
    /// The folder of photos.
    #[arg(long, default_value = ".rounds/photos")]
    blobs: PathBuf,
    /// The folder of the built app.
    #[arg(long)]
    app: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A certificate chain in PEM, for HTTPS.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key in PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// How the log on standard error is written.
    #[arg(long, default_value = "text")]
    log: LogForm,
    /// Also log every request.
    #[arg(long)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Role {
    Butler,
    Inspector,
    Manager,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogForm {
    Text,
    Json,
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
    #[error("there is no device {0}")]
    NoDevice(String),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("cannot listen on {address}: {source}; choose another with --listen")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
    #[error("a record cannot be written: {0}")]
    Json(#[from] serde_json::Error),
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
        Command::Serve(serving) => listen(serving, None).await,
        Command::Demo { serving, items } => {
            let open_door = serving.listen.ip().is_loopback();
            listen(serving, Some(Demo::new(items, open_door))).await
        }
        Command::Enrol { database, role, sites } => enrol(database.location()?, role.into(), &sites).await,
        Command::Revoke { database, device } => revoke(database.location()?, device).await,
        Command::Records { database } => records(database.location()?).await,
    }
}

async fn listen(serving: Serving, demo: Option<Demo>) -> Result<(), Failure> {
    start_log(&serving);
    let db = serving.database.location()?;
    let beside = if let Location::File(path) = &db { path.parent() } else { None };
    for path in [beside, Some(serving.blobs.as_path())].into_iter().flatten() {
        folder::make(path)?;
    }
    let is_demo = demo.as_ref().map(Demo::has_open_door);
    let state =
        AppState::open(Config { db, blobs: serving.blobs, app: serving.app, demo, clock: Clock::system() })
            .await?;
    let address = serving.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| Failure::Listen { address, source })?;
    let bound = listener.local_addr()?;
    let tls = serving.tls_cert.zip(serving.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
    let scheme = if tls.is_some() { "https" } else { "http" };
    match is_demo {
        Some(true) => println!("Open {scheme}://{bound}/demo"),
        Some(false) => {
            println!("Listening on {scheme}://{bound}; for a code run: rounds-endpoint enrol --role butler")
        }
        None => println!("Listening on {scheme}://{bound}"),
    }
    Ok(serve(state, listener, tls).await?)
}

async fn enrol(db: Location, role: DeviceRole, sites: &[String]) -> Result<(), Failure> {
    let store = existing(&db).await?;
    let code = Secret::code()?.reveal();
    let expires = Clock::system().now().millis() + CODE_LIFE_MS;
    let added = store.add_code(&Secret::code_hash(&code), role, sites, expires).await;
    added.map_err(|source| Failure::Store { location: db, source })?;
    println!("{code}");
    println!("Holds for 15 minutes, once. Type it in, or open the app's address followed by /#enrol={code}");
    store.close().await;
    Ok(())
}

async fn revoke(db: Location, device: String) -> Result<(), Failure> {
    let store = existing(&db).await?;
    let done = store.revoke(&device, Clock::system().now().millis()).await;
    let found = done.map_err(|source| Failure::Store { location: db, source })?;
    store.close().await;
    if found { Ok(()) } else { Err(Failure::NoDevice(device)) }
}

async fn records(db: Location) -> Result<(), Failure> {
    let store = existing(&db).await?;
    let mut out = std::io::stdout().lock();
    let mut reached = 0;
    loop {
        let page = store.entries_after(reached, PAGE).await;
        let page = page.map_err(|source| Failure::Store { location: db.clone(), source })?;
        let Some(last) = page.last() else { break };
        reached = i64::try_from(last.receipt.server_seq).unwrap_or(i64::MAX);
        for entry in &page {
            use std::io::Write;
            writeln!(out, "{}", serde_json::to_string(entry)?)?;
        }
    }
    Ok(())
}

/// A mistyped path or address must not make an empty database.
async fn existing(db: &Location) -> Result<Store, Failure> {
    let found = Store::open_used(db).await;
    let found = found.map_err(|source| Failure::Store { location: db.clone(), source })?;
    found.ok_or_else(|| Failure::NoDatabase(db.clone()))
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
}

fn start_log(serving: &Serving) {
    let level = if serving.verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_max_level(level);
    match serving.log {
        LogForm::Text => log.init(),
        LogForm::Json => log.json().init(),
    }
}

impl From<Role> for DeviceRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Butler => Self::Butler,
            Role::Inspector => Self::Inspector,
            Role::Manager => Self::Manager,
        }
    }
}
