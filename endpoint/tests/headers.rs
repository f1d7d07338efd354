//! Every kind of answer carries the headers that keep a browser from being turned against a person.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, EnrolAnswer};
use rounds_endpoint::clock::Clock;
use rounds_endpoint::demo::Demo;
use rounds_endpoint::secret::Secret;
use rounds_endpoint::store::Location;
use rounds_endpoint::{AppState, Config};
use serde_json::{Value, json};
use tower::ServiceExt;

const FILES: [(&str, &[u8]); 7] = [
    ("index.html", b"<!doctype html>"),
    ("index.html.br", b"brotli page"),
    ("sw.js", b"// worker"),
    ("manifest.webmanifest", b"{}"),
    ("rounds-1a2b3c4d5e6f7a8b_bg.wasm", b"\0asm"),
    ("rounds-1a2b3c4d5e6f7a8b.js", b"export {}"),
    ("tokens-1a2b3c4d5e6f7a8b.css", b"a{}"),
];

struct Endpoint {
    _dir: tempfile::TempDir,
    state: AppState,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Endpoint {
    /// The demo, with an app of a few files.
    async fn with_app() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let dist = dir.path().join("dist");
        std::fs::create_dir_all(&dist).unwrap();
        for (name, bytes) in FILES {
            std::fs::write(dist.join(name), bytes).unwrap();
        }
        let config = Config {
            db: Location::File(dir.path().join("a.sqlite")),
            blobs: dir.path().join("photos"),
            app: Some(dist),
            demo: Some(Demo::new(None, true)),
            clock: Clock::system(),
        };
        let state = AppState::open(config).await.unwrap();
        Self { _dir: dir, router: rounds_endpoint::app(state.clone()), state }
    }

    /// A manager's device: id and token.
    async fn device(&self) -> EnrolAnswer {
        let code = Secret::code().unwrap().reveal();
        let sites = ["lanting".to_owned()];
        let hash = Secret::code_hash(&code);
        self.state.store.add_code(&hash, DeviceRole::Manager, &sites, i64::MAX).await.unwrap();
        let body = json!({ "code": code, "device_name": "a phone", "install_id": "install-1" });
        let answer = self.post("/v1/enrol", None, &body).await;
        serde_json::from_slice(&answer.bytes).unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[], Vec::new()).await
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.call(Method::POST, path, token, &headers, body.to_string().into_bytes()).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn problem(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.bytes).unwrap();
        problem["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
    }
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
    let endpoint = Endpoint::with_app().await;
    let pages = ["/", "/tasks/day-1", "/standards/G8.2a", "/missing.js", "/../secret", "/%2e%2e/etc"];
    let files = FILES.iter().map(|(name, _)| format!("/{name}"));
    for path in pages.into_iter().map(str::to_owned).chain(files) {
        for encoding in ["identity", "br, gzip"] {
            let headers = [("accept", "text/html,*/*"), ("accept-encoding", encoding)];
            let answer = endpoint.call(Method::GET, &path, None, &headers, Vec::new()).await;
            assert_strict(&answer, &path);
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {policy}");
            assert!(policy.contains("style-src 'self';") && policy.contains("connect-src 'self';"), "{path}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        }
    }
    let posted = endpoint.call(Method::POST, "/", None, &[], Vec::new()).await;
    assert_strict(&posted, "POST /");
}

#[tokio::test]
async fn answers_of_calls_are_no_pages_and_are_never_stored() {
    let endpoint = Endpoint::with_app().await;
    let device = endpoint.device().await;
    let token = Some(device.token.as_str());
    let photo = [0xFF, 0xD8, 0xFF, 0x00].to_vec();
    let sha256 = sha256_hex(&photo);
    let body = r#"{"site":"lanting"}"#;
    let item = json!({
        "item_id": "0193a000-0000-7000-8000-000000000001", "seq": 1, "kind": "result", "schema": 1,
        "author": "butler-01", "captured_at": "2026-11-23T12:00:00+08:00", "tz": "Asia/Shanghai",
        "boot_id": "b", "mono_ms": 1, "body": body, "body_sha256": sha256_hex(body.as_bytes()),
        "blobs": [{ "sha256": sha256, "len": photo.len(), "mime": "image/jpeg" }],
    });
    let push = json!({
        "protocol": 1, "device_id": device.device_id, "install_id": "install-1", "next_seq": 2,
        "pending": 1, "seen": { "store_id": "", "epoch": 0, "server_seq": 0 }, "items": [item],
    });
    assert_eq!(endpoint.post("/v1/push", token, &push).await.status, StatusCode::OK);
    let blob = format!("/v1/blobs/{sha256}");
    let headers = [("content-type", "application/offset+octet-stream"), ("upload-offset", "0")];
    let sent = endpoint.call(Method::PATCH, &blob, token, &headers, photo).await;
    assert_eq!(sent.status, StatusCode::CREATED);
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
    for token in [token, None] {
        for (method, path) in &calls {
            let what = format!("{method} {path}");
            let answer = endpoint.call(method.clone(), path, token, &[], Vec::new()).await;
            assert_strict(&answer, &what);
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            assert!(answer.header("content-security-policy").ends_with("sandbox"), "{what}");
            assert!(!answer.header("content-type").contains("html"), "{what}");
        }
    }
    let refused = endpoint.post("/v1/push", token, &json!({})).await;
    assert_eq!(refused.problem(), "wrong-shape");
    assert_strict(&refused, "a problem");
}

#[tokio::test]
async fn the_demos_door_is_never_stored_and_tells_nobody_where_it_leads() {
    let endpoint = Endpoint::with_app().await;
    for path in ["/demo", "/demo?role=king"] {
        let answer = endpoint.get(path).await;
        assert_strict(&answer, path);
    }
    assert_eq!(endpoint.get("/demo").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_failing_store_is_no_way_around_the_headers() {
    let endpoint = Endpoint::with_app().await;
    endpoint.state.close().await;
    let answer = endpoint.get("/v1/health").await;
    assert_eq!(answer.problem(), "store-unavailable");
    assert_strict(&answer, "503");
}
