//! The endpoint: its real router over the twin of its store, and what befalls it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http;
use http_body_util::BodyExt;
use rounds::sync::protocol::DeviceRole;
use rounds::sync::transport::{Request, Response};
use rounds_endpoint::AppState;
use rounds_endpoint::clock::Clock;
use rounds_endpoint::secret::Secret;
use rounds_endpoint::store::memory::{Disk, Moment, Plant, Snapshot};
use rounds_endpoint::store::{Entry, Record};
use tower::ServiceExt;

use crate::disk::now;
use crate::tasks::{SITE, TASKS, work};

/// Milliseconds that a code is good for.
const CODE_LIFE_MS: i64 = 15 * 60 * 1000;

/// The endpoint.
pub struct Office {
    disk: Disk,
    router: Router,
    clock: Arc<AtomicI64>,
    codes: u64,
    stores: u64,
    backups: Vec<Snapshot>,
    shelved: Option<Vec<Held>>,
}

/// One record that the endpoint holds.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which.
    pub item_id: String,
    /// Its bytes.
    pub body: String,
    /// Their hash.
    pub body_sha256: String,
    /// Whose it is.
    pub author: String,
    /// From which install.
    pub install_id: String,
    /// Its number there.
    pub seq: u64,
}

/// What the endpoint holds, for those who judge.
pub struct Shelf<'a> {
    /// Its records.
    pub items: &'a [Held],
    /// Whether it holds a photo whole, with the right hash.
    pub has_photo: &'a dyn Fn(&str) -> bool,
    /// True when it is not the first store.
    pub is_another: bool,
}

impl Office {
    /// An endpoint with the work of the site, whose clock shows this.
    pub fn new(now_ms: u64) -> Self {
        let clock = Arc::new(AtomicI64::new(signed(now_ms)));
        let disk = Disk::new("store-0");
        let mut office = Self {
            router: start(&disk, &clock),
            disk,
            clock,
            codes: 0,
            stores: 0,
            backups: Vec::new(),
            shelved: None,
        };
        office.furnish();
        office.back_up();
        office
    }

    /// Plants a mistake.
    pub fn plant(&self, plant: Plant) {
        self.disk.plant(plant);
    }

    /// Moves its clock.
    pub fn pass(&self, ms: i64) {
        // Years either way stay far from the ends of what a date can hold.
        let moved = self.clock.load(Ordering::Relaxed).saturating_add(ms).clamp(0, 32_503_680_000_000);
        self.clock.store(moved, Ordering::Relaxed);
    }

    /// Answers a request; `None` when it died over it.
    pub fn handle(&mut self, request: &Request) -> Option<Response> {
        self.shelved = None;
        let mut asked = http::Request::builder().method(request.method.name()).uri(&*request.path);
        for (name, value) in &request.headers {
            asked = asked.header(&**name, &**value);
        }
        let asked =
            asked.body(Body::from(request.body.clone())).expect("the phone's requests are well formed");
        let answer = now(self.router.clone().oneshot(asked)).expect("the router always answers");
        if self.disk.is_dead() {
            return None;
        }
        let (head, body) = answer.into_parts();
        let body = now(body.collect()).expect("an answer in memory is whole").to_bytes().to_vec();
        let headers = head
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        Some(Response { status: head.status.as_u16(), headers: headers.collect(), body })
    }

    /// Lets it die at the nth operation from now on its store.
    pub fn die_at(&self, nth: u8, after: bool) {
        self.disk.die_at(u64::from(nth), if after { Moment::After } else { Moment::Before });
    }

    /// Ends it, with or without its power, and starts it again. True when it had died before.
    pub fn restart(&mut self, power_cut: bool) -> bool {
        let was_dead = self.disk.is_dead();
        if power_cut {
            self.disk.power_cut()
        } else {
            self.disk.kill()
        }
        self.start();
        was_dead
    }

    /// Takes a backup and keeps it.
    pub fn back_up(&mut self) {
        self.backups.push(self.disk.snapshot());
    }

