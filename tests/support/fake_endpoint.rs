//! An endpoint in memory that keeps the contract, and a network before it that can be made to fail.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{
    MAX_CHUNK_BYTES, MAX_PUSH_BYTES, MAX_PUSH_ITEMS, MissingAnswer, MissingBlob, MissingRequest, Outcome,
    OutcomeStatus, Problem, PullAnswer, PulledRecord, PushAnswer, PushItem, PushRequest, Receipt,
};
use rounds::sync::transport::{Method, Request, Response, Transport, TransportError};
use serde::Serialize;

/// The token of an enrolled phone.
pub const TOKEN: &str = "token-1";
/// What a portal answers with.
pub const PORTAL: &str = "<!doctype html><title>Sign in</title>";

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing.
    None,
    /// The request never arrives.
    Cut,
    /// The endpoint does what is asked, and its answer never arrives.
    Lost,
    /// As [`Self::Lost`], found out by the clock.
    TimedOut,
    /// The endpoint does what is asked; half of its answer arrives.
    Truncated,
    /// Something in between answers instead.
    Instead(Response),
    /// The endpoint does what is asked; its push answer is changed on the way.
    Tampered(fn(&mut PushAnswer)),
}

/// The endpoint with its network.
#[derive(Debug, Default)]
pub struct FakeEndpoint {
    /// What it holds and does.
    pub state: RefCell<State>,
}

/// What the endpoint holds and does.
#[derive(Debug)]
pub struct State {
    /// Identity of the store.
    pub store_id: String,
    /// Its epoch.
    pub epoch: u64,
    /// The last number given.
    pub server_seq: u64,
    /// Up to where a backup goes.
    pub watermark: u64,
    /// Seconds since 1970 of its clock.
    pub clock_s: i64,
    /// Records by id, with their receipts.
    pub items: BTreeMap<String, (PushItem, Receipt)>,
    /// How often a record was inserted.
    pub inserts: BTreeMap<String, u32>,
    /// Photos, whole or not.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Photos that are whole.
    pub whole: BTreeMap<String, Vec<u8>>,
    /// Lengths told by records.
    pub lengths: BTreeMap<String, u64>,
    /// What is pulled, page by page; the cursor is the page's number.
    pub pages: Vec<Vec<PulledRecord>>,
    /// A cursor that is too old.
    pub old_cursor: Option<String>,
    /// What goes wrong with the next requests.
    pub faults: VecDeque<Fault>,
    /// Which requests `faults` counts; all when empty.
    pub faults_on: &'static str,
    /// What it makes of an item before anything else.
    pub judge: fn(&PushItem) -> Option<Outcome>,
    /// More items than this in a push are too many.
    pub max_items: usize,
    /// Spoils whole photos of this hash so many times.
    pub spoils: BTreeMap<String, u32>,
    /// Refuses chunks of this photo with this status.
    pub refuses: BTreeMap<String, u16>,
    /// Every request as `METHOD path`.
    pub log: Vec<String>,
    /// The last push that arrived.
    pub last_push: Option<PushRequest>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            store_id: "store-a".to_owned(),
            epoch: 1,
            server_seq: 0,
            watermark: 0,
            clock_s: 1_790_000_000,
            items: BTreeMap::new(),
            inserts: BTreeMap::new(),
            blobs: BTreeMap::new(),
            whole: BTreeMap::new(),
            lengths: BTreeMap::new(),
            pages: vec![Vec::new()],
            old_cursor: None,
            faults: VecDeque::new(),
            faults_on: "",
            judge: |_| None,
            max_items: MAX_PUSH_ITEMS,
            spoils: BTreeMap::new(),
            refuses: BTreeMap::new(),
            log: Vec::new(),
            last_push: None,
        }
    }
}

