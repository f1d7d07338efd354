//! The storage contract on the memory twin, and the twin's own faults.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

#[path = "support/gcm.rs"]
mod gcm;
#[path = "store_contract/mod.rs"]
mod suite;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rounds::store::memory::Moment;
use rounds::store::migrations;
use rounds::store::{Batch, MemoryStore, Row, Store, StoreError, Table};

struct Memory(MemoryStore);

impl suite::Bench for Memory {
    type Store = MemoryStore;

    async fn open(&self) -> MemoryStore {
        self.0.clone()
    }
}

macro_rules! native {
    ($($module:ident :: $case:ident),* $(,)?) => {
        $(
            #[test]
            fn $case() {
                ready(suite::$module::$case(&Memory(MemoryStore::new())));
            }
        )*
    };
}
suite::each_case!(native);

/// The same suite on rows that are sealed.
mod sealed {
    use super::gcm::Gcm;
    use super::{MemoryStore, ready, suite};
    use rounds::store::{Sealed, Table};

    struct Behind(MemoryStore);

    impl suite::Bench for Behind {
        type Store = Sealed<MemoryStore, Gcm>;

        async fn open(&self) -> Self::Store {
            Sealed::with_key(self.0.clone(), Gcm::new("k1", [7; 32]))
        }
    }

    macro_rules! sealed {
        ($($module:ident :: $case:ident),* $(,)?) => {
            $(
                #[test]
                fn $case() {
                    ready(suite::$module::$case(&Behind(MemoryStore::new())));
                }
            )*
        };
    }
    suite::each_case!(sealed);

    #[test]
    fn rows_from_before_the_lock_read_unchanged() {
        let (version, dump) = suite::fixture::read(suite::fixture::V1);
        let disk = MemoryStore::load(version, dump.clone()).unwrap();
        let store = Sealed::with_key(disk.clone(), Gcm::new("k1", [7; 32]));
        ready(suite::fixture::stands(&store, &dump));
        // What is written from now on is sealed.
        ready(suite::put(&store, Table::Drafts, super::Row::new("new", "g", "plain words")));
        let lies = ready(super::Store::get(&disk, Table::Drafts, "new")).unwrap().unwrap();
        assert!(!lies.json.contains("plain"), "{}", lies.json);
    }
}

#[test]
fn the_fixture_of_version_1_reads_unchanged() {
    let (version, dump) = suite::fixture::read(suite::fixture::V1);
    assert_eq!(version, 1);
    let store = MemoryStore::load(version, dump.clone()).unwrap();
    ready(suite::fixture::stands(&store, &dump));
    // And its counter goes on where it was.
    assert_eq!(ready(suite::number(&store, "new")), 3);
}

#[test]
fn every_published_version_has_a_fixture() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store");
    for migration in migrations::ALL {
        let file = folder.join(format!("v{}.json", migration.version));
        assert!(file.is_file(), "no fixture {}", file.display());
    }
}

#[test]
fn a_newer_or_foreign_dump_is_refused() {
    let newer = MemoryStore::load(u32::MAX, migrations::Dump::new());
    assert_eq!(newer.err(), Some(StoreError::TooNew));
    let foreign = migrations::Dump::from([("attic".to_owned(), Vec::new())]);
    assert!(matches!(MemoryStore::load(1, foreign), Err(StoreError::Damaged(_))));
}

#[test]
fn a_planned_fault_strikes_once_before_or_after_the_write() {
    for (moment, kept) in [(Moment::Before, 0), (Moment::After, 1)] {
        let store = MemoryStore::new();
        store.fail_at(2, moment, StoreError::Full);
        assert_eq!(ready(store.count(Table::Meta, None)), Ok(0));
        let put = Batch::new().put(Table::Meta, Row::new("k", "", "1"));
        assert_eq!(ready(store.commit(put)), Err(StoreError::Full));
        assert_eq!(ready(store.count(Table::Meta, None)), Ok(kept));
        assert_eq!(store.calls(), 3);
    }
}

#[test]
fn a_dead_phone_answers_nothing_and_leaves_what_was_on_disk() {
    let store = MemoryStore::new();
    ready(suite::put(&store, Table::Meta, Row::new("a", "", "1")));
    store.die_at(1, Moment::After);
    let put = |key: &str| Batch::new().put(Table::Meta, Row::new(key, "", "1"));
    assert!(matches!(ready(store.commit(put("b"))), Err(StoreError::Lost(_))));
    assert!(matches!(ready(store.commit(put("c"))), Err(StoreError::Lost(_))));
    assert!(matches!(ready(store.get(Table::Meta, "a")), Err(StoreError::Lost(_))));
    let found = store.after_crash();
    let rows = ready(found.page(Table::Meta, "", 9)).unwrap();
    assert_eq!(suite::keys(&rows), ["a", "b"]);
}

/// Runs a future of the memory twin, which never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the memory twin waited"),
    }
}
