//! The numbers that let the office see a gap.

use rounds::store::{Batch, NEXT_SEQ, Row, Store, StoreError, Table};

use super::{Bench, conflict, number, put};

pub async fn numbers_start_at_one_without_gaps(bench: &impl Bench) {
    let store = bench.open().await;
    assert_eq!(number(&store, "r1").await, 1);
    let batch = Batch::new()
        .number(Table::Outbox, Row::new("r3", "queued", "{}"))
        .put(Table::Drafts, Row::new("d", "", "{}"))
        .number(Table::Outbox, Row::new("r2", "queued", "{}"));
    assert_eq!(store.commit(batch).await.unwrap().seqs, [2, 3]);
    assert_eq!(number(&store, "r4").await, 4);
    let seq = async |key: &str| store.get(Table::Outbox, key).await.unwrap().unwrap().seq;
    assert_eq!(seq("r1").await, Some(1));
    assert_eq!(seq("r3").await, Some(2));
    assert_eq!(seq("r2").await, Some(3));
}

pub async fn a_numbered_row_keeps_its_number(bench: &impl Bench) {
    let store = bench.open().await;
    assert_eq!(number(&store, "r1").await, 1);
    assert_eq!(number(&store, "r1").await, 1);
    let twice = Batch::new()
        .number(Table::Outbox, Row::new("r2", "queued", "1"))
        .number(Table::Outbox, Row::new("r2", "queued", "2"))
        .number(Table::Outbox, Row { seq: Some(77), ..Row::new("r1", "queued", "3") });
    assert_eq!(store.commit(twice).await.unwrap().seqs, [2, 2, 1]);
    assert_eq!(number(&store, "r3").await, 3);
    let row = store.get(Table::Outbox, "r1").await.unwrap().unwrap();
    assert_eq!((row.seq, row.rev, row.json.as_str()), (Some(1), 3, "3"));
}

pub async fn a_failed_batch_burns_no_number(bench: &impl Bench) {
    let store = bench.open().await;
    assert_eq!(number(&store, "r1").await, 1);
    let failing =
        Batch::new().number(Table::Outbox, Row::new("r2", "queued", "{}")).expect(Table::Outbox, "r1", None);
    assert_eq!(store.commit(failing).await, conflict("r1"));
    assert_eq!(number(&store, "r3").await, 2);
}

pub async fn a_put_keeps_the_number_it_is_given(bench: &impl Bench) {
    let store = bench.open().await;
    number(&store, "r1").await;
    let row = store.get(Table::Outbox, "r1").await.unwrap().unwrap();
    put(&store, Table::Outbox, Row { group: "received".to_owned(), ..row.clone() }).await;
    let moved = store.get(Table::Outbox, "r1").await.unwrap().unwrap();
    assert_eq!(moved, Row { group: "received".to_owned(), rev: 2, ..row });
}

pub async fn the_counter_tells_the_next_number_and_is_the_stores_own(bench: &impl Bench) {
    let store = bench.open().await;
    let counter = async || store.get(Table::Meta, NEXT_SEQ).await.unwrap().map(|row| row.json);
    assert_eq!(counter().await, None);
    number(&store, "r1").await;
    assert_eq!(counter().await.as_deref(), Some("2"));
    for batch in [
        Batch::new().put(Table::Meta, Row::new(NEXT_SEQ, "", "1")),
        Batch::new().number(Table::Meta, Row::new(NEXT_SEQ, "", "1")),
        Batch::new().delete(Table::Meta, NEXT_SEQ),
    ] {
        assert!(matches!(store.commit(batch).await, Err(StoreError::Other(_))));
    }
    assert_eq!(counter().await.as_deref(), Some("2"));
    assert_eq!(number(&store, "r2").await, 2);
}
