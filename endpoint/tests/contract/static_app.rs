//! The built app: media types, compression, caching, strict headers, pages within the app.

use axum::http::{Method, StatusCode};

use crate::harness::{Answer, Endpoint};

const WASM: &str = "/rounds-1a2b3c4d5e6f7a8b_bg.wasm";

async fn built() -> Endpoint {
    let endpoint = Endpoint::demo().await;
    let dist = endpoint.dir.path().join("dist");
    std::fs::create_dir_all(dist.join("icons")).unwrap();
    let files: [(&str, &[u8]); 9] = [
        ("index.html", b"<!doctype html><title>plain</title>"),
        ("index.html.br", b"brotli page"),
        ("sw.js", b"// worker"),
        ("manifest.webmanifest", b"{}"),
        ("icons/icon.svg", b"<svg/>"),
        ("rounds-1a2b3c4d5e6f7a8b_bg.wasm", b"\0asm"),
        ("rounds-1a2b3c4d5e6f7a8b_bg.wasm.br", b"brotli wasm"),
        ("rounds-1a2b3c4d5e6f7a8b_bg.wasm.gz", b"gzip wasm"),
        ("rounds-1a2b3c4d5e6f7a8b.js", b"export {}"),
    ];
    for (name, bytes) in files {
        std::fs::write(dist.join(name), bytes).unwrap();
    }
    endpoint
}

async fn get(endpoint: &Endpoint, path: &str, accept: &str, encoding: &str) -> Answer {
    let headers = [("accept", accept.to_owned()), ("accept-encoding", encoding.to_owned())];
    endpoint.call(Method::GET, path, None, &headers, "").await
}

#[tokio::test]
async fn each_file_has_its_media_type_and_its_caching() {
    let endpoint = built().await;
    let for_ever = "public, max-age=31536000, immutable";
    let cases = [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/icons/icon.svg", "image/svg+xml", "no-cache"),
        (WASM, "application/wasm", for_ever),
        ("/rounds-1a2b3c4d5e6f7a8b.js", "text/javascript; charset=utf-8", for_ever),
    ];
    for (path, kind, caching) in cases {
        let answer = get(&endpoint, path, "*/*", "identity").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(
            (answer.header("content-type"), answer.header("cache-control")),
            (kind, caching),
            "{path}"
        );
    }
}

#[tokio::test]
async fn compressed_files_are_sent_as_the_browser_takes_them() {
    let endpoint = built().await;
    for (encoding, sent, bytes) in
        [("gzip, deflate, br", "br", "brotli wasm"), ("gzip", "gzip", "gzip wasm"), ("identity", "", "\0asm")]
    {
        let answer = get(&endpoint, WASM, "*/*", encoding).await;
        assert_eq!((answer.header("content-encoding"), answer.text().as_str()), (sent, bytes));
        assert_eq!(answer.header("content-type"), "application/wasm");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
    }
}

#[tokio::test]
async fn a_page_within_the_app_is_the_app_and_a_missing_file_is_missing() {
    let endpoint = built().await;
    for path in ["/tasks/day-1", "/standards", "/standards/G8.2a", "/standards/H1.1", "/icons"] {
        let page = get(&endpoint, path, "text/html,*/*", "identity").await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-cache"), "{path}");
        assert!(page.text().contains("plain"));
    }
    for path in ["/old-0123456789abcdef.js", "/tasks/missing.png", "/../secret", "/%2e%2e/%2e%2e/etc/passwd"]
    {
        let gone = get(&endpoint, path, "text/html", "identity").await;
        assert!(!gone.text().contains("root:"));
        assert_ne!((path, gone.status), ("/old-0123456789abcdef.js", StatusCode::OK));
    }
    let missing = get(&endpoint, "/tasks/missing.png", "text/html", "identity").await;
    assert_eq!((missing.status, missing.header("cache-control")), (StatusCode::NOT_FOUND, "no-cache"));
    let fetched = get(&endpoint, "/tasks/day-1", "application/json", "identity").await;
    assert_eq!(fetched.status, StatusCode::NOT_FOUND);
    let posted = endpoint.call(Method::POST, "/", None, &[], "").await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn every_page_and_file_carries_the_strict_headers() {
    let endpoint = built().await;
    for path in ["/", WASM, "/sw.js", "/missing.js", "/me"] {
        let answer = get(&endpoint, path, "text/html", "br").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{path}");
        assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert!(answer.header("permissions-policy").starts_with("camera=(self)"));
    }
}

#[tokio::test]
async fn an_app_that_is_not_built_says_so() {
    let endpoint = Endpoint::demo().await;
    let answer = get(&endpoint, "/", "text/html", "identity").await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "no-such-file"));
    assert!(answer.text().contains("not built"));
}