impl Transport for FakeEndpoint {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut state = self.state.borrow_mut();
        let line = format!("{} {}", request.method.name(), request.path);
        let counts = line.contains(state.faults_on);
        state.log.push(line);
        let fault = if counts { state.faults.pop_front() } else { None };
        match fault.unwrap_or(Fault::None) {
            Fault::None => Ok(state.handle(&request)),
            Fault::Cut => Err(TransportError::Network("cut".to_owned())),
            Fault::Lost => {
                state.handle(&request);
                Err(TransportError::Network("lost".to_owned()))
            }
            Fault::TimedOut => {
                state.handle(&request);
                Err(TransportError::Timeout)
            }
            Fault::Truncated => {
                let mut response = state.handle(&request);
                response.body.truncate(response.body.len() / 2);
                Ok(response)
            }
            Fault::Instead(response) => Ok(response),
            Fault::Tampered(change) => {
                let response = state.handle(&request);
                let mut answer: PushAnswer =
                    serde_json::from_slice(&response.body).expect("only pushes are tampered with");
                change(&mut answer);
                Ok(json(200, &answer))
            }
        }
    }
}

impl State {
    fn handle(&mut self, request: &Request) -> Response {
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return problem("token-unknown", 401, false);
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        match (request.method, path) {
            (Method::Post, "/v1/push") => self.push(&request.body),
            (Method::Get, "/v1/pull") => self.pull(query),
            (Method::Post, "/v1/blobs/missing") => self.missing(&request.body),
            (method, path) => match (method, path.strip_prefix("/v1/blobs/")) {
                (Method::Head, Some(sha256)) => at(200, self.offset(sha256)),
                (Method::Patch, Some(sha256)) => self.patch(sha256, request),
                _ => problem("no-such-call", 404, false),
            },
        }
    }

    fn push(&mut self, body: &[u8]) -> Response {
        let push: PushRequest = serde_json::from_slice(body).expect("a push is as the contract says");
        if push.items.len() > self.max_items.min(MAX_PUSH_ITEMS) || body.len() > MAX_PUSH_BYTES {
            return problem("too-much", 413, false);
        }
        self.last_push = Some(push.clone());
        let seen = &push.seen;
        let has_another = self.items.values().any(|(item, receipt)| {
            receipt.server_seq == seen.server_seq && !seen.item_id.is_empty() && item.item_id != seen.item_id
        });
        let is_ahead = seen.epoch > self.epoch
            || (seen.epoch == self.epoch && (seen.server_seq > self.server_seq || has_another));
        if seen.store_id == self.store_id && is_ahead {
            self.epoch = seen.epoch + 1;
            self.server_seq = self.server_seq.max(seen.server_seq);
        }
        let outcomes = push.items.into_iter().map(|item| self.take(item)).collect();
        json(
            200,
            &PushAnswer {
                store_id: self.store_id.clone(),
                epoch: self.epoch,
                backup_watermark: self.watermark,
                outcomes,
            },
        )
    }

    fn take(&mut self, item: PushItem) -> Outcome {
        assert_eq!(sha256_hex(item.body.as_bytes()), item.body_sha256, "the bytes are the record's");
        if let Some(outcome) = (self.judge)(&item) {
            return outcome;
        }
        for blob in &item.blobs {
            self.lengths.insert(blob.sha256.clone(), blob.len);
        }
        if let Some((_, first)) = self.items.get(&item.item_id) {
            assert_eq!(first.body_sha256, item.body_sha256, "a record never changes");
            return taken(OutcomeStatus::Duplicate, first.clone());
        }
        self.server_seq += 1;
        let received_at = chrono::DateTime::from_timestamp(self.clock_s, 0).expect("a time in range");
        let receipt = Receipt {
            item_id: item.item_id.clone(),
            body_sha256: item.body_sha256.clone(),
            server_seq: self.server_seq,
            store_id: self.store_id.clone(),
            epoch: self.epoch,
            received_at: received_at.to_rfc3339(),
        };
        *self.inserts.entry(item.item_id.clone()).or_default() += 1;
        self.items.insert(item.item_id.clone(), (item, receipt.clone()));
        taken(OutcomeStatus::Stored, receipt)
    }

