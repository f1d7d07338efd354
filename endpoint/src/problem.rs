//! Errors as problem details (RFC 9457): each says what is wrong and what to do about it.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds::sync::protocol::Problem;

use crate::store::StoreError;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem on its way out, with the headers that belong to it.
#[derive(Debug)]
pub struct Fault {
    // Boxed, because every handler's Result carries it.
    problem: Box<Problem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The headers of photo uploads and of waiting.
pub mod headers {
    use axum::http::HeaderName;

    /// How many bytes of a photo are there.
    pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
}

impl Fault {
    /// A problem that the same request meets again.
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            problem: Box::new(Problem::new(code, status.as_u16(), title, detail, false)),
            headers: Vec::new(),
        }
    }

    /// The same request may succeed after `seconds`.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.problem.retryable = true;
        self.with_header(header::RETRY_AFTER, seconds)
    }

    /// The same request may succeed later.
    pub fn retryable(mut self) -> Self {
        self.problem.retryable = true;
        self
    }

    /// Adds a header with a number.
    pub fn with_header(mut self, name: HeaderName, value: u64) -> Self {
        self.headers.push((name, HeaderValue::from(value)));
        self
    }

    /// 400: the request is not what the contract says.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "The request is not as the contract says", detail)
    }

    /// 413: too much at once.
    pub fn too_large(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, "Too much at once", detail)
    }

    /// 404: no such call.
    pub fn no_such_call() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-such-call",
            "No such call",
            "This endpoint has no call at this address. /v1/openapi.json lists them all.",
        )
    }

    /// 405: the call exists with another method.
    pub fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong-method",
            "Wrong method",
            "This address answers to another method. /v1/openapi.json lists them all.",
        )
    }

    /// 500: the endpoint's own mistake; nothing was stored.
    pub fn internal() -> Self {
        let detail =
            "The endpoint failed within itself and stored nothing. Keep the record and try again later.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The endpoint failed", detail)
            .retry_after(30)
    }

    /// 503: the database or the disk did not answer; nothing is promised.
    pub fn store_unavailable() -> Self {
        let detail = "The endpoint cannot reach its store. Keep the record and try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store-unavailable", "The store is not available", detail)
            .retry_after(5)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::store_unavailable()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).expect("a problem is plain text and numbers");
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}
