//! Readers that follow a cursor while writers commit slowly: numbers are in the order of commits,
//! so nothing ever appears behind a reader's back.

use std::collections::HashSet;
use std::sync::Arc;

use axum::http::{Method, Request, StatusCode};
use rounds::sync::protocol::{DeviceRole, PullAnswer};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::{Endpoint, Phone, item, push_body};
use crate::place::Place;

const WRITERS: usize = 8;
const EACH: usize = 12;
/// Every commit that wrote such a row takes its own time, after its number was given.
const SLOW_COMMITS: &str = "
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(random() * 0.03); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow_items AFTER INSERT ON items
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
    CREATE CONSTRAINT TRIGGER slow_records AFTER INSERT ON records
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hazard_29_no_cursor_skips_a_slow_commit() {
    let endpoint = Arc::new(Endpoint::demo().await);
    if let Place::Postgres { .. } = endpoint.place {
        endpoint.place.sql(SLOW_COMMITS).await;
    }
    let phone = Arc::new(endpoint.phone(DeviceRole::Manager).await);
    let start: PullAnswer = endpoint.get("/v1/pull", Some(&phone)).await.json();
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        // Each on an endpoint of its own: they share the database and nothing else.
        let router = endpoint.second().await;
        let phone = Arc::clone(&phone);
        writers.push(tokio::spawn(async move {
            for number in 0..EACH {
                let seq = (writer * EACH + number + 1) as u64;
                let push = push_body(&phone, &[item(seq)]);
                assert_eq!(send(&router, Method::POST, "/v1/push", &phone, &push).await, StatusCode::OK);
                let id = format!("staff-{seq:04}");
                let name = json!({ "zh": "管家", "en": "Butler" });
                let staff = json!({ "id": id, "site": "lanting", "name": name, "role": "butler" });
                let path = format!("/v1/staff/{id}");
                assert_eq!(send(&router, Method::PUT, &path, &phone, &staff).await, StatusCode::CREATED);
            }
        }));
    }
    let (mut numbers, mut reached) = (Vec::new(), 0);
    let (mut staff, mut cursor) = (HashSet::new(), start.cursor);
    loop {
        // Asked first: what is committed by then must be seen by the reads that follow.
        let is_over = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let entries = endpoint.state.store.entries_after(reached, 5).await.unwrap();
        let page: PullAnswer = endpoint.get(&format!("/v1/pull?cursor={cursor}"), Some(&phone)).await.json();
        if is_over && entries.is_empty() && page.records.is_empty() {
            break;
        }
        for entry in entries {
            reached = i64::try_from(entry.receipt.server_seq).unwrap();
            numbers.push(entry.receipt.server_seq);
        }
        for record in page.records {
            assert!(staff.insert(record.id), "told twice");
        }
        cursor = page.cursor;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(numbers, (1..=(WRITERS * EACH) as u64).collect::<Vec<_>>());
    assert_eq!(staff.len(), WRITERS * EACH);
}

async fn send(router: &axum::Router, method: Method, path: &str, phone: &Phone, body: &Value) -> StatusCode {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", phone.token))
        .header("content-type", "application/json")
        .header("if-match", "0")
        .body(axum::body::Body::from(body.to_string()))
        .unwrap();
    router.clone().oneshot(request).await.unwrap().status()
}
