//! What rows hold, and how many of them.

use rounds::store::{Batch, Row, Store, Table};

use super::{Bench, put};

pub async fn bytes_come_back_whole(bench: &impl Bench) {
    let store = bench.open().await;
    let bytes: Vec<u8> = (0..300 * 1024_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let row = Row { bytes: Some(bytes), ..Row::new("sha", "", "") };
    put(&store, Table::PhotoBytes, row.clone()).await;
    let found = store.get(Table::PhotoBytes, "sha").await.unwrap().unwrap();
    assert!(found.bytes == row.bytes, "the bytes changed");
    let paged = store.page(Table::PhotoBytes, "", 1).await.unwrap();
    assert!(paged[0].bytes == row.bytes, "the bytes changed");
}

pub async fn no_bytes_and_empty_bytes_differ(bench: &impl Bench) {
    let store = bench.open().await;
    put(&store, Table::PhotoBytes, Row::new("none", "", "")).await;
    put(&store, Table::PhotoBytes, Row { bytes: Some(Vec::new()), ..Row::new("empty", "", "") }).await;
    let bytes = async |key: &str| store.get(Table::PhotoBytes, key).await.unwrap().unwrap().bytes;
    assert_eq!(bytes("none").await, None);
    assert_eq!(bytes("empty").await, Some(Vec::new()));
}

pub async fn text_is_kept_to_the_byte(bench: &impl Bench) {
    let store = bench.open().await;
    let texts = [
        "",
        "{ \"b\" : 1.0 ,\r\n\t\"a\" : 1e2 }",
        "{\"note\":\"门岗 — 灭火器 🧯 👨‍👩‍👧\"}",
        "e\u{301} \u{e9} \u{feff}\u{0}\u{1f}\u{2028}\u{fffd}\u{10ffff}",
    ];
    for (n, text) in texts.into_iter().enumerate() {
        let key = format!("键 {n}/{text}");
        put(&store, Table::Outbox, Row::new(&key, text, text)).await;
        let row = store.get(Table::Outbox, &key).await.unwrap().unwrap();
        assert_eq!((row.key, row.group, row.json), (key, text.to_owned(), text.to_owned()));
        assert_eq!(store.count(Table::Outbox, Some(text)).await.unwrap(), 1);
    }
    // Composed and decomposed are different keys: nothing normalises.
    put(&store, Table::Drafts, Row::new("\u{e9}", "", "composed")).await;
    assert_eq!(store.get(Table::Drafts, "e\u{301}").await.unwrap(), None);
}

pub async fn a_thousand_rows_one_by_one(bench: &impl Bench) {
    let store = bench.open().await;
    for n in 0..1_000 {
        let row = Row::new(format!("r{n:04}"), "queued", n.to_string());
        let given = store.commit(Batch::new().number(Table::Outbox, row)).await.unwrap();
        assert_eq!(given.seqs, [n + 1]);
    }
    whole_thousand(&store).await;
}

pub async fn a_thousand_rows_in_one_batch(bench: &impl Bench) {
    let store = bench.open().await;
    let batch = (0..1_000).fold(Batch::new(), |batch, n| {
        batch.number(Table::Outbox, Row::new(format!("r{n:04}"), "queued", n.to_string()))
    });
    let given = store.commit(batch).await.unwrap();
    assert_eq!(given.seqs, (1..=1_000).collect::<Vec<u64>>());
    whole_thousand(&store).await;
}

async fn whole_thousand(store: &impl Store) {
    let rows = store.group(Table::Outbox, "queued", 2_000).await.unwrap();
    assert_eq!(rows.len(), 1_000);
    for (n, row) in (0..).zip(rows) {
        assert_eq!((row.seq, row.rev, row.json), (Some(n + 1), 1, n.to_string()));
    }
}
