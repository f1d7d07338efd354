//! Many writers, the same ids: one row each, one `stored` each, whichever connection came first.

use std::collections::HashSet;

use rounds::sync::protocol::{DeviceRole, OutcomeStatus, PushAnswer};
use serde_json::Value;

use crate::harness::{Endpoint, item, push_body};

const WRITERS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_writers_push_the_same_ids_and_each_is_stored_once() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    // A second process on the same file: half of the writers do not share the first's queue.
    let second = rounds_endpoint::app(
        rounds_endpoint::AppState::open(rounds_endpoint::Config {
            db: endpoint.dir.path().join("data base.sqlite"),
            blobs: endpoint.dir.path().join("photos"),
            app: None,
            demo: None,
            clock: rounds_endpoint::clock::Clock::new(|| {
                chrono::DateTime::from_timestamp_millis(crate::harness::NOON).expect("a moment of our time")
            }),
        })
        .await
        .unwrap(),
    );
    let items: Vec<Value> = (1..=60).map(item).collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let mut mine = items.clone();
            mine.rotate_left(writer * 7 % 60);
            let body = push_body(&phone, &mine).to_string();
            let router = if writer % 2 == 0 { endpoint.router.clone() } else { second.clone() };
            let token = phone.token.clone();
            tokio::spawn(async move { push(router, &token, body).await })
        })
        .collect();
    let (mut stored, mut duplicates, mut receipts) = (0, 0, HashSet::new());
    for writer in writers {
        for outcome in writer.await.unwrap().outcomes {
            match outcome.status {
                OutcomeStatus::Stored => stored += 1,
                OutcomeStatus::Duplicate => duplicates += 1,
                other => panic!("{other:?}"),
            }
            let receipt = outcome.receipt.unwrap();
            receipts.insert((receipt.item_id, receipt.server_seq));
        }
    }
    assert_eq!((stored, duplicates, receipts.len()), (60, 60 * (WRITERS - 1), 60));
    let entries = endpoint.state.store.entries_after(0, 1000).await.unwrap();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.receipt.server_seq).collect();
    assert_eq!(numbers, (1..=60).collect::<Vec<u64>>());
    assert!(entries.iter().all(|entry| entry.flags.is_empty()));
}

async fn push(router: axum::Router, token: &str, body: String) -> PushAnswer {
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let request = axum::http::Request::post("/v1/push")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes)))
}
