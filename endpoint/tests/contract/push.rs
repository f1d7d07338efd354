//! Records in: each once, with a receipt; the bad ones kept aside, never in the way of the others.

use axum::http::{Method, StatusCode};
use rounds::sync::protocol::{DeviceRole, OutcomeStatus, PushAnswer};
use rounds_endpoint::secret::Secret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Endpoint, Phone, item, push_body, with_body};

fn codes(answer: &PushAnswer) -> Vec<String> {
    let code = |outcome: &rounds::sync::protocol::Outcome| {
        outcome
            .problem
            .as_ref()
            .map_or_else(|| format!("{:?}", outcome.status), |problem| problem.code().to_owned())
    };
    answer.outcomes.iter().map(code).collect()
}

async fn count(endpoint: &Endpoint) -> usize {
    endpoint.state.store.entries_after(0, 10_000).await.unwrap().len()
}

#[tokio::test]
async fn a_record_is_stored_once_and_its_first_receipt_is_told_again() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let record = item(1);
    let first = endpoint.push(&phone, std::slice::from_ref(&record)).await;
    let receipt = first.outcomes[0].receipt.clone().unwrap();
    assert_eq!(first.outcomes[0].status, OutcomeStatus::Stored);
    assert_eq!((receipt.server_seq, receipt.epoch), (1, 1));
    assert_eq!(receipt.body_sha256, record["body_sha256"].as_str().unwrap());
    assert_eq!(
        (&receipt.store_id, receipt.received_at.as_str()),
        (&first.store_id, "2026-11-23T04:00:00.000Z")
    );

    endpoint.pass(60_000);
    let second = endpoint.push(&phone, &[record.clone(), record]).await;
    for outcome in &second.outcomes {
        assert_eq!((outcome.status, outcome.receipt.as_ref()), (OutcomeStatus::Duplicate, Some(&receipt)));
    }
    assert_eq!(count(&endpoint).await, 1);
}

#[tokio::test]
async fn numbers_have_no_gaps_and_bodies_come_back_byte_for_byte() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let odd = with_body(3, "result", "{ \"site\" : \"lanting\",\n \"note\":\"灯\\u0000坏 \u{1F600}\" }");
    let bad = with_body(2, "result", "not json");
    endpoint.push(&phone, &[item(1), bad, odd.clone(), item(1)]).await;
    let entries = endpoint.state.store.entries_after(0, 10).await.unwrap();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.receipt.server_seq).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(entries[1].body, odd["body"].as_str().unwrap());
}

#[tokio::test]
async fn bad_records_are_refused_one_by_one_with_a_code_each_and_the_good_arrive() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let mut wrong_hash = item(2);
    wrong_hash["body_sha256"] = json!("0".repeat(64));
    let mut upper = item(3);
    upper["item_id"] = json!(Uuid::now_v7().to_string().to_uppercase());
    let mut zero = item(4);
    zero["seq"] = json!(0);
    let mut photo = item(5);
    photo["blobs"] = json!([{ "sha256": "zz", "len": 1, "mime": "image/jpeg" }]);
    let unknown_kind = with_body(6, "encounter_from_the_future", "{}");
    let items = [
        item(1),
        wrong_hash,
        upper,
        zero,
        photo,
        unknown_kind,
        json!("no record"),
        json!({}),
        with_body(7, "result", "{"),
        item(8),
    ];
    let answer = endpoint.push(&phone, &items).await;
    assert_eq!(
        codes(&answer),
        [
            "Stored",
            "body-hash-mismatch",
            "malformed-item",
            "malformed-item",
            "malformed-item",
            "unknown-kind",
            "malformed-item",
            "malformed-item",
            "body-not-json",
            "Stored"
        ]
    );
    for outcome in answer.outcomes.iter().filter(|outcome| outcome.status == OutcomeStatus::Rejected) {
        let problem = outcome.problem.as_ref().unwrap();
        assert!(!problem.retryable);
        assert_eq!(problem.item_id.as_ref(), Some(&outcome.item_id));
        assert!(outcome.receipt.is_none());
    }
    assert_eq!(count(&endpoint).await, 2);
    // Nothing is lost: what was refused is kept whole, once however often it is sent.
    endpoint.push(&phone, &items).await;
    assert_eq!(endpoint.place.quarantined().await, 8);
}

#[tokio::test]
async fn other_bytes_under_a_known_id_are_refused_and_both_are_kept() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let first = item(1);
    let mut other = item(2);
    other["item_id"] = first["item_id"].clone();
    endpoint.push(&phone, std::slice::from_ref(&first)).await;
    let answer = endpoint.push(&phone, &[other]).await;
    assert_eq!(codes(&answer), ["id-reuse"]);
    let entries = endpoint.state.store.entries_after(0, 10).await.unwrap();
    assert_eq!((entries.len(), entries[0].body.as_str()), (1, first["body"].as_str().unwrap()));
    assert_eq!(endpoint.place.quarantined().await, 1);
}

