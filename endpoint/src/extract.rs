//! Extractors that refuse with problem details instead of axum's plain text.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::patience::is_too_slow;
use crate::problem::Fault;

/// Bytes that a small JSON body may have.
const SMALL_JSON: usize = 64 * 1024;

/// A small JSON body.
pub struct Json<T>(pub T);

/// Parameters of the path.
pub struct InPath<T>(pub T);

/// Parameters of the query.
pub struct InQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        require_json(request.headers())?;
        let bytes = read_body(request, SMALL_JSON, "body-too-large").await?;
        parse_json(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value))
            .map_err(|_| Fault::bad_request("bad-path", "The address holds a part that cannot be read."))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for InQuery<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(value)| Self(value))
            .map_err(|_| Fault::bad_request("bad-query", "The part of the address after ? cannot be read."))
    }
}

/// Refuses what does not call itself JSON.
pub fn require_json(headers: &HeaderMap) -> Result<(), Fault> {
    require_media_type(headers, "application/json")
}

/// Refuses another media type than the one named.
pub fn require_media_type(headers: &HeaderMap, expected: &str) -> Result<(), Fault> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bare = given.split(';').next().unwrap_or_default().trim();
    if bare.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(Fault::new(
        axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "wrong-media-type",
        "Wrong media type",
        format!("Send the body with Content-Type: {expected}."),
    ))
}

/// The body, at most `limit` bytes; a longer one is refused before it is read where it says so.
pub async fn read_body(request: Request, limit: usize, code: &str) -> Result<Bytes, Fault> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    let too_large = || Fault::too_large(code, format!("Send at most {limit} bytes in one request."));
    if announced > limit {
        return Err(too_large());
    }
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) if is_too_slow(error.as_ref()) => {
            let detail = "The body took longer than two minutes. Send it again, in smaller pieces.";
            let status = axum::http::StatusCode::REQUEST_TIMEOUT;
            Err(Fault::new(status, "body-too-slow", "The body came too slowly", detail).retryable())
        }
        Err(_) => {
            let detail = "The connection broke before the whole body had arrived. Send it again.";
            Err(Fault::bad_request("body-cut", detail).retryable())
        }
    }
}

/// JSON of the shape that the contract says.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        if error.is_data() {
            // serde's words may quote what was sent, so only the place is told.
            let detail = format!(
                "The JSON lacks a field or has one of another type near {place}. See /v1/openapi.json."
            );
            Fault::new(
                axum::http::StatusCode::UNPROCESSABLE_ENTITY,
                "wrong-shape",
                "Not the expected shape",
                detail,
            )
        } else {
            Fault::bad_request("bad-json", format!("The body is not whole JSON text: it breaks at {place}."))
        }
    })
}
