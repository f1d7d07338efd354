//! A phone that pushes records and photos, keeps what it was promised, and offers the rest again.

use std::collections::HashMap;

use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{MissingAnswer, OutcomeStatus, PushAnswer, Receipt};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::chance::Chance;
use crate::http::{Answer, call};

/// Small, so that a photo takes several.
const CHUNK: usize = 4 * 1024;

#[derive(Clone)]
pub struct Phone {
    pub device: String,
    pub install: String,
    pub token: String,
}

/// Something promised, and where in a recording the promise had been read; 0 without one.
#[derive(Clone)]
pub struct Promise<T> {
    pub read_at: u64,
    pub what: T,
}

/// All that phones made and all that they were promised.
#[derive(Default)]
pub struct Custody {
    pub made: HashMap<String, String>,
    pub receipts: HashMap<String, Promise<Receipt>>,
    pub photos: HashMap<String, Promise<Vec<u8>>>,
    pub duplicates: u64,
}

/// One phone at work.
pub struct Worker {
    pub phone: Phone,
    pub custody: Custody,
    chance: Chance,
    seq: u64,
    unanswered: Vec<Value>,
    unsent_photo: Option<Vec<u8>>,
    position: Box<dyn Fn() -> u64 + Send>,
}

impl Custody {
    pub fn take(&mut self, other: Self) {
        self.made.extend(other.made);
        self.receipts.extend(other.receipts);
        self.photos.extend(other.photos);
        self.duplicates += other.duplicates;
    }
}

impl Phone {
    pub fn call(&self, address: &str, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        call(address, method, path, &headers, body)
    }

    pub fn push(&self, address: &str, items: &[Value]) -> Option<PushAnswer> {
        let body = json!({
            "protocol": 1, "device_id": self.device, "install_id": self.install, "next_seq": 1,
            "pending": items.len(), "seen": { "store_id": "", "epoch": 0, "server_seq": 0 }, "items": items,
        });
        let answer = self.call(address, "POST", "/v1/push", body.to_string().as_bytes())?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Some(answer.json())
    }

    pub fn missing(&self, address: &str, hashes: &[&str]) -> Option<MissingAnswer> {
        let body = json!({ "sha256": hashes }).to_string();
        let answer = self.call(address, "POST", "/v1/blobs/missing", body.as_bytes())?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Some(answer.json())
    }

    fn chunk(&self, address: &str, sha256: &str, offset: u64, bytes: &[u8]) -> Option<Answer> {
        let (bearer, at) = (format!("Bearer {}", self.token), offset.to_string());
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/offset+octet-stream"),
            ("upload-offset", at.as_str()),
        ];
        call(address, "PATCH", &format!("/v1/blobs/{sha256}"), &headers, bytes)
    }
}

impl Worker {
    pub fn new(phone: Phone, seed: u64, position: impl Fn() -> u64 + Send + 'static) -> Self {
        Self {
            phone,
            custody: Custody::default(),
            chance: Chance::new(seed),
            seq: 0,
            unanswered: Vec::new(),
            unsent_photo: None,
            position: Box::new(position),
        }
    }

    /// One push and the photo that belongs to it; `None` once the connection was cut. What was not
    /// answered stays, and is offered first the next time.
    pub fn deliver(&mut self, address: &str) -> Option<()> {
        if self.unsent_photo.is_none() {
            self.deliver_records(address)?;
        }
        self.deliver_photo(address)
    }

    /// True while the phone has something the endpoint may or may not have.
    pub fn is_waiting(&self) -> bool {
        !self.unanswered.is_empty() || self.unsent_photo.is_some()
    }

