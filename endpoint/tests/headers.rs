//! Every kind of answer carries the headers that keep a browser from being turned against a person.

#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test, with a harness made for more")]

#[path = "contract/harness.rs"]
mod harness;

use axum::http::Method;
use harness::{Answer, Endpoint, jpeg, with_photo};
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::DeviceRole;

const FILES: [(&str, &[u8]); 7] = [
    ("index.html", b"<!doctype html>"),
    ("index.html.br", b"brotli page"),
    ("sw.js", b"// worker"),
    ("manifest.webmanifest", b"{}"),
    ("rounds-1a2b3c4d5e6f7a8b_bg.wasm", b"\0asm"),
    ("rounds-1a2b3c4d5e6f7a8b.js", b"export {}"),
    ("tokens-1a2b3c4d5e6f7a8b.css", b"a{}"),
];

async fn with_app() -> Endpoint {
    let endpoint = Endpoint::demo().await;
    let dist = endpoint.dir.path().join("dist");
    std::fs::create_dir_all(&dist).unwrap();
    for (name, bytes) in FILES {
        std::fs::write(dist.join(name), bytes).unwrap();
    }
    endpoint
}

/// What holds for every answer whatever it is.
fn assert_strict(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{what}: {policy}");
    for weak in ["unsafe-inline", "unsafe-eval'", "*", "http:", "https:"] {
        let is_wasm_only = weak == "unsafe-eval'" && policy.contains("'wasm-unsafe-eval'");
        assert!(!policy.contains(weak) || is_wasm_only, "{what} allows {weak}: {policy}");
    }
    assert!(!policy.contains(" 'unsafe-eval'"), "{what}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{what}");
    assert!(policy.contains("form-action 'none'"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{what}: {name} twice");
    }
    assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1, "{what}");
    for name in ["access-control-allow-origin", "server", "x-powered-by", "set-cookie"] {
        assert!(answer.headers.get(name).is_none(), "{what} says {name}");
    }
}

#[tokio::test]
async fn the_app_may_run_itself_and_nothing_else() {
    let endpoint = with_app().await;
    let pages = ["/", "/tasks/day-1", "/standards/G8.2a", "/missing.js", "/../secret", "/%2e%2e/etc"];
    let files = FILES.iter().map(|(name, _)| format!("/{name}"));
    for path in pages.into_iter().map(str::to_owned).chain(files) {
        for encoding in ["identity", "br, gzip"] {
            let headers = [("accept", "text/html,*/*".to_owned()), ("accept-encoding", encoding.to_owned())];
            let answer = endpoint.call(Method::GET, &path, None, &headers, "").await;
            assert_strict(&answer, &path);
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {policy}");
            assert!(policy.contains("style-src 'self';") && policy.contains("connect-src 'self';"), "{path}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        }
    }
    let posted = endpoint.call(Method::POST, "/", None, &[], "").await;
    assert_strict(&posted, "POST /");
}

#[tokio::test]
async fn answers_of_calls_are_no_pages_and_are_never_stored() {
    let endpoint = with_app().await;
    let phone = endpoint.phone(DeviceRole::Manager).await;
    let photo = jpeg(100, 1);
    let sha256 = sha256_hex(&photo);
    endpoint.push(&phone, &[with_photo(1, &sha256, photo.len())]).await;
    assert_eq!(endpoint.chunk(&phone, &sha256, 0, &photo).await.status, 201);
    let blob = format!("/v1/blobs/{sha256}");
    let calls = [
        (Method::GET, "/v1/health"),
        (Method::GET, "/v1/openapi.json"),
        (Method::GET, "/v1/pull"),
        (Method::GET, "/v1/pull?cursor=x"),
        (Method::POST, "/v1/push"),
        (Method::POST, "/v1/enrol"),
        (Method::POST, "/v1/blobs/missing"),
        (Method::GET, blob.as_str()),
        (Method::HEAD, blob.as_str()),
        (Method::PATCH, blob.as_str()),
        (Method::PUT, "/v1/site/lanting"),
        (Method::DELETE, "/v1/push"),
        (Method::OPTIONS, "/v1/push"),
        (Method::GET, "/v1/nothing"),
        (Method::GET, "/v1"),
    ];
    for phone in [Some(&phone), None] {
        for (method, path) in &calls {
            let what = format!("{method} {path}");
            let answer = endpoint.call(method.clone(), path, phone, &[], "").await;
            assert_strict(&answer, &what);
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            assert!(answer.header("content-security-policy").ends_with("sandbox"), "{what}");
            assert!(!answer.header("content-type").contains("html"), "{what}");
        }
    }
    let body = serde_json::json!({});
    let refused = endpoint.post("/v1/push", Some(&phone), &body).await;
    assert_eq!(refused.problem(), "wrong-shape");
    assert_strict(&refused, "a problem");
}

#[tokio::test]
async fn the_demos_door_is_never_stored_and_tells_nobody_where_it_leads() {
    let endpoint = with_app().await;
    for path in ["/demo", "/demo?role=king"] {
        let answer = endpoint.get(path, None).await;
        assert_strict(&answer, path);
    }
    assert_eq!(endpoint.get("/demo", None).await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_failing_store_is_no_way_around_the_headers() {
    let endpoint = with_app().await;
    endpoint.state.close().await;
    let answer = endpoint.get("/v1/health", None).await;
    assert_eq!(answer.problem(), "store-unavailable");
    assert_strict(&answer, "503");
}
