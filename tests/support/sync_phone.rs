//! A phone on the memory store, and the endpoint it talks to.

use std::cell::{Cell, RefCell};

use rounds::domain::answer::PhotoRef;
use rounds::domain::text::Text;
use rounds::store::draft::Stamp;
use rounds::store::identity::{self, Enrolment};
use rounds::store::outbox::{self, Counts, NewRecord, OutboxRecord, QueueEntry, RecordState};
use rounds::store::photos::{self, NewPhoto};
use rounds::store::{Batch, MemoryStore, Store};
use rounds::sync::{Driver, Edge, SyncStatus, Wake};

use super::fake_endpoint::{FakeEndpoint, TOKEN};

/// A phone with its endpoint.
pub struct Phone {
    pub store: MemoryStore,
    pub endpoint: FakeEndpoint,
    pub driver: Driver,
    pub edge: TestEdge,
    pub heard: RefCell<Vec<SyncStatus>>,
}

/// Time that moves when told, and chance from a seed.
pub struct TestEdge {
    pub now_ms: Cell<u64>,
    pub random: Cell<u64>,
}

impl Edge for TestEdge {
    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn random(&self) -> u64 {
        // Weyl's sequence on the golden ratio: spread evenly, the same each run.
        self.random.set(self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        self.random.get()
    }
}

impl Phone {
    /// An enrolled phone that never pulled.
    pub fn new() -> Self {
        let phone = Self {
            store: MemoryStore::new(),
            endpoint: FakeEndpoint::default(),
            driver: Driver::new(),
            edge: TestEdge { now_ms: Cell::new(1_790_000_000_000), random: Cell::new(7) },
            heard: RefCell::new(Vec::new()),
        };
        block_on(identity::set_install_id(&phone.store, "install-1")).unwrap();
        phone.enrol(TOKEN);
        phone
    }

    /// Keeps a token.
    pub fn enrol(&self, token: &str) {
        let enrolment = Enrolment {
            device_id: "device-1".to_owned(),
            token: token.to_owned(),
            role: "butler".to_owned(),
            sites: vec!["site-1".to_owned()],
            origin: String::new(),
        };
        block_on(identity::set_enrolment(&self.store, &enrolment)).unwrap();
    }

    /// Puts records in the outbox, as finishing a task does.
    pub fn finish(&self, records: &[OutboxRecord]) {
        let batch = block_on(outbox::enqueue(&self.store, Batch::new(), records)).unwrap();
        block_on(self.store.commit(batch)).unwrap();
    }

    /// Puts `count` records with ids `r-0000`… in the outbox.
    pub fn finish_many(&self, count: usize) {
        let records: Vec<_> = (0..count).map(|nth| record(&format!("r-{nth:04}"), &[])).collect();
        self.finish(&records);
    }

    /// Takes a photo for a draft.
    pub fn take_photo(&self, bytes: Vec<u8>) -> PhotoRef {
        let new = NewPhoto {
            bytes,
            mime: "image/jpeg".to_owned(),
            width: 4,
            height: 3,
            taken_at: "2026-09-21T08:00:00+08:00".to_owned(),
            draft: "t1/t1-01".to_owned(),
        };
        block_on(photos::add_photo(&self.store, new)).unwrap()
    }

    /// One pass.
    pub fn pass(&mut self, wake: Wake) -> Option<u64> {
        let heard = &self.heard;
        let publish = |status| heard.borrow_mut().push(status);
        let (store, endpoint, edge) = (&self.store, &self.endpoint, &self.edge);
        block_on(self.driver.run_pass(store, endpoint, edge, wake, &publish))
    }

    /// Counts, without a pass.
    pub fn refresh(&mut self) {
        let heard = &self.heard;
        block_on(self.driver.refresh(&self.store, &|status| heard.borrow_mut().push(status)));
    }

    /// Comes back when told, at most `passes` times, until nothing is left.
    pub fn settle(&mut self, passes: usize) {
        for _ in 0..passes {
            let next = self.pass(Wake::Timer);
            let counts = self.counts();
            if counts.pending_records() + counts.pending_photos() == 0 {
                return;
            }
            let next = next.expect("what is left is tried again");
            self.edge.now_ms.set(next.max(self.edge.now_ms.get()));
        }
        panic!("something is still on the phone: {:?}", self.driver.status());
    }

    /// How many are where.
    pub fn counts(&self) -> Counts {
        block_on(outbox::counts(&self.store)).unwrap()
    }

    /// A record of the outbox.
    pub fn entry(&self, id: &str) -> QueueEntry {
        block_on(outbox::record(&self.store, id)).unwrap().expect("it is in the outbox")
    }

    /// Where a record is.
    pub fn state(&self, id: &str) -> RecordState {
        self.entry(id).state
    }

    /// How many requests begin so.
    pub fn requests(&self, start: &str) -> usize {
        let state = self.endpoint.state.borrow();
        state.log.iter().filter(|line| line.starts_with(start)).count()
    }

    /// Everything of this phone is at the endpoint, once, byte for byte.
    pub fn assert_delivered(&self, records: usize, photos: usize) {
        let counts = self.counts();
        assert_eq!((counts.pending_records(), counts.pending_photos()), (0, 0), "queues are empty");
        let state = self.endpoint.state.borrow();
        assert_eq!(state.items.len(), records);
        assert!(state.inserts.values().all(|times| *times == 1), "each once");
        assert_eq!(state.whole.len(), photos);
        let queue = block_on(outbox::queue(&self.store, usize::MAX)).unwrap();
        assert_eq!(queue.entries.len(), records);
        for QueueEntry { record, seq, .. } in queue.entries {
            let (item, _) = &state.items[&record.item_id];
            assert_eq!((&item.body, item.seq), (&record.body, seq));
        }
    }
}

/// A record of task `t1`.
pub fn record(id: &str, blobs: &[PhotoRef]) -> OutboxRecord {
    let new = NewRecord {
        item_id: id.to_owned(),
        kind: "result".to_owned(),
        schema: 1,
        author: "butler-01".to_owned(),
        captured: Stamp {
            at: "2026-09-21T08:00:00+08:00".to_owned(),
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
    OutboxRecord::new(new, &serde_json::json!({ "note": format!("“{id}” 无异常\n") }))
}

/// Bytes that are like no other's of another seed.
pub fn picture(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|nth| (nth as u8).wrapping_mul(31).wrapping_add(seed) ^ (nth >> 8) as u8).collect()
}

/// Runs a future whose every step is ready at once, as all of memory's are.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing in memory has to be waited for"),
    }
}