#[tokio::test]
async fn a_correction_waits_for_what_it_corrects_even_within_one_push() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let original = item(1);
    let mut correction = item(2);
    correction["supersedes"] = original["item_id"].clone();
    let alone = endpoint.push(&phone, std::slice::from_ref(&correction)).await;
    assert_eq!(alone.outcomes[0].status, OutcomeStatus::Deferred);
    assert!(alone.outcomes[0].problem.as_ref().unwrap().retryable);
    assert_eq!(count(&endpoint).await, 0);
    let together = endpoint.push(&phone, &[correction, original]).await;
    assert_eq!(codes(&together), ["Stored", "Stored"]);
}

#[tokio::test]
async fn what_a_person_finished_is_kept_whole_and_flagged_when_odd() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let mut newer = item(1);
    newer["schema"] = json!(7);
    let mut undated = item(2);
    undated["captured_at"] = json!("yesterday");
    let shape =
        with_body(3, "result", r#"{"site":"elsewhere","standard":"service-details","edition":"1999.9"}"#);
    let mut same_number = item(3);
    same_number["tz"] = json!("Asia/Urumqi");
    let answer = endpoint.push(&phone, &[newer, undated, shape, same_number, item(5)]).await;
    assert!(answer.outcomes.iter().all(|outcome| outcome.status == OutcomeStatus::Stored));
    let entries = endpoint.state.store.entries_after(0, 10).await.unwrap();
    let flags: Vec<&str> = entries.iter().map(|entry| entry.flags.as_str()).collect();
    assert_eq!(
        flags,
        [
            "unknown-schema",
            "unreadable-time",
            "unexpected-shape,foreign-site,unknown-edition",
            "seq-reused",
            ""
        ]
    );
}

#[tokio::test]
async fn a_push_that_is_none_is_a_problem_and_stores_nothing() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let json = [("content-type", "application/json".to_owned())];
    let send = |body: String| endpoint.call(Method::POST, "/v1/push", Some(&phone), &json, body);

    let cut = send(push_body(&phone, &[item(1)]).to_string()[..200].to_owned()).await;
    assert_eq!((cut.status, cut.problem().as_str()), (StatusCode::BAD_REQUEST, "bad-json"));
    let shape = send(r#"{"items":[]}"#.to_owned()).await;
    assert_eq!((shape.status, shape.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "wrong-shape"));

    let mut body = push_body(&phone, &[item(1)]);
    body["protocol"] = json!(2);
    let protocol = send(body.to_string()).await;
    assert_eq!((protocol.status, protocol.problem().as_str()), (StatusCode::BAD_REQUEST, "unknown-protocol"));

    let other =
        Phone { id: "another".to_owned(), install: phone.install.clone(), token: phone.token.clone() };
    let mismatch = send(push_body(&other, &[item(1)]).to_string()).await;
    assert_eq!((mismatch.status, mismatch.problem().as_str()), (StatusCode::CONFLICT, "device-mismatch"));

    let mut vast = push_body(&phone, &[item(1)]);
    vast["seen"] = json!({ "store_id": "x", "epoch": 1, "server_seq": u64::MAX });
    assert_eq!(send(vast.to_string()).await.problem(), "wrong-shape");

    let plain = [("content-type", "text/plain".to_owned())];
    let media = endpoint.call(Method::POST, "/v1/push", Some(&phone), &plain, "{}").await;
    assert_eq!(
        (media.status, media.problem().as_str()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type")
    );
    assert_eq!(count(&endpoint).await, 0);
}

#[tokio::test]
async fn a_hundred_records_pass_and_one_more_or_a_byte_beyond_a_mebibyte_is_too_much() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let many: Vec<Value> = (1..=101).map(item).collect();
    let too_many = endpoint.post("/v1/push", Some(&phone), &push_body(&phone, &many)).await;
    assert_eq!(
        (too_many.status, too_many.problem().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too-many-items")
    );
    assert_eq!(count(&endpoint).await, 0);
    let answer = endpoint.push(&phone, &many[..100]).await;
    assert_eq!(answer.outcomes.len(), 100);

    let padding = format!("\"{}\"", "x".repeat(1024 * 1024));
    let long = endpoint
        .post("/v1/push", Some(&phone), &push_body(&phone, &[with_body(1, "result", &padding)]))
        .await;
    assert_eq!((long.status, long.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "push-too-large"));
}

#[tokio::test]
async fn an_empty_push_is_a_probe() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let answer = endpoint.push(&phone, &[]).await;
    assert_eq!((answer.outcomes.len(), answer.epoch, answer.backup_watermark), (0, 1, 0));
}

#[tokio::test]
async fn a_record_that_no_index_and_no_text_column_takes_holds_up_nobody() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    // Random, so that it cannot be packed into a smaller place.
    let long: String = (0..250).map(|_| Secret::token().unwrap().reveal()).collect();
    let mut vast_id = item(1);
    vast_id["item_id"] = json!(long);
    let mut odd_id = item(2);
    odd_id["item_id"] = json!("a\0b");
    let vast_edition = json!({ "site": "lanting", "standard": long, "edition": "1" }).to_string();
    let answer =
        endpoint.push(&phone, &[vast_id, odd_id, with_body(3, "result", &vast_edition), item(4)]).await;
    assert_eq!(codes(&answer), ["malformed-item", "malformed-item", "Stored", "Stored"]);
    assert_eq!((endpoint.place.quarantined().await, count(&endpoint).await), (2, 2));
}