    fn pull(&self, query: &str) -> Response {
        let cursor = query.strip_prefix("cursor=").unwrap_or_default();
        if self.old_cursor.as_deref() == Some(cursor) {
            return problem("cursor-too-old", 410, false);
        }
        let page: usize = cursor.parse().unwrap_or_default();
        let records = self.pages.get(page).cloned().unwrap_or_default();
        let next = (page + 1).min(self.pages.len());
        json(200, &PullAnswer { cursor: next.to_string(), more: next < self.pages.len(), records })
    }

    fn missing(&self, body: &[u8]) -> Response {
        let asked: MissingRequest = serde_json::from_slice(body).expect("as the contract says");
        let missing = asked.sha256.into_iter().filter(|sha256| !self.whole.contains_key(sha256));
        let missing = missing.map(|sha256| MissingBlob { offset: self.offset(&sha256), sha256 }).collect();
        json(200, &MissingAnswer { missing })
    }

    fn patch(&mut self, sha256: &str, request: &Request) -> Response {
        if let Some(status) = self.refuses.get(sha256) {
            return problem("photo-refused", *status, false);
        }
        // A photo is let in by the record that names it.
        let Some(whole_len) = self.lengths.get(sha256).copied() else {
            return problem("photo-unknown", 404, false);
        };
        assert!(request.body.len() <= MAX_CHUNK_BYTES);
        let offset: u64 = request
            .header("upload-offset")
            .and_then(|offset| offset.parse().ok())
            .expect("a chunk tells its offset");
        if offset != self.offset(sha256) {
            let conflict = problem("wrong-offset", 409, false);
            return Response {
                headers: vec![("upload-offset".to_owned(), self.offset(sha256).to_string())],
                ..conflict
            };
        }
        let bytes = self.blobs.entry(sha256.to_owned()).or_default();
        bytes.extend_from_slice(&request.body);
        let len = bytes.len() as u64;
        if len < whole_len {
            return at(204, len);
        }
        let bytes = self.blobs.remove(sha256).expect("just written");
        let spoils = self.spoils.get_mut(sha256).filter(|left| **left > 0);
        if spoils.map(|left| *left -= 1).is_some() || sha256_hex(&bytes) != sha256 {
            return problem("wrong-hash", 422, true);
        }
        self.whole.insert(sha256.to_owned(), bytes);
        at(201, len)
    }

    fn offset(&self, sha256: &str) -> u64 {
        let whole = self.whole.get(sha256);
        whole.or_else(|| self.blobs.get(sha256)).map_or(0, |bytes| bytes.len() as u64)
    }
}

/// An outcome that takes nothing.
pub fn refusal(item: &PushItem, status: OutcomeStatus, code: &str) -> Outcome {
    let retryable = status == OutcomeStatus::Deferred;
    Outcome {
        item_id: item.item_id.clone(),
        status,
        receipt: None,
        problem: Some(Problem::new(code, 422, "no", "not as it is", retryable)),
    }
}

/// An answer with a problem of the contract.
pub fn problem(code: &str, status: u16, retryable: bool) -> Response {
    json(status, &Problem::new(code, status, "no", "not now", retryable))
}

/// Any answer with text.
pub fn page(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn taken(status: OutcomeStatus, receipt: Receipt) -> Outcome {
    Outcome { item_id: receipt.item_id.clone(), status, receipt: Some(receipt), problem: None }
}

fn json<T: Serialize>(status: u16, value: &T) -> Response {
    let body = serde_json::to_vec(value).expect("plain data");
    Response { status, headers: Vec::new(), body }
}

fn at(status: u16, offset: u64) -> Response {
    let headers = vec![("upload-offset".to_owned(), offset.to_string())];
    Response { status, headers, body: Vec::new() }
}