    /// Puts a backup back; `back` counts from the newest, the oldest serves for all before it.
    pub fn restore(&mut self, back: u8) {
        let at = self.backups.len().saturating_sub(1 + usize::from(back));
        self.disk.restore(&self.backups[at]);
        self.start();
    }

    /// Puts another, empty store in its place.
    pub fn replace(&mut self) {
        self.stores += 1;
        self.disk.replace(&format!("store-{}", self.stores));
        self.backups.clear();
        self.start();
        self.furnish();
        self.back_up();
    }

    /// A fresh code.
    pub fn code(&mut self) -> String {
        self.codes += 1;
        let code = format!("{:010}", self.codes);
        let expires = self.clock.load(Ordering::Relaxed) + CODE_LIFE_MS;
        let kept = self.disk.store();
        let kept = async {
            kept.add_code(&Secret::code_hash(&code), DeviceRole::Butler, &[SITE.to_owned()], expires).await
        };
        now(kept).expect("a code is kept");
        code
    }

    /// Shuts a device out.
    pub fn revoke(&self, device_id: &str) {
        let at = self.clock.load(Ordering::Relaxed);
        now(self.disk.store().revoke(device_id, at)).expect("memory does not fail by itself");
    }

    /// Gives out more work.
    pub fn plan(&self, nth: u8) {
        self.add(&[plan(&format!("n{nth}"))]);
    }

    /// Whether a backup up to this number is known to phones.
    pub fn watermark(&self) -> u64 {
        0
    }

    /// Looks at what it holds.
    pub fn look<T>(&mut self, see: impl FnOnce(&Shelf<'_>) -> T) -> T {
        let photos = self.disk.photos();
        let store = self.disk.store();
        let items = self.shelved.get_or_insert_with(|| {
            let entries = now(store.entries_after(0, i64::MAX)).expect("memory does not fail by itself");
            entries.into_iter().map(held).collect()
        });
        let has_photo = |sha256: &str| {
            now(photos.read(sha256)).is_ok_and(|bytes| rounds::domain::hash::sha256_hex(&bytes) == *sha256)
        };
        see(&Shelf { items, has_photo: &has_photo, is_another: self.stores > 0 })
    }

    fn start(&mut self) {
        self.shelved = None;
        self.router = start(&self.disk, &self.clock);
    }

    fn furnish(&self) {
        let site = Record {
            kind: "site".to_owned(),
            id: SITE.to_owned(),
            site: SITE.to_owned(),
            body: serde_json::json!({ "id": SITE }),
        };
        let tasks = (0..TASKS).map(|nth| {
            let task = &work(nth).task;
            let body = serde_json::to_value(task).expect("plain data always has JSON");
            Record { kind: "task".to_owned(), id: task.id.clone(), site: SITE.to_owned(), body }
        });
        let records: Vec<Record> = std::iter::once(site).chain(tasks).collect();
        self.add(&records);
    }

    fn add(&self, records: &[Record]) {
        now(self.disk.store().add_missing(records)).expect("memory does not fail by itself");
    }
}

fn start(disk: &Disk, clock: &Arc<AtomicI64>) -> Router {
    let clock = Arc::clone(clock);
    let clock = Clock::new(move || {
        chrono::DateTime::from_timestamp_millis(clock.load(Ordering::Relaxed)).unwrap_or_default()
    });
    rounds_endpoint::app(AppState::of(disk.store(), disk.photos(), clock))
}

fn plan(id: &str) -> Record {
    let body = serde_json::json!({ "id": id });
    Record { kind: "plan".to_owned(), id: id.to_owned(), site: SITE.to_owned(), body }
}

fn held(entry: Entry) -> Held {
    Held {
        item_id: entry.receipt.item_id,
        body: entry.body,
        body_sha256: entry.receipt.body_sha256,
        author: entry.author,
        install_id: entry.install_id,
        seq: entry.seq.unsigned_abs(),
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
