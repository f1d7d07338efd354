//! `serve` and `demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;

use super::{Database, Failure, PhotoFolder};
use crate::clock::Clock;
use crate::demo::Demo;
use crate::folder;
use crate::serve::{self, TlsFiles};
use crate::state::{AppState, Config};
use crate::store::Location;

#[derive(Debug, Args)]
pub(super) struct Serving {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    photos: PhotoFolder,
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

#[derive(Debug, Args)]
pub(super) struct Demonstrating {
    #[command(flatten)]
    serving: Serving,
    /// One more task with so many items, for measuring speed.
    #[arg(long)]
    items: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogForm {
    Text,
    Json,
}

pub(super) async fn serve(serving: Serving) -> Result<(), Failure> {
    listen(serving, None).await
}

pub(super) async fn demo(demo: Demonstrating) -> Result<(), Failure> {
    let open_door = demo.serving.listen.ip().is_loopback();
    listen(demo.serving, Some(Demo::new(demo.items, open_door))).await
}

async fn listen(serving: Serving, demo: Option<Demo>) -> Result<(), Failure> {
    start_log(&serving);
    let (db, blobs) = (serving.database.location()?, serving.photos.blobs);
    let beside = if let Location::File(path) = &db { path.parent() } else { None };
    for path in [beside, Some(blobs.as_path())].into_iter().flatten() {
        folder::make(path)?;
    }
    let is_demo = demo.as_ref().map(Demo::has_open_door);
    let state = AppState::open(Config { db, blobs, app: serving.app, demo, clock: Clock::system() }).await?;
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
    Ok(serve::serve(state, listener, tls).await?)
}

fn start_log(serving: &Serving) {
    let level = if serving.verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_max_level(level);
    match serving.log {
        LogForm::Text => log.init(),
        LogForm::Json => log.json().init(),
    }
}
