//! The storage contract on IndexedDB, and what only a browser can show. Runs in every browser
//! that has a WebDriver.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

#[path = "store_contract/browser.rs"]
mod browser;
#[path = "store_contract/mod.rs"]
mod suite;

use rounds::store::migrations::{self, Migration, Step};
use rounds::store::{Batch, IndexedDb, Row, Store, StoreError, Table};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use self::browser::{Browser, raw};
use self::suite::Bench;

wasm_bindgen_test_configure!(run_in_browser);

macro_rules! web {
    ($($module:ident :: $case:ident),* $(,)?) => {
        $(
            #[wasm_bindgen_test]
            async fn $case() {
                suite::$module::$case(&Browser::fresh(stringify!($case)).await).await;
            }
        )*
    };
}
suite::each_case!(web);

/// The same suite on rows that WebCrypto seals.
mod sealed {
    use rounds::store::sealed::cipher::KeyMaker;
    use rounds::store::sealed::web::{WebCipher, WebKeys};
    use rounds::store::{IndexedDb, Sealed};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::browser::Browser;
    use super::suite::{self, Bench};

    struct Behind(Browser, WebCipher);

    impl Behind {
        async fn fresh(name: &str) -> Self {
            let (_, cipher) = WebKeys.create("291740", &[9; 16]).await.unwrap();
            Self(Browser::fresh(&format!("sealed-{name}")).await, cipher)
        }
    }

    impl Bench for Behind {
        type Store = Sealed<IndexedDb, WebCipher>;

        async fn open(&self) -> Self::Store {
            Sealed::with_key(self.0.open().await, self.1.clone())
        }
    }

    macro_rules! sealed {
        ($($module:ident :: $case:ident),* $(,)?) => {
            $(
                #[wasm_bindgen_test]
                async fn $case() {
                    suite::$module::$case(&Behind::fresh(stringify!($case)).await).await;
                }
            )*
        };
    }
    suite::each_case!(sealed);
}

#[wasm_bindgen_test]
async fn writes_are_strictly_durable() {
    let store = Browser::fresh("durable").await.open().await;
    assert_eq!(store.durability(), None);
    suite::put(&store, Table::Drafts, Row::new("k", "g", "1")).await;
    assert_eq!(store.durability().as_deref(), Some("strict"));
}

#[wasm_bindgen_test]
async fn rows_survive_a_new_opening() {
    let bench = Browser::fresh("survive").await;
    let first = bench.open().await;
    assert!(first.was_created());
    assert_eq!(suite::number(&first, "r1").await, 1);
    let kept = first.get(Table::Outbox, "r1").await.unwrap();
    first.close();
    let second = bench.open().await;
    assert!(!second.was_created());
    assert_eq!(second.get(Table::Outbox, "r1").await.unwrap(), kept);
    assert_eq!(suite::number(&second, "r2").await, 2);
    // A closed handle opens again by itself.
    assert_eq!(first.count(Table::Outbox, None).await.unwrap(), 2);
}

#[wasm_bindgen_test]
async fn the_fixture_of_version_1_reads_unchanged() {
    let bench = Browser::fresh("fixture").await;
    raw::make(&bench.name, suite::fixture::V1).await.unwrap();
    let (_, dump) = suite::fixture::read(suite::fixture::V1);
    let store = bench.open().await;
    assert!(!store.was_created());
    suite::fixture::stands(&store, &dump).await;
    assert_eq!(suite::number(&store, "new").await, 3);
}

#[wasm_bindgen_test]
async fn photos_lie_there_as_array_buffers() {
    let bench = Browser::fresh("buffers").await;
    let store = bench.open().await;
    let row = Row { bytes: Some(vec![7; 1_000]), ..Row::new("sha", "", "") };
    suite::put(&store, Table::PhotoBytes, row).await;
    let found = raw::bytes_of(&bench.name, "photo_bytes", "sha").await.unwrap();
    assert_eq!(found.as_string().as_deref(), Some("[object ArrayBuffer] 1000"));
}

#[wasm_bindgen_test]
async fn a_newer_app_in_another_tab_gets_the_database() {
    let bench = Browser::fresh("version_change").await;
    let store = bench.open().await;
    suite::put(&store, Table::Drafts, Row::new("k", "g", "1")).await;
    // Fails as blocked if the handle does not let go.
    raw::raise(&bench.name, 1_000).await.unwrap();
    assert_eq!(store.get(Table::Drafts, "k").await, Err(StoreError::TooNew));
    let put = Batch::new().put(Table::Drafts, Row::new("k", "g", "2"));
    assert_eq!(store.commit(put).await, Err(StoreError::TooNew));
    assert_eq!(IndexedDb::open(&bench.name).await.err(), Some(StoreError::TooNew));
    assert_eq!(raw::version(&bench.name).await.unwrap().as_f64(), Some(1_000.0));
}

