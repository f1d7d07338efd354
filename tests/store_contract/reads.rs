//! Reading: groups, pages, order, counts.

use rounds::store::{Batch, Row, Store, Table};

use super::{Bench, keys, put};

pub async fn a_missing_row_is_none(bench: &impl Bench) {
    let store = bench.open().await;
    for table in Table::ALL {
        assert_eq!(store.get(table, "none").await.unwrap(), None);
        assert_eq!(store.group(table, "none", 9).await.unwrap(), []);
        assert_eq!(store.page(table, "", 9).await.unwrap(), []);
    }
}

pub async fn tables_do_not_share_keys(bench: &impl Bench) {
    let store = bench.open().await;
    for table in Table::ALL {
        put(&store, table, Row::new("same", "g", table.name())).await;
    }
    for table in Table::ALL {
        assert_eq!(store.get(table, "same").await.unwrap().unwrap().json, table.name());
        assert_eq!(store.count(table, None).await.unwrap(), 1);
    }
}

pub async fn a_group_comes_in_key_order_up_to_the_limit(bench: &impl Bench) {
    let store = bench.open().await;
    let mut batch = Batch::new();
    for key in ["c", "a", "d", "b"] {
        batch = batch.put(Table::Tasks, Row::new(key, "2026-11-23", "{}"));
        batch = batch.put(Table::Tasks, Row::new(format!("{key}x"), "2026-11-24", "{}"));
    }
    store.commit(batch).await.unwrap();
    let day = |limit| store.group(Table::Tasks, "2026-11-23", limit);
    assert_eq!(keys(&day(100).await.unwrap()), ["a", "b", "c", "d"]);
    assert_eq!(keys(&day(3).await.unwrap()), ["a", "b", "c"]);
    assert_eq!(day(0).await.unwrap(), []);
    assert_eq!(day(usize::MAX).await.unwrap().len(), 4);
    assert_eq!(store.group(Table::Tasks, "2026-11", 9).await.unwrap(), []);
}

pub async fn a_row_moves_with_its_group(bench: &impl Bench) {
    let store = bench.open().await;
    put(&store, Table::Outbox, Row::new("r", "queued", "{}")).await;
    put(&store, Table::Outbox, Row::new("r", "received", "{}")).await;
    assert_eq!(store.group(Table::Outbox, "queued", 9).await.unwrap(), []);
    assert_eq!(keys(&store.group(Table::Outbox, "received", 9).await.unwrap()), ["r"]);
}

pub async fn pages_go_through_a_table_in_key_order(bench: &impl Bench) {
    let store = bench.open().await;
    let mut batch = Batch::new();
    for n in (0..25).rev() {
        batch = batch.put(Table::Reference, Row::new(format!("place/{n:02}"), "place", "{}"));
    }
    store.commit(batch).await.unwrap();
    let (mut after, mut sizes, mut seen) = (String::new(), Vec::new(), Vec::new());
    loop {
        let page = store.page(Table::Reference, &after, 10).await.unwrap();
        sizes.push(page.len());
        let Some(last) = page.last() else { break };
        after.clone_from(&last.key);
        seen.extend(page.into_iter().map(|row| row.key));
    }
    assert_eq!(sizes, [10, 10, 5, 0]);
    let wanted: Vec<String> = (0..25).map(|n| format!("place/{n:02}")).collect();
    assert_eq!(seen, wanted);
    assert_eq!(store.page(Table::Reference, "", 0).await.unwrap(), []);
    // A key that is not there is a fine place to go on from.
    let rest = store.page(Table::Reference, "place/23x", 9).await.unwrap();
    assert_eq!(keys(&rest), ["place/24"]);
}

pub async fn keys_are_ordered_by_utf_16_units(bench: &impl Bench) {
    let store = bench.open().await;
    // The fourth is past U+FFFF, yet its first unit is below that of the fifth.
    let wanted = ["A", "a", "检", "🧯", "～"];
    for key in ["～", "🧯", "a", "检", "A"] {
        put(&store, Table::Meta, Row::new(key, "", "{}")).await;
    }
    assert_eq!(keys(&store.page(Table::Meta, "", 9).await.unwrap()), wanted);
    assert_eq!(keys(&store.group(Table::Meta, "", 9).await.unwrap()), wanted);
    assert_eq!(keys(&store.page(Table::Meta, "🧯", 9).await.unwrap()), ["～"]);
}

pub async fn counts_whole_tables_and_groups(bench: &impl Bench) {
    let store = bench.open().await;
    for (key, group) in [("a", "queued"), ("b", "queued"), ("c", "received")] {
        put(&store, Table::Outbox, Row::new(key, group, "{}")).await;
    }
    assert_eq!(store.count(Table::Outbox, None).await.unwrap(), 3);
    assert_eq!(store.count(Table::Outbox, Some("queued")).await.unwrap(), 2);
    assert_eq!(store.count(Table::Outbox, Some("set_aside")).await.unwrap(), 0);
    assert_eq!(store.count(Table::Drafts, None).await.unwrap(), 0);
}

pub async fn keys_come_without_their_rows(bench: &impl Bench) {
    let store = bench.open().await;
    let mut batch = Batch::new();
    for nth in (0..1_200).rev() {
        let group = if nth % 2 == 0 { "even" } else { "odd" };
        batch = batch.put(Table::Photos, Row::new(format!("k{nth:04}"), group, "{}"));
    }
    store.commit(batch).await.unwrap();
    let all = store.keys(Table::Photos, None).await.unwrap();
    assert!(all.len() == 1_200 && all.is_sorted());
    let odd = store.keys(Table::Photos, Some("odd")).await.unwrap();
    assert_eq!((odd.len(), odd[0].as_str(), odd[599].as_str()), (600, "k0001", "k1199"));
    assert!(store.keys(Table::Photos, Some("none")).await.unwrap().is_empty());
    assert!(store.keys(Table::Tasks, None).await.unwrap().is_empty());
}
