//! What the engine asks of a network, in plain data, and the trait that carries it.
//!
//! Knows nothing of browsers; the browser's own is `http`, tests and simulators bring others.

use thiserror::Error;

/// Longest wait for an answer, milliseconds.
pub const TIMEOUT_MS: u32 = 30_000;
/// Longest wait for the answer to a chunk of a photo, milliseconds.
pub const CHUNK_TIMEOUT_MS: u32 = 60_000;

/// Carries requests to the endpoint.
#[allow(async_fn_in_trait, reason = "one thread: browsers and tests; no Send bound is wanted")]
pub trait Transport {
    /// Sends one request and waits for the whole answer, within the request's time limit.
    ///
    /// # Errors
    /// [`TransportError`] when no whole answer came; the endpoint may have acted all the same.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}

/// HTTP methods of protocol 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PATCH
    Patch,
}

/// A request to the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Path and query, from `/v1/`; the transport knows the origin.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// Longest wait for the whole answer, milliseconds.
    pub timeout_ms: u32,
}

/// An answer, believed by nobody yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why no whole answer came.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TransportError {
    /// No connection, or it broke, or the answer was a redirect.
    #[error("no connection: {0}")]
    Network(String),
    /// The time limit passed.
    #[error("no answer in time")]
    Timeout,
}

impl Method {
    /// As HTTP spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

impl Request {
    /// A request without token or body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Vec::new(), timeout_ms: TIMEOUT_MS }
    }

    /// Adds the device's token.
    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// Adds a header; `name` in lower case.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a JSON body.
    pub fn json<T: serde::Serialize>(self, value: &T) -> Self {
        let body = serde_json::to_vec(value).expect("plain data always has JSON");
        Self { body, ..self.with("content-type", "application/json") }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Response {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
