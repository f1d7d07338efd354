//! Many writers, the same ids: one row each, one `stored` each, whichever connection came first.

use std::collections::HashMap;

use rounds::sync::protocol::{DeviceRole, OutcomeStatus, PushAnswer};

use crate::harness::{Endpoint, Phone, item};

const WRITERS: usize = 64;
/// In one push.
const BATCH: usize = 100;
const STRIDES: [usize; 4] = [1, 3, 7, 9];

/// How many ids. The proof is over 10,000, in a release build: two minutes and more on Postgres.
/// The ordinary run asks the same of fewer, because an unoptimised build is ten times slower.
fn ids() -> usize {
    let asked = std::env::var("ROUNDS_HAZARD_28_IDS").ok().map(|count| count.parse().unwrap());
    asked.unwrap_or(1_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hazard_28_sixty_four_writers_push_the_same_ids_and_each_is_stored_once() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    // A second process on the same database: half of the writers do not share the first's queue.
    let second = endpoint.second().await;
    let count = ids();
    let items: Vec<String> = (1..=count as u64).map(|seq| item(seq).to_string()).collect();
    let items = std::sync::Arc::new(items);
    let head = head(&phone);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let items = std::sync::Arc::clone(&items);
            let router = if writer % 2 == 0 { endpoint.router.clone() } else { second.clone() };
            let (token, head) = (phone.token.clone(), head.clone());
            tokio::spawn(async move {
                let mut outcomes = Vec::new();
                for batch in order(writer, items.len()).chunks(BATCH) {
                    let batch: Vec<&str> = batch.iter().map(|index| items[*index].as_str()).collect();
                    let body = format!("{head}{}]}}", batch.join(","));
                    for outcome in push(router.clone(), &token, body).await.outcomes {
                        let receipt = outcome.receipt.unwrap();
                        outcomes.push((receipt.item_id, receipt.server_seq, outcome.status));
                    }
                }
                outcomes
            })
        })
        .collect();
    let mut seen: HashMap<String, (u64, usize, usize)> = HashMap::new();
    for writer in writers {
        for (id, server_seq, status) in writer.await.unwrap() {
            let entry = seen.entry(id).or_insert((server_seq, 0, 0));
            assert_eq!(entry.0, server_seq, "one receipt an id");
            match status {
                OutcomeStatus::Stored => entry.1 += 1,
                OutcomeStatus::Duplicate => entry.2 += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(seen.len(), count);
    for (id, (_, stored, duplicates)) in &seen {
        assert_eq!((*stored, *duplicates), (1, WRITERS - 1), "{id}");
    }
    let entries = endpoint.state.store.entries_after(0, i64::MAX).await.unwrap();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.receipt.server_seq).collect();
    assert_eq!(numbers, (1..=count as u64).collect::<Vec<u64>>());
    assert!(entries.iter().all(|entry| entry.flags.is_empty()));
    let duplicates = count * (WRITERS - 1);
    println!(r#"trust: {{"receipts": {count}, "duplicates": {duplicates}, "lost": 0, "doubled": 0}}"#);
}

/// Another order of the same numbers for each writer: it begins elsewhere and goes by other strides.
fn order(writer: usize, count: usize) -> Vec<usize> {
    let stride = STRIDES[writer % STRIDES.len()];
    let first = writer * count / WRITERS;
    let mut all: Vec<usize> = (0..stride).flat_map(|from| (from..count).step_by(stride)).collect();
    all.rotate_left(first);
    if writer.is_multiple_of(3) {
        all.reverse();
    }
    all
}

/// A push up to its records, which are many and the same for all.
fn head(phone: &Phone) -> String {
    format!(
        r#"{{"protocol":1,"device_id":"{}","install_id":"{}","next_seq":1,"pending":0,"#,
        phone.id, phone.install
    ) + r#""seen":{"store_id":"","epoch":0,"server_seq":0},"items":["#
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
