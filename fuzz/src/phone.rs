//! What a phone reads from outside: answers from whoever answers, and its own rows after damage.
//!
//! Each function takes any bytes. It must not panic, and it must keep the law that it states.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rounds::domain::answer::PhotoRef;
use rounds::domain::hash::sha256_hex;
use rounds::domain::standard::Standard;
use rounds::domain::text::{Lang, Text};
use rounds::json;
use rounds::standards;
use rounds::store::draft::{self, Stamp};
use rounds::store::identity::{self, Enrolment};
use rounds::store::outbox::{self, NewRecord, OutboxRecord, RecordState};
use rounds::store::photos::{self, NewPhoto};
use rounds::store::{Batch, MemoryStore, Row, Store, Table, day};
use rounds::sync::export::Export;
use rounds::sync::protocol::{EnrolAnswer, Health, MissingAnswer, Problem, PullAnswer, PushAnswer};
use rounds::sync::transport::{Request, Response, Transport, TransportError};
use rounds::sync::{Driver, Edge, Wake, enrol, export, import, pull};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A function that any bytes may be given to.
pub type Target = fn(&[u8]);

/// All, by the name of their corpus.
pub const TARGETS: [(&str, Target); 7] = [
    ("answers", answers),
    ("enrolment", enrolment),
    ("pulled", pulled),
    ("wire", wire),
    ("standard", standard),
    ("rows", rows),
    ("import_file", import_file),
];

const RECORDS: [&str; 3] = ["r-0000", "r-0001", "r-0002"];
/// More requests than any pass over so few records can need.
const MOST_REQUESTS: u32 = 2_000;

/// The whole of delivery against arbitrary answers: nothing leaves the phone but by a receipt that
/// fits, no byte of a record changes, and every pass comes to an end.
///
/// Answers stand one after another between lines of `---`, each with its status first, then headers,
/// an empty line, and the body.
pub fn answers(data: &[u8]) {
    let store = MemoryStore::new();
    let records = prepared(&store);
    let stranger = Stranger::new(data);
    let mut driver = Driver::new();
    let now = Clock(Cell::new(1_790_000_000_000));
    for wake in [Wake::Start, Wake::User, Wake::Timer] {
        let next = ready(driver.run_pass(&store, &stranger, &now, wake, &|_| {}));
        now.0.set(next.unwrap_or(now.0.get()).max(now.0.get()));
    }
    let queue = ready(outbox::queue(&store, usize::MAX)).expect("memory answers");
    assert!(queue.damaged.is_empty());
    for own in &records {
        // A receipt a month older than another, under the watermark, lets its record go: then it was given.
        let is_here = queue.entries.iter().any(|entry| entry.record.item_id == own.item_id);
        assert!(is_here || stranger.has_named(&own.item_id, &own.body_sha256), "a record left the phone");
    }
    for entry in queue.entries {
        let own = records.iter().find(|own| own.item_id == entry.record.item_id).expect("only our own");
        assert_eq!(own.body, entry.record.body, "a record was changed");
        let is_received = entry.state == RecordState::Received;
        assert_eq!(is_received, entry.record.receipt.is_some(), "received, and only so, with a receipt");
        if is_received {
            assert!(stranger.has_named(&own.item_id, &own.body_sha256), "a receipt from nowhere");
        }
    }
}

/// An enrolment is believed only when it names a device and a token.
pub fn enrolment(data: &[u8]) {
    let stranger = Stranger::new(data);
    if let Ok(answer) = ready(enrol::enrol(&stranger, " 1234 ", "a phone", "install-1")) {
        assert!(!answer.device_id.is_empty() && !answer.token.is_empty());
        let kept = enrol::enrolment(answer.clone(), "");
        assert_eq!(enrol::role(&kept), Some(answer.role));
    }
}