    fn deliver_records(&mut self, address: &str) -> Option<()> {
        let is_again = !self.unanswered.is_empty();
        if !is_again {
            self.make();
        }
        let answer = self.phone.push(address, &self.unanswered)?;
        let read_at = (self.position)();
        assert_eq!(answer.outcomes.len(), self.unanswered.len());
        for (item, outcome) in self.unanswered.drain(..).zip(answer.outcomes) {
            match outcome.status {
                OutcomeStatus::Duplicate if is_again => self.custody.duplicates += 1,
                status => assert_eq!(status, OutcomeStatus::Stored),
            }
            let receipt = outcome.receipt.unwrap();
            assert_eq!(item["item_id"], receipt.item_id.as_str());
            assert_eq!(item["body_sha256"], receipt.body_sha256.as_str());
            self.unsent_photo = self.unsent_photo.take().or_else(|| photo_of(&item));
            self.custody.receipts.insert(receipt.item_id.clone(), Promise { read_at, what: receipt });
        }
        Some(())
    }

    fn deliver_photo(&mut self, address: &str) -> Option<()> {
        let Some(bytes) = self.unsent_photo.clone() else { return Some(()) };
        let sha256 = sha256_hex(&bytes);
        let missing = self.phone.missing(address, &[&sha256])?.missing;
        let Some(mut offset) = missing.first().map(|photo| photo.offset as usize) else {
            return Some(self.photo_is_whole(sha256, bytes));
        };
        loop {
            let end = bytes.len().min(offset + CHUNK);
            let answer = self.phone.chunk(address, &sha256, offset as u64, &bytes[offset..end])?;
            match answer.status {
                201 => return Some(self.photo_is_whole(sha256, bytes)),
                204 => offset = answer.header("upload-offset").unwrap().parse().unwrap(),
                other => panic!("{other}: {}", answer.text()),
            }
        }
    }

    fn photo_is_whole(&mut self, sha256: String, bytes: Vec<u8>) {
        let read_at = (self.position)();
        self.custody.photos.insert(sha256, Promise { read_at, what: bytes });
        self.unsent_photo = None;
    }

    fn make(&mut self) {
        let count = 1 + self.chance.below(4);
        let mut items: Vec<Value> = (0..count).map(|_| self.item()).collect();
        if self.chance.one_in(3) {
            let (salt, len) = (self.chance.next(), 16 + self.chance.below(12_000));
            let photo = jpeg(salt, len);
            let blob = json!({ "sha256": sha256_hex(&photo), "len": len, "mime": "image/jpeg" });
            items[0]["blobs"] = json!([blob]);
            // Enough to make the bytes again when the answer to this push was cut off.
            items[0]["boot_id"] = json!(format!("{salt} {len}"));
        }
        for item in &items {
            let text = |field: &str| item[field].as_str().unwrap().to_owned();
            self.custody.made.insert(text("item_id"), text("body"));
        }
        self.unanswered = items;
    }

    fn item(&mut self) -> Value {
        self.seq += 1;
        let words = "x".repeat(self.chance.below(400) as usize);
        let counts = json!({ "conforming": self.seq, "nonconforming": 0, "not_applicable": 0, "open": 0 });
        let body = json!({ "site": "lanting", "task": words, "counts": counts, "open": [], "results": [] })
            .to_string();
        json!({
            "item_id": Uuid::now_v7().to_string(), "seq": self.seq, "kind": "task_finish", "schema": 1,
            "author": "butler-01", "captured_at": "2026-11-23T12:00:00+08:00", "tz": "Asia/Shanghai",
            "boot_id": "boot-1", "mono_ms": 1000, "body_sha256": sha256_hex(body.as_bytes()), "body": body,
            "blobs": [],
        })
    }
}

fn photo_of(item: &Value) -> Option<Vec<u8>> {
    item["blobs"].get(0)?;
    let (salt, len) = item["boot_id"].as_str()?.split_once(' ')?;
    Some(jpeg(salt.parse().ok()?, len.parse().ok()?))
}

/// Bytes that begin as a JPEG does.
fn jpeg(salt: u64, len: u64) -> Vec<u8> {
    let mut chance = Chance::new(salt);
    let mut bytes: Vec<u8> = (0..len).map(|_| chance.next() as u8).collect();
    bytes[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
    bytes
}
