//! Writing: revisions, conditions, all or nothing.

use rounds::store::{Batch, Committed, Row, Store, Table};

use super::{Bench, conflict, put};

pub async fn a_row_comes_back_as_it_was_put(bench: &impl Bench) {
    let store = bench.open().await;
    let row = Row {
        key: "t1/i1".to_owned(),
        group: "t1".to_owned(),
        json: r#"{"answer":"fail"}"#.to_owned(),
        bytes: Some(vec![0, 1, 254, 255]),
        seq: Some(7),
        rev: 99,
    };
    put(&store, Table::Drafts, row.clone()).await;
    let found = store.get(Table::Drafts, "t1/i1").await.unwrap();
    assert_eq!(found, Some(Row { rev: 1, ..row }));
}

pub async fn every_write_raises_the_revision(bench: &impl Bench) {
    let store = bench.open().await;
    for rev in 1..=4 {
        let json = rev.to_string();
        let batch = match rev % 2 {
            0 => Batch::new().number(Table::Outbox, Row::new("r", "queued", &json)),
            _ => Batch::new().put(Table::Outbox, Row::new("r", "queued", &json)),
        };
        store.commit(batch).await.unwrap();
        let row = store.get(Table::Outbox, "r").await.unwrap().unwrap();
        assert_eq!((row.rev, row.json), (rev, json));
    }
}

pub async fn a_deleted_row_is_gone_and_starts_anew(bench: &impl Bench) {
    let store = bench.open().await;
    put(&store, Table::Drafts, Row::new("a", "g", "1")).await;
    put(&store, Table::Drafts, Row::new("a", "g", "2")).await;
    put(&store, Table::Drafts, Row::new("b", "g", "1")).await;
    store.commit(Batch::new().delete(Table::Drafts, "a")).await.unwrap();
    assert_eq!(store.get(Table::Drafts, "a").await.unwrap(), None);
    assert_eq!(store.count(Table::Drafts, Some("g")).await.unwrap(), 1);
    put(&store, Table::Drafts, Row::new("a", "g", "3")).await;
    assert_eq!(store.get(Table::Drafts, "a").await.unwrap().unwrap().rev, 1);
}

pub async fn deleting_nothing_is_no_error(bench: &impl Bench) {
    let store = bench.open().await;
    let batch = Batch::new().delete(Table::Photos, "none").put(Table::Meta, Row::new("k", "", "1"));
    store.commit(batch).await.unwrap();
    assert!(store.get(Table::Meta, "k").await.unwrap().is_some());
}

pub async fn an_empty_batch_changes_nothing(bench: &impl Bench) {
    let store = bench.open().await;
    assert_eq!(store.commit(Batch::new()).await, Ok(Committed::default()));
    for table in Table::ALL {
        assert_eq!(store.count(table, None).await.unwrap(), 0);
    }
}

pub async fn one_batch_may_write_a_row_twice(bench: &impl Bench) {
    let store = bench.open().await;
    let batch = Batch::new()
        .put(Table::Meta, Row::new("a", "", "1"))
        .put(Table::Meta, Row::new("a", "", "2"))
        .put(Table::Meta, Row::new("b", "", "1"))
        .delete(Table::Meta, "b")
        .delete(Table::Meta, "c")
        .put(Table::Meta, Row::new("c", "", "1"));
    store.commit(batch).await.unwrap();
    let a = store.get(Table::Meta, "a").await.unwrap().unwrap();
    assert_eq!((a.json.as_str(), a.rev), ("2", 2));
    assert_eq!(store.get(Table::Meta, "b").await.unwrap(), None);
    assert_eq!(store.get(Table::Meta, "c").await.unwrap().unwrap().rev, 1);
}

pub async fn a_conflict_in_the_middle_leaves_nothing(bench: &impl Bench) {
    let store = bench.open().await;
    put(&store, Table::Progress, Row::new("t", "d", "before")).await;
    let batch = Batch::new()
        .put(Table::Progress, Row::new("t", "d", "after"))
        .number(Table::Outbox, Row::new("r", "queued", "{}"))
        .expect(Table::Drafts, "t/i", Some(1))
        .delete(Table::Progress, "t");
    assert_eq!(store.commit(batch).await, conflict("t/i"));
    let row = store.get(Table::Progress, "t").await.unwrap().unwrap();
    assert_eq!((row.json.as_str(), row.rev), ("before", 1));
    assert_eq!(store.count(Table::Outbox, None).await.unwrap(), 0);
    assert_eq!(store.count(Table::Meta, None).await.unwrap(), 0);
}

pub async fn expect_absent_holds_only_for_an_absent_row(bench: &impl Bench) {
    let store = bench.open().await;
    let once = || Batch::new().expect(Table::Drafts, "k", None).put(Table::Drafts, Row::new("k", "", "1"));
    store.commit(once()).await.unwrap();
    assert_eq!(store.commit(once()).await, conflict("k"));
    store.commit(Batch::new().delete(Table::Drafts, "k")).await.unwrap();
    store.commit(once()).await.unwrap();
}

pub async fn expect_a_revision_holds_only_for_that_one(bench: &impl Bench) {
    let store = bench.open().await;
    let at = |rev| {
        Batch::new()
            .expect(Table::Drafts, "k", Some(rev))
            .put(Table::Drafts, Row::new("k", "", rev.to_string()))
    };
    assert_eq!(store.commit(at(1)).await, conflict("k"));
    put(&store, Table::Drafts, Row::new("k", "", "0")).await;
    assert_eq!(store.commit(at(2)).await, conflict("k"));
    store.commit(at(1)).await.unwrap();
    assert_eq!(store.commit(at(1)).await, conflict("k"));
    store.commit(at(2)).await.unwrap();
    assert_eq!(store.get(Table::Drafts, "k").await.unwrap().unwrap().json, "2");
}

pub async fn conditions_are_judged_before_any_write(bench: &impl Bench) {
    let store = bench.open().await;
    let batch = Batch::new()
        .put(Table::Drafts, Row::new("k", "", "1"))
        .expect(Table::Drafts, "k", None)
        .expect(Table::Photos, "p", None);
    store.commit(batch).await.unwrap();
    assert!(store.get(Table::Drafts, "k").await.unwrap().is_some());
}