/// A pulled page never touches the outbox, and what it left can be read or is named as damaged.
pub fn pulled(data: &[u8]) {
    let Some(page) = text(data).and_then(|text| json::read::<PullAnswer>(text).ok()) else { return };
    let store = MemoryStore::new();
    let records = prepared(&store);
    for _ in 0..2 {
        let _ = ready(pull::apply(&store, &page));
    }
    let kept = ready(outbox::undelivered(&store)).expect("memory answers");
    assert_eq!(kept.len(), records.len());
    let _ = ready(day::read(&store, NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date")));
}

/// Every type of the wire and the export file: what was read says the same when it is written again.
pub fn wire(data: &[u8]) {
    let Some(text) = text(data) else { return };
    same_again::<Health>(text);
    same_again::<EnrolAnswer>(text);
    same_again::<PushAnswer>(text);
    same_again::<PullAnswer>(text);
    same_again::<MissingAnswer>(text);
    same_again::<Export>(text);
    if let Some(problem) = same_again::<Problem>(text) {
        let _ = problem.code();
    }
}

/// A standard from the endpoint: read, checked and searched without harm, whatever it holds.
pub fn standard(data: &[u8]) {
    let Some(standard) = text(data).and_then(same_again::<Standard>) else { return };
    let _ = standards::validate(&standard);
    let all = [standard];
    for lang in [Lang::Zh, Lang::En] {
        let _ = standards::search(&all, "门", lang);
    }
    let _ = standards::search_practices(&all, "a");
}

/// A file from another phone: what is here stays as it is, whatever comes in is what its hash says,
/// and the same file again changes nothing.
pub fn import_file(data: &[u8]) {
    let Some(Ok(file)) = text(data).map(|text| import::open(text, "install-1")) else { return };
    let store = MemoryStore::new();
    let own = prepared(&store);
    let made = Cell::new(0_u32);
    let new_id = || {
        made.set(made.get() + 1);
        format!("new-{}", made.get())
    };
    let now = 1_790_000_000_000;
    let taken_in = || ready(import::import(&store, &file, now, &new_id, &|_, _| {}));
    let first = taken_in();
    let rows = count(&store);
    let again = taken_in();
    if let (Ok(first), Ok(again)) = (&first, &again) {
        assert_eq!((again.taken, again.photos, again.answers), (0, 0, 0), "the same file twice: {first:?}");
        assert_eq!(count(&store), rows);
    }
    let queue = ready(outbox::queue(&store, usize::MAX)).expect("memory answers");
    for record in &own {
        let kept = queue.entries.iter().find(|entry| entry.record.item_id == record.item_id);
        assert_eq!(kept.map(|entry| &entry.record.body), Some(&record.body), "an own record was changed");
    }
    for entry in queue.entries {
        assert_eq!(sha256_hex(entry.record.body.as_bytes()), entry.record.body_sha256);
    }
}

/// Damaged rows: every reader answers or names the damage, and none deletes a row for it. One row a
/// line: table, key, group, number and JSON, with tabs between.
pub fn rows(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut dump: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.splitn(5, '\t');
        let mut part = || parts.next().unwrap_or_default();
        let (table, key, group, seq, json) = (part(), part(), part(), part(), part());
        if Table::ALL.iter().any(|known| known.name() == table) {
            let row = Row::new(key, group, json);
            let row = Row { seq: seq.parse().ok(), rev: 1, bytes: Some(key.as_bytes().to_vec()), ..row };
            dump.entry(table.to_owned()).or_default().push(row);
        }
    }
    let Ok(store) = MemoryStore::load(1, dump) else { return };
    let before = keys(&store);
    let _ = ready(identity::install_id(&store));
    let _ = ready(identity::enrolment(&store));
    let _ = ready(identity::seen(&store));
    let _ = ready(identity::pull_state(&store));
    let _ = ready(identity::boot(&store));
    let _ = ready(draft::drafts_of(&store, "t1"));
    let _ = ready(draft::progress_of(&store, "t1"));
    let _ = ready(day::read(&store, NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date")));
    let _ = ready(outbox::counts(&store));
    let _ = ready(outbox::queue(&store, 100));
    let _ = ready(outbox::unsent(&store, 100));
    let _ = ready(outbox::wake_later(&store, u64::MAX, true));
    let _ = ready(outbox::next_due(&store));
    let _ = ready(photos::photos_in(&store, photos::PhotoState::Phone, 100));
    let _ = ready(photos::undelivered(&store));
    if let Ok(text) = ready(export::export(&store, "2026-11-23T12:00:00+08:00")) {
        assert!(json::read::<Export>(&text).is_ok(), "what was exported can be read");
    }
    let stranger = Stranger::new(b"");
    let now = Clock(Cell::new(1_790_000_000_000));
    let _ = ready(Driver::new().run_pass(&store, &stranger, &now, Wake::User, &|_| {}));
    let after = keys(&store);
    assert!(before.iter().all(|key| after.contains(key)), "a damaged row was deleted");
    let outbox = |keys: &BTreeSet<(Table, String)>| keys.iter().filter(|(t, _)| *t == Table::Outbox).count();
    assert_eq!(outbox(&before), outbox(&after), "a record was doubled");
}

/// Someone who answers with what is given, one answer a request, and then not at all.
struct Stranger {
    answers: RefCell<std::vec::IntoIter<Response>>,
    said: String,
    asked: Cell<u32>,
}

impl Stranger {
    fn new(data: &[u8]) -> Self {
        let said = String::from_utf8_lossy(data).into_owned();
        let answers: Vec<Response> = said.split("\n---\n").take(60).map(response).collect();
        Self { answers: RefCell::new(answers.into_iter()), said, asked: Cell::new(0) }
    }

    fn has_named(&self, item_id: &str, sha256: &str) -> bool {
        // Through JSON's escapes the words may be spelled otherwise; the hash's digits hardly are.
        self.said.contains('\\') || (self.said.contains(item_id) && self.said.contains(sha256))
    }
}

impl Transport for Stranger {
    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        self.asked.set(self.asked.get() + 1);
        assert!(self.asked.get() < MOST_REQUESTS, "a pass that does not end");
        self.answers.borrow_mut().next().ok_or(TransportError::Timeout)
    }
}

fn response(text: &str) -> Response {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(200);
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec() }
}

struct Clock(Cell<u64>);

impl Edge for Clock {
    fn now_ms(&self) -> u64 {
        self.0.get()
    }

    fn random(&self) -> u64 {
        7
    }
}

/// An enrolled phone with three records, one of them with a photo.
fn prepared(store: &MemoryStore) -> Vec<OutboxRecord> {
    ready(identity::set_install_id(store, "install-1")).expect("memory answers");
    let enrolment = Enrolment {
        device_id: "device-1".to_owned(),
        token: "token-1".to_owned(),
        role: "butler".to_owned(),
        sites: vec!["site-1".to_owned()],
        origin: String::new(),
    };
    ready(identity::set_enrolment(store, &enrolment)).expect("memory answers");
    let new = NewPhoto {
        bytes: (0..=255).cycle().take(2_000).collect(),
        mime: "image/jpeg".to_owned(),
        width: 4,
        height: 3,
        taken_at: "2026-11-23T12:00:00+08:00".to_owned(),
        draft: "t1/t1-01".to_owned(),
    };
    let photo = ready(photos::add_photo(store, new)).expect("memory answers");
    let records = [record(RECORDS[0], &[photo]), record(RECORDS[1], &[]), record(RECORDS[2], &[])].to_vec();
    let batch = ready(outbox::enqueue(store, Batch::new(), &records)).expect("memory answers");
    ready(store.commit(batch)).expect("memory answers");
    records
}

fn record(id: &str, blobs: &[PhotoRef]) -> OutboxRecord {
    let new = NewRecord {
        item_id: id.to_owned(),
        kind: "result".to_owned(),
        schema: 1,
        author: "butler-01".to_owned(),
        captured: Stamp {
            at: "2026-11-23T12:00:00+08:00".to_owned(),
            tz: "Asia/Shanghai".to_owned(),
            boot_id: "boot-1".to_owned(),
            mono_ms: 5,
        },
        blobs: blobs.to_vec(),
        supersedes: None,
        task: "t1".to_owned(),
        title: Text::new("大门", "Gate"),
        created_ms: 1_790_000_000_000,
    };
    OutboxRecord::new(new, &serde_json::json!({ "note": id }))
}

fn same_again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> Option<T> {
    let value: T = json::read(text).ok()?;
    let written = serde_json::to_string(&value).expect("plain data always has JSON");
    assert_eq!(json::read::<T>(&written).as_ref(), Ok(&value), "{written}");
    Some(value)
}

fn count(store: &MemoryStore) -> u64 {
    let rows = Table::ALL.into_iter().filter(|table| *table != Table::Meta);
    rows.map(|table| ready(store.count(table, None)).expect("memory answers")).sum()
}

fn keys(store: &MemoryStore) -> BTreeSet<(Table, String)> {
    let rows = |table| ready(store.page(table, "", usize::MAX)).expect("memory answers").into_iter();
    let all = Table::ALL.into_iter().filter(|table| *table != Table::Meta);
    all.flat_map(|table| rows(table).map(move |row| (table, row.key))).collect()
}

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Memory and a stranger of ours never have to be waited for.
fn ready<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => unreachable!("nothing here waits"),
    }
}
