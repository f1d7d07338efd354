//! The app's own delivery (its driver on its memory store) against the real router.

use std::cell::Cell;
use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt;
use rounds::domain::answer::PhotoRef;
use rounds::domain::text::Text;
use rounds::store::draft::Stamp;
use rounds::store::outbox::{self, NewRecord, OutboxRecord};
use rounds::store::photos::{self, NewPhoto};
use rounds::store::{Batch, MemoryStore, Store, identity};
use rounds::sync::enrol::{enrol, enrolment};
use rounds::sync::protocol::DeviceRole;
use rounds::sync::transport::{Request, Response, Transport, TransportError};
use rounds::sync::{Driver, Edge, Phase, Wake};
use serde_json::json;
use tower::ServiceExt;
use uuid::Uuid;

use crate::harness::jpeg;
use crate::office::Office;

/// A phone, and all that was ever made on it.
pub struct AppPhone {
    pub store: MemoryStore,
    pub driver: Driver,
    pub made: BTreeMap<String, String>,
    pub photos: BTreeMap<String, Vec<u8>>,
    edge: TestEdge,
    is_enrolled: bool,
}

/// The router as a network; after so many requests it is gone.
pub struct Wire<'a> {
    router: &'a Router,
    left: Cell<usize>,
}

struct TestEdge {
    now_ms: Cell<u64>,
    random: Cell<u64>,
}

impl Edge for TestEdge {
    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn random(&self) -> u64 {
        self.random.set(self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        self.random.get()
    }
}

impl<'a> Wire<'a> {
    pub fn of(router: &'a Router, requests: usize) -> Self {
        Self { router, left: Cell::new(requests) }
    }
}

impl Transport for Wire<'_> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let gone = || TransportError::Network("gone".to_owned());
        self.left.set(self.left.get().checked_sub(1).ok_or_else(gone)?);
        let mut http = axum::http::Request::builder().method(request.method.name()).uri(&request.path);
        for (name, value) in &request.headers {
            http = http.header(name, value);
        }
        let response =
            self.router.clone().oneshot(http.body(Body::from(request.body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        // The last request is answered, and the answer never comes.
        if self.left.get() == 0 {
            return Err(gone());
        }
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        })
    }
}

impl AppPhone {
    pub async fn new(seed: u64) -> Self {
        let store = MemoryStore::new();
        identity::set_install_id(&store, &Uuid::now_v7().to_string()).await.unwrap();
        Self {
            store,
            driver: Driver::new(),
            made: BTreeMap::new(),
            photos: BTreeMap::new(),
            edge: TestEdge { now_ms: Cell::new(1_795_406_400_000), random: Cell::new(seed) },
            is_enrolled: false,
        }
    }

    pub async fn install(&self) -> String {
        identity::install_id(&self.store).await.unwrap().unwrap()
    }

    pub async fn enrol(&mut self, office: &Office) {
        let code = office.code(DeviceRole::Butler).await;
        let wire = Wire::of(&office.router, usize::MAX);
        let answer = enrol(&wire, &code, "a phone", &self.install().await).await.unwrap();
        identity::set_enrolment(&self.store, &enrolment(answer, "")).await.unwrap();
        self.is_enrolled = true;
    }

    /// Finishes a record with so many photos.
    pub async fn finish(&mut self, photos: usize) {
        let item_id = Uuid::now_v7().to_string();
        let mut blobs: Vec<PhotoRef> = Vec::new();
        for _ in 0..photos {
            let salt = self.photos.len() as u8;
            let mut bytes = jpeg(500 + 40 * self.photos.len(), salt);
            bytes.extend_from_slice(item_id.as_bytes());
            let new = NewPhoto {
                bytes: bytes.clone(),
                mime: "image/jpeg".to_owned(),
                width: 4,
                height: 3,
                taken_at: "2026-11-23T12:00:00+08:00".to_owned(),
                draft: "t1/t1-01".to_owned(),
            };
            let photo = photos::add_photo(&self.store, new).await.unwrap();
            self.photos.insert(photo.sha256.clone(), bytes);
            blobs.push(photo);
        }
        let new = NewRecord {
            item_id: item_id.clone(),
            kind: "result".to_owned(),
            schema: 1,
            author: "butler-01".to_owned(),
            captured: Stamp {
                at: "2026-11-23T12:00:00+08:00".to_owned(),
                tz: "Asia/Shanghai".to_owned(),
                boot_id: "boot-1".to_owned(),
                mono_ms: 5,
            },
            blobs,
            supersedes: None,
            task: "t1".to_owned(),
            title: Text::new("大门", "Gate"),
            created_ms: 1_795_406_400_000,
        };
        let body = json!({ "site": "lanting", "note": format!("{item_id} 无异常") });
        let record = OutboxRecord::new(new, &body);
        self.made.insert(item_id, record.body.clone());
        let batch = outbox::enqueue(&self.store, Batch::new(), &[record]).await.unwrap();
        self.store.commit(batch).await.unwrap();
    }

    /// One pass over a network that is gone after so many requests.
    pub async fn pass(&mut self, router: &Router, requests: usize) -> Phase {
        self.edge.now_ms.set(self.edge.now_ms.get() + 10 * 60_000);
        let wire = Wire::of(router, requests);
        self.driver.run_pass(&self.store, &wire, &self.edge, Wake::User, &|_| {}).await;
        self.driver.status().phase.clone()
    }

    /// Passes until everything is delivered; enrols again where the endpoint does not know it.
    pub async fn settle(&mut self, office: &Office) {
        for _ in 0..8 {
            if !self.is_enrolled || self.pass(&office.router, usize::MAX).await == Phase::NeedsEnrolment {
                self.enrol(office).await;
                continue;
            }
            let counts = outbox::counts(&self.store).await.unwrap();
            if counts.pending_records() + counts.pending_photos() == 0 {
                return;
            }
        }
        panic!("something is still on the phone: {:?}", self.driver.status());
    }
}
