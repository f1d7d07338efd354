//! Hears a phone out before an early refusal is sent.
//!
//! A refusal that leaves the rest of the request unread makes the connection break under a phone
//! that is still sending: it sees a reset and tries the same again, instead of the reason. So what
//! no handler has read is read to its end, within a limit, and thrown away.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use tokio::sync::oneshot;

/// Eight times the largest body that any call takes; who sends more is cut off.
const MOST: usize = 8 * 1024 * 1024;

/// A request's body that comes back when its reader lets go of it.
struct Lent {
    body: Option<Body>,
    back: Option<oneshot::Sender<Body>>,
}

pub(crate) async fn hear_out(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let (back, mut returned) = oneshot::channel();
    let lent = Lent { body: Some(body), back: Some(back) };
    let response = next.run(Request::from_parts(parts, Body::new(lent))).await;
    // Whoever answered has let go of the body by now.
    if let Ok(rest) = returned.try_recv() {
        read_away(rest).await;
    }
    response
}

async fn read_away(mut body: Body) {
    let mut heard = 0;
    while heard < MOST
        && let Some(Ok(frame)) = body.frame().await
    {
        heard += frame.data_ref().map_or(0, Bytes::len);
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.as_ref().map_or_else(http_body::SizeHint::default, Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take()) {
            // No one listening means that the request itself was given up.
            let _ = back.send(body);
        }
    }
}
