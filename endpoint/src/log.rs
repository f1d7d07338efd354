//! One line a request: method, route, status, time, device id. Never names, notes or secrets; the
//! route is the pattern, not the address, so no query and no code is written down.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument, field};

pub(crate) async fn request(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("(app)", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", method = %request.method(), route, device = field::Empty);
    let started = Instant::now();
    async move {
        let response = next.run(request).await;
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        if response.status().is_server_error() {
            tracing::error!(status, ms, "answered");
        } else {
            tracing::debug!(status, ms, "answered");
        }
        response
    }
    .instrument(span)
    .await
}
