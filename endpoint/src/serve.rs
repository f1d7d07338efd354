//! Listening, and stopping without cutting off an answer.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::connect_info::Connected;
use axum::http::Request;
use axum::middleware::from_fn;
use axum::serve::{IncomingStream, Listener};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::cleaning;
use crate::patience::limit_body;
use crate::state::AppState;
use crate::tls::{TlsError, TlsListener};

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

/// How long the endpoint waits for a slow peer. `crate::patience` bounds the bodies.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the whole head of a request, and for the next request on an open connection.
    pub head: Duration,
    /// For answers under way when the endpoint stops.
    pub last_answers: Duration,
}

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
    let stop = told_to_stop();
    let app = crate::app(state.clone());
    let patience = Patience::default();
    let cleaning = tokio::spawn(cleaning::daily(state.clone()));
    match tls {
        Some(files) => {
            let listener = TlsListener::new(listener, &files.certificate, &files.key)?;
            answer(listener, app, patience, stop).await;
        }
        None => answer(listener, app, patience, stop).await,
    }
    cleaning.abort();
    state.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Answers on a listener until `stop` is ready, then finishes the answers under way.
pub async fn answer<L>(mut listener: L, app: Router, patience: Patience, stop: impl Future<Output = ()>)
where
    L: Listener<Addr = SocketAddr>,
{
    let app = app.layer(from_fn(limit_body));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let app = app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(Peer(peer)));
            app.clone().oneshot(request)
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    // No new connection is taken while the last answers go out.
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(patience.last_answers) => {
            tracing::warn!("some connections were still open after {} seconds", patience.last_answers.as_secs());
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(60), last_answers: Duration::from_secs(10) }
    }
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Ready once the process is told to stop. It listens from the call on, not from the first poll: a
/// word that comes with the first request must not end the process the hard way.
#[cfg(unix)]
fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    async move {
        let Ok(mut terminate) = terminate else { return interrupted().await };
        tokio::select! {
            () = interrupted() => {}
            _ = terminate.recv() => {}
        }
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
