//! Listening, and stopping without cutting off an answer.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::{Connected, IntoMakeServiceWithConnectInfo};
use axum::serve::{IncomingStream, Listener};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::state::AppState;
use crate::tls::{TlsError, TlsListener};

const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// A certificate and its key, as PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The endpoint could not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address.
    #[error("cannot listen: {0}")]
    Io(#[from] std::io::Error),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Serves until the process is told to stop, then finishes the answers under way.
pub async fn serve(state: AppState, listener: TcpListener, tls: Option<TlsFiles>) -> Result<(), ServeError> {
    let app = crate::app(state.clone()).into_make_service_with_connect_info::<Peer>();
    match tls {
        Some(files) => run(TlsListener::new(listener, &files.certificate, &files.key)?, app).await?,
        None => run(listener, app).await?,
    }
    state.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn run<L>(listener: L, app: IntoMakeServiceWithConnectInfo<Router, Peer>) -> Result<(), ServeError>
where
    L: Listener<Addr = SocketAddr>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let (stop, mut stopping) = watch::channel(false);
    let mut also_stopping = stopping.clone();
    tokio::spawn(async move {
        told_to_stop().await;
        stop.send_replace(true);
    });
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        // An error means that the sender is gone, which is the end as well.
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    tokio::select! {
        ended = serving.into_future() => ended?,
        () = async {
            let _ = also_stopping.wait_for(|stop| *stop).await;
            tokio::time::sleep(LAST_ANSWERS).await;
        } => tracing::warn!("some connections were still open after ten seconds"),
    }
    Ok(())
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return interrupted().await;
    };
    tokio::select! {
        () = interrupted() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the process can still be killed; it must not stop by itself.
        std::future::pending::<()>().await;
    }
}
