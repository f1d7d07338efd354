//! An endpoint on files of its own, phones that call it, and a clock that tests turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::DateTime;
use http_body_util::BodyExt;
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, EnrolAnswer, Problem, PushAnswer};
use rounds_endpoint::AppState;
use rounds_endpoint::clock::Clock;
use rounds_endpoint::demo::Demo;
use rounds_endpoint::secret::Secret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

use crate::place::Place;

/// 2026-11-23 04:00 UTC, noon in China.
pub const NOON: i64 = 1_795_406_400_000;

pub struct Endpoint {
    pub dir: TempDir,
    pub place: Place,
    pub state: AppState,
    pub router: Router,
    now: Arc<AtomicI64>,
}

pub struct Phone {
    pub id: String,
    pub install: String,
    pub token: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Endpoint {
    /// With the demo estate, no app.
    pub async fn demo() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(NOON));
        let place = Place::fresh(dir.path()).await;
        let state = place.start(dir.path(), clock(&now), Some(Demo::new(None, true))).await;
        Self { router: rounds_endpoint::app(state.clone()), dir, place, state, now }
    }

    /// Stops and starts on the same database and files.
    pub async fn restart(&mut self) {
        self.state.close().await;
        let demo = Some(Demo::new(None, true));
        self.state = self.place.start(self.dir.path(), clock(&self.now), demo).await;
        self.router = rounds_endpoint::app(self.state.clone());
    }

    /// As a second process on the same database: it shares no queue with the first.
    pub async fn second(&self) -> Router {
        rounds_endpoint::app(self.place.start(self.dir.path(), clock(&self.now), None).await)
    }

    pub fn pass(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    pub async fn code(&self, role: DeviceRole, sites: &[&str]) -> String {
        let code = Secret::code().unwrap().reveal();
        let sites: Vec<String> = sites.iter().map(|site| (*site).to_owned()).collect();
        let expires = self.now.load(Ordering::SeqCst) + 15 * 60 * 1000;
        self.state.store.add_code(&Secret::code_hash(&code), role, &sites, expires).await.unwrap();
        code
    }

    pub async fn phone(&self, role: DeviceRole) -> Phone {
        self.phone_of(role, &["lanting"]).await
    }

    pub async fn phone_of(&self, role: DeviceRole, sites: &[&str]) -> Phone {
        let code = self.code(role, sites).await;
        let install = Uuid::now_v7().to_string();
        let answer = self.enrol(&code, &install).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let enrolled: EnrolAnswer = answer.json();
        Phone { id: enrolled.device_id, install, token: enrolled.token }
    }

    pub async fn enrol(&self, code: &str, install: &str) -> Answer {
        let body = json!({ "code": code, "device_name": "a phone", "install_id": install });
        self.post("/v1/enrol", None, &body).await
    }

    pub async fn post(&self, path: &str, phone: Option<&Phone>, body: &Value) -> Answer {
        let headers = [("content-type", "application/json".to_owned())];
        self.call(Method::POST, path, phone, &headers, body.to_string()).await
    }

    pub async fn get(&self, path: &str, phone: Option<&Phone>) -> Answer {
        self.call(Method::GET, path, phone, &[], Body::empty()).await
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        phone: Option<&Phone>,
        headers: &[(&str, String)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(phone) = phone {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", phone.token));
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn push(&self, phone: &Phone, items: &[Value]) -> PushAnswer {
        let answer = self.post("/v1/push", Some(phone), &push_body(phone, items)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    pub async fn chunk(&self, phone: &Phone, sha256: &str, offset: u64, bytes: &[u8]) -> Answer {
        let headers = [
            ("content-type", "application/offset+octet-stream".to_owned()),
            ("upload-offset", offset.to_string()),
        ];
        self.call(Method::PATCH, &format!("/v1/blobs/{sha256}"), Some(phone), &headers, bytes.to_vec()).await
    }
}

impl Answer {
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem that is whole and says what to do.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert!(problem.detail.len() > 20 && !problem.title.is_empty());
        problem.code().to_owned()
    }
}

pub fn push_body(phone: &Phone, items: &[Value]) -> Value {
    json!({
        "protocol": 1, "device_id": phone.id, "install_id": phone.install, "next_seq": 100, "pending": items.len(),
        "seen": { "store_id": "", "epoch": 0, "server_seq": 0 }, "items": items,
    })
}

/// A record of the shape of a finished task.
pub fn item(seq: u64) -> Value {
    let counts = json!({ "conforming": seq, "nonconforming": 0, "not_applicable": 0, "open": 0 });
    let body = json!({ "site": "lanting", "task": "t1", "counts": counts, "open": [], "results": [] });
    with_body(seq, "task_finish", &body.to_string())
}

pub fn with_body(seq: u64, kind: &str, body: &str) -> Value {
    json!({
        "item_id": Uuid::now_v7().to_string(), "seq": seq, "kind": kind, "schema": 1, "author": "butler-01",
        "captured_at": "2026-11-23T12:00:00+08:00", "tz": "Asia/Shanghai", "boot_id": "boot-1", "mono_ms": 1000,
        "body": body, "body_sha256": sha256_hex(body.as_bytes()), "blobs": [],
    })
}

/// A record that speaks of one photo.
pub fn with_photo(seq: u64, sha256: &str, len: usize) -> Value {
    let mut item = item(seq);
    item["blobs"] = json!([{ "sha256": sha256, "len": len, "mime": "image/jpeg" }]);
    item
}

/// Bytes that begin as a JPEG does.
pub fn jpeg(len: usize, salt: u8) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len).map(|index| (index % 251) as u8 ^ salt).collect();
    bytes[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
    bytes
}

fn clock(now: &Arc<AtomicI64>) -> Clock {
    let now = Arc::clone(now);
    Clock::new(move || {
        DateTime::from_timestamp_millis(now.load(Ordering::SeqCst)).expect("a moment of our time")
    })
}