#[wasm_bindgen_test]
async fn a_lost_database_is_not_made_anew() {
    let bench = Browser::fresh("lost").await;
    let store = bench.open().await;
    suite::put(&store, Table::Drafts, Row::new("k", "g", "1")).await;
    raw::remove(&bench.name).await.unwrap();
    assert!(matches!(store.get(Table::Drafts, "k").await, Err(StoreError::Damaged(_))));
    let put = Batch::new().put(Table::Drafts, Row::new("k", "g", "2"));
    assert!(matches!(store.commit(put).await, Err(StoreError::Damaged(_))));
    let again = IndexedDb::open_existing(&bench.name).await;
    assert!(matches!(again.err(), Some(StoreError::Damaged(_))));
    assert_eq!(raw::exists(&bench.name).await.unwrap().as_bool(), Some(false));
    // Who decides to begin anew is told that this is what happened.
    assert!(bench.open().await.was_created());
    assert_eq!(raw::exists(&bench.name).await.unwrap().as_bool(), Some(true));
}

#[wasm_bindgen_test]
async fn a_lost_connection_is_opened_again_a_few_times() {
    let bench = Browser::fresh("reconnect").await;
    let store = bench.open().await;
    for times in 0..3 {
        raw::lose_connection(times);
        assert_eq!(suite::number(&store, &format!("r{times}")).await, u64::from(times) + 1);
        raw::lose_connection(times);
        assert_eq!(store.count(Table::Outbox, None).await, Ok(u64::from(times) + 1));
    }
    raw::lose_connection(u32::MAX);
    let put = || Batch::new().put(Table::Drafts, Row::new("k", "g", "1"));
    assert!(matches!(store.commit(put()).await, Err(StoreError::Lost(_))));
    assert!(matches!(store.get(Table::Drafts, "k").await, Err(StoreError::Lost(_))));
    raw::heal();
    assert_eq!(store.get(Table::Drafts, "k").await, Ok(None));
    store.commit(put()).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_commit_whose_answer_was_lost_is_recognised() {
    let bench = Browser::fresh("doubt").await;
    let store = bench.open().await;
    suite::put(&store, Table::Drafts, Row::new("d", "", "1")).await;
    let finish = Batch::new()
        .expect(Table::Drafts, "d", Some(1))
        .number(Table::Outbox, Row::new("r1", "queued", "{}"))
        .delete(Table::Drafts, "d");
    raw::lose_answer();
    let given = store.commit(finish.clone()).await;
    raw::heal();
    assert_eq!(given.unwrap().seqs, [1]);
    assert_eq!(store.get(Table::Outbox, "r1").await.unwrap().unwrap().rev, 1);
    assert_eq!(suite::number(&store, "r2").await, 2);
    // The same batch from elsewhere is a conflict as ever.
    assert_eq!(store.commit(finish).await, suite::conflict("d"));
}

#[wasm_bindgen_test]
async fn saved_is_said_only_after_complete() {
    let bench = Browser::fresh("complete").await;
    let store = bench.open().await;
    raw::take_back();
    let put = || Batch::new().put(Table::Drafts, Row::new("k", "g", "1"));
    let outcome = store.commit(put()).await;
    raw::heal();
    assert!(matches!(outcome, Err(StoreError::Lost(_))), "{outcome:?}");
    assert_eq!(store.get(Table::Drafts, "k").await, Ok(None));
    store.commit(put()).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_disk_that_fills_in_the_middle_keeps_nothing_of_the_batch() {
    let bench = Browser::fresh("full").await;
    let store = bench.open().await;
    suite::put(&store, Table::Drafts, Row::new("k", "g", "before")).await;
    for nth in 1..=3 {
        raw::fill_disk(nth);
        let batch = Batch::new()
            .put(Table::Drafts, Row::new("k", "g", "after"))
            .number(Table::Outbox, Row::new("r", "queued", "{}"));
        let outcome = store.commit(batch).await;
        raw::heal();
        assert_eq!(outcome, Err(StoreError::Full));
        assert_eq!(store.get(Table::Drafts, "k").await.unwrap().unwrap().json, "before");
        assert_eq!(store.count(Table::Outbox, None).await, Ok(0));
    }
    assert_eq!(suite::number(&store, "r").await, 1);
}

const NEXT: &[Migration] = &[
    Migration { version: 1, title: "as published", steps: migrations::ALL[0].steps },
    Migration {
        version: 2,
        title: "one table more, rewritten drafts",
        steps: &[
            Step::Rewrite { table: "drafts", row: |row| Row { json: format!("new {}", row.json), ..row } },
            Step::Table("attic"),
        ],
    },
];

const BROKEN: &[Migration] = &[Migration {
    version: 2,
    title: "a table that is there already",
    steps: &[Step::Table("attic"), Step::Table("drafts")],
}];

#[wasm_bindgen_test]
async fn a_migration_rewrites_every_row_once() {
    let bench = Browser::fresh("migrate").await;
    let old = bench.open().await;
    let batch = (0..450).fold(Batch::new(), |batch, n| {
        batch.put(Table::Drafts, Row::new(format!("d{n:03}"), "g", n.to_string()))
    });
    old.commit(batch).await.unwrap();
    for _ in 0..2 {
        let new = IndexedDb::open_as(&bench.name, NEXT).await.unwrap();
        assert!(!new.was_created());
        let rows = new.page(Table::Drafts, "", 1_000).await.unwrap();
        assert_eq!(rows.len(), 450);
        for (n, row) in rows.iter().enumerate() {
            assert_eq!(row.json, format!("new {n}"));
        }
    }
    assert_eq!(old.get(Table::Drafts, "d000").await, Err(StoreError::TooNew));
}

#[wasm_bindgen_test]
async fn a_migration_that_fails_changes_nothing() {
    let bench = Browser::fresh("half").await;
    let old = bench.open().await;
    suite::put(&old, Table::Drafts, Row::new("k", "g", "1")).await;
    assert!(IndexedDb::open_as(&bench.name, BROKEN).await.is_err());
    assert_eq!(raw::version(&bench.name).await.unwrap().as_f64(), Some(1.0));
    assert_eq!(old.get(Table::Drafts, "k").await.unwrap().unwrap().json, "1");
}

#[wasm_bindgen_test]
async fn a_deaf_tab_blocks_for_five_seconds_and_not_for_ever() {
    let bench = Browser::fresh("blocked").await;
    raw::make(&bench.name, suite::fixture::V1).await.unwrap();
    let deaf = raw::hold(&bench.name).await.unwrap();
    let start = raw::now();
    let blocked = IndexedDb::open_as(&bench.name, NEXT).await;
    let took = raw::now() - start;
    assert_eq!(blocked.err(), Some(StoreError::Blocked));
    assert!((4_900.0..9_000.0).contains(&took), "{took} ms");
    raw::release(&deaf);
    // The opening that was given up must not have left a version without its migration.
    let store = IndexedDb::open_as(&bench.name, NEXT).await.unwrap();
    let row = store.get(Table::Drafts, "t-1/i-2").await.unwrap().unwrap();
    assert_eq!(row.json, r#"new { "measured_mm" : 1200 }"#);
}

/// A page that is frozen for the way back must not keep a transaction open: it would block the next
/// page's writes for ever (seen in WebKit). What was under way goes on when the page is shown again.
#[wasm_bindgen_test]
async fn a_page_that_is_left_lets_go_and_goes_on_when_it_is_shown_again() {
    let store = Browser::fresh("left").await.open().await;
    suite::put(&store, Table::Drafts, Row::new("before", "g", "1")).await;
    let (reader, writer) = (store.clone(), store.clone());
    let done = std::rc::Rc::new(std::cell::Cell::new(0));
    let (read, written) = (done.clone(), done.clone());
    wasm_bindgen_futures::spawn_local(async move {
        assert!(reader.get(Table::Drafts, "before").await.unwrap().is_some());
        read.set(read.get() + 1);
    });
    wasm_bindgen_futures::spawn_local(async move {
        let row = Row::new("during", "g", "2");
        writer
            .commit(Batch::new().expect(Table::Drafts, "during", None).put(Table::Drafts, row))
            .await
            .unwrap();
        written.set(written.get() + 1);
    });
    raw::next_task().await.unwrap();
    raw::leave_page();
    // Another page, which knows nothing of this one, can write at once.
    raw::put_by_hand("contract-left", "drafts", "other").await.unwrap();
    assert!(done.get() < 2, "nothing new begins while the page is hidden");
    raw::show_page();
    while done.get() < 2 {
        raw::next_task().await.unwrap();
    }
    let row = store.get(Table::Drafts, "during").await.unwrap().unwrap();
    assert_eq!((row.json.as_str(), row.rev), ("2", 1), "written once");
}
