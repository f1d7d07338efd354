//! The built app: right media types, precompressed files, caching by name, and strict headers.

use std::io::ErrorKind;
use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

use crate::problem::Fault;
use crate::state::AppState;

/// Scripts and styles of our own only; nothing inline, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; \
     worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(), microphone=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::VARY, "Accept-Encoding"),
];
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const HASH_DIGITS: usize = 8;

/// Whatever is no call of the endpoint: a file of the app, or its page for an address within it.
pub async fn serve(state: &AppState, request: Request) -> Response {
    let (asked, _) = request.into_parts();
    let mut response = match &state.app {
        Some(folder) => answer(folder, &asked).await,
        None => {
            not_found("This endpoint serves no app: start it with --app and the folder of the built app.")
        }
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn answer(folder: &Path, asked: &Parts) -> Response {
    if !matches!(asked.method, Method::GET | Method::HEAD) {
        return Fault::wrong_method().into_response();
    }
    let path = asked.uri.path();
    let wanted = if path == "/" { "/index.html" } else { path };
    let mut response = file(folder, asked, wanted).await;
    let mut caching = if is_hashed(wanted) { FOR_EVER } else { ASK_AGAIN };
    if response.status() == StatusCode::NOT_FOUND {
        if !is_navigation(path, &asked.headers) {
            return not_found("The app has no such file.");
        }
        response = file(folder, asked, "/index.html").await;
        caching = ASK_AGAIN;
        if response.status() == StatusCode::NOT_FOUND {
            return not_found("The app is not built: the folder given with --app holds no index.html.");
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

async fn file(folder: &Path, asked: &Parts, path: &str) -> Response {
    let Ok(uri) = path.parse::<Uri>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut wanted = Request::new(Body::empty());
    *wanted.method_mut() = asked.method.clone();
    *wanted.uri_mut() = uri;
    *wanted.headers_mut() = asked.headers.clone();
    let mut files =
        ServeDir::new(folder).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    match files.try_call(wanted).await {
        Ok(response) => with_charset(response.map(Body::new)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            StatusCode::NOT_FOUND.into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a file of the app cannot be read");
            Fault::internal().into_response()
        }
    }
}

/// All text of the app is UTF-8, and says so.
fn with_charset(mut response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if let Some(kind) = kind.filter(|kind| kind.starts_with("text/") && !kind.contains("charset"))
        && let Ok(value) = HeaderValue::try_from(format!("{kind}; charset=utf-8"))
    {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

/// True when the browser opens a page, not a file. A clause's code may hold a point, as in
/// `/standards/G8.2a`; what follows it is no file's ending, for those begin with a letter.
fn is_navigation(path: &str, headers: &HeaderMap) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit_once('.').map_or("", |(_, ending)| ending);
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !ending.starts_with(|first: char| first.is_ascii_alphabetic()) && accept.contains("text/html")
}

/// Trunk puts a hash of the content into names, as in `rounds-1a2b3c4d5e6f7a8b_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.split(['-', '_'])
        .skip(1)
        .any(|part| part.len() >= HASH_DIGITS && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn not_found(detail: &str) -> Response {
    let mut response =
        Fault::new(StatusCode::NOT_FOUND, "no-such-file", "No such file", detail).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("/rounds-1a2b3c4d5e6f7a8b_bg.wasm"));
        assert!(is_hashed("/tokens-0f3a9c1d.css"));
        for fixed in
            ["/index.html", "/sw.js", "/boot.js", "/manifest.webmanifest", "/icons/icon-maskable.png"]
        {
            assert!(!is_hashed(fixed), "{fixed}");
        }
    }
}
