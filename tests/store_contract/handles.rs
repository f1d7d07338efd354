//! Two handles on one database, as two tabs have.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use rounds::store::{Batch, Row, Store, Table};

use super::{Bench, conflict, number, put};

pub async fn each_handle_sees_what_the_other_committed(bench: &impl Bench) {
    let (one, two) = (bench.open().await, bench.open().await);
    put(&one, Table::Drafts, Row::new("k", "g", "one")).await;
    assert_eq!(two.get(Table::Drafts, "k").await.unwrap().unwrap().json, "one");
    put(&two, Table::Drafts, Row::new("k", "g", "two")).await;
    let row = one.get(Table::Drafts, "k").await.unwrap().unwrap();
    assert_eq!((row.json.as_str(), row.rev), ("two", 2));
    assert_eq!(number(&one, "r1").await, 1);
    assert_eq!(number(&two, "r2").await, 2);
}

pub async fn a_stale_condition_conflicts_across_handles(bench: &impl Bench) {
    let (one, two) = (bench.open().await, bench.open().await);
    put(&one, Table::Drafts, Row::new("k", "g", "start")).await;
    let read = one.get(Table::Drafts, "k").await.unwrap().unwrap().rev;
    let finish = |by: &str| {
        Batch::new()
            .expect(Table::Drafts, "k", Some(read))
            .number(Table::Outbox, Row::new(format!("by-{by}"), "queued", by))
            .put(Table::Drafts, Row::new("k", "g", by))
    };
    assert_eq!(two.commit(finish("two")).await.unwrap().seqs, [1]);
    assert_eq!(one.commit(finish("one")).await, conflict("k"));
    assert_eq!(one.count(Table::Outbox, None).await.unwrap(), 1);
    assert_eq!(one.get(Table::Drafts, "k").await.unwrap().unwrap().json, "two");
}

pub async fn of_two_writers_at_once_one_wins(bench: &impl Bench) {
    let (one, two) = (bench.open().await, bench.open().await);
    let claim =
        |by: &str| Batch::new().expect(Table::Outbox, "k", None).put(Table::Outbox, Row::new("k", "", by));
    for _ in 0..20 {
        let (first, second) = both(one.commit(claim("one")), two.commit(claim("two"))).await;
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(first == conflict("k") || second == conflict("k"));
        let row = one.get(Table::Outbox, "k").await.unwrap().unwrap();
        assert_eq!(row.json, if first.is_ok() { "one" } else { "two" });
        one.commit(Batch::new().delete(Table::Outbox, "k")).await.unwrap();
    }
}

pub async fn two_writers_at_once_never_share_a_number(bench: &impl Bench) {
    let (one, two) = (bench.open().await, bench.open().await);
    let mut given = Vec::new();
    for round in 0..20 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let (a, b) = both(number(&one, &a), number(&two, &b)).await;
        given.extend([a, b]);
    }
    given.sort_unstable();
    assert_eq!(given, (1..=40).collect::<Vec<u64>>());
}

/// Drives both futures until both are done.
async fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(|context| {
        if from_a.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(context)
        {
            from_a = Some(value);
        }
        if from_b.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(context)
        {
            from_b = Some(value);
        }
        if from_a.is_some() && from_b.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (from_a.unwrap(), from_b.unwrap())
}
