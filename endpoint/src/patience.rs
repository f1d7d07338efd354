//! A limit on the time that a request's body may take, so that slow senders cannot hold the endpoint.
//!
//! It stands longer than the app's own patience: a phone on a thin line has given up and gone on
//! with smaller pieces before it is cut off here.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::{Sleep, sleep};

/// Twice what the app waits for the answer to a chunk of a photo.
const WHOLE_BODY: Duration = Duration::from_secs(120);

/// The body took too long.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long")]
pub(crate) struct TooSlow;

struct Limited {
    body: Body,
    end: Pin<Box<Sleep>>,
}

pub(crate) async fn limit_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let limited = Limited { body, end: Box::pin(sleep(WHOLE_BODY)) };
    next.run(Request::from_parts(parts, Body::new(limited))).await
}

/// True when reading a body failed because of [`TooSlow`].
pub(crate) fn is_too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return true;
        }
        cause = error.source();
    }
    false
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        // The end is looked at first: a trickle that is always ready must not outlast it.
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use tower::ServiceExt;

    use super::*;
    use crate::extract::read_body;
    use crate::problem::Fault;

    /// One byte every second, for ever.
    struct Trickle(Pin<Box<Sleep>>);

    impl HttpBody for Trickle {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
            if self.0.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.0 = Box::pin(sleep(Duration::from_secs(1)));
            Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(b" ")))))
        }
    }

    async fn take(request: Request) -> Result<StatusCode, Fault> {
        read_body(request, 1024, "too-large").await.map(|_| StatusCode::OK)
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_refused_in_words_that_let_the_phone_try_again() {
        let app = Router::new().route("/", post(take)).layer(from_fn(limit_body));
        let body = Body::new(Trickle(Box::pin(sleep(Duration::ZERO))));
        let request = Request::post("/").body(body).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let problem: rounds::sync::protocol::Problem = serde_json::from_slice(&body).unwrap();
        assert!(problem.code() == "body-too-slow" && problem.retryable);
    }
}
