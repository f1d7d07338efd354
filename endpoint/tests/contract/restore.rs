//! A store restored from a copy notices it by itself, and loses nothing that phones still have.

use axum::http::StatusCode;
use rounds::sync::protocol::{DeviceRole, Health, OutcomeStatus, PushAnswer};
use rounds_endpoint::store::Setting;
use serde_json::{Value, json};

use crate::harness::{Endpoint, Phone, item, push_body};
use crate::place::Place;

async fn push_seen(endpoint: &Endpoint, phone: &Phone, items: &[Value], seen: Value) -> PushAnswer {
    let mut body = push_body(phone, items);
    body["seen"] = seen;
    let answer = endpoint.post("/v1/push", Some(phone), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_restored_store_raises_its_epoch_once_and_takes_again_what_it_lost() {
    let mut endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let (kept, lost) = (item(1), item(2));
    endpoint.push(&phone, std::slice::from_ref(&kept)).await;

    endpoint.state.close().await;
    let backup = endpoint.place.back_up().await;
    endpoint.restart().await;
    let before = endpoint.push(&phone, std::slice::from_ref(&lost)).await;
    let seen = json!({ "store_id": before.store_id, "epoch": 1, "server_seq": 2 });

    endpoint.state.close().await;
    endpoint.place.restore(&backup).await;
    endpoint.restart().await;

    let after = push_seen(&endpoint, &phone, &[], seen.clone()).await;
    assert_eq!((after.epoch, &after.store_id), (2, &before.store_id));
    let again = push_seen(&endpoint, &phone, &[kept, lost], seen).await;
    assert_eq!(again.epoch, 2, "the same news raises it once");
    assert_eq!(again.outcomes[0].status, OutcomeStatus::Duplicate);
    assert_eq!(again.outcomes[0].receipt.as_ref().unwrap().epoch, 1);
    let receipt = again.outcomes[1].receipt.as_ref().unwrap();
    assert_eq!((again.outcomes[1].status, receipt.epoch, receipt.server_seq), (OutcomeStatus::Stored, 2, 3));
    let health: Health = endpoint.get("/v1/health", None).await.json();
    assert_eq!(health.epoch, 2);
}

#[tokio::test]
async fn what_a_phone_saw_of_another_store_raises_nothing() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let seen = json!({ "store_id": "another", "epoch": 9, "server_seq": 900 });
    assert_eq!(push_seen(&endpoint, &phone, &[item(1)], seen).await.epoch, 1);
}

#[tokio::test]
async fn an_epoch_lost_with_the_backup_is_passed_over() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let store_id = endpoint.state.store.store_id().to_owned();
    let seen = json!({ "store_id": store_id, "epoch": 4, "server_seq": 7 });
    let answer = push_seen(&endpoint, &phone, &[item(1)], seen).await;
    assert_eq!(answer.epoch, 5);
    assert_eq!(answer.outcomes[0].receipt.as_ref().unwrap().server_seq, 8);
}

#[tokio::test]
async fn the_database_is_durable_at_each_commit() {
    let endpoint = Endpoint::demo().await;
    let store = &endpoint.state.store;
    let expected = match &endpoint.place {
        Place::Sqlite(_) => {
            vec![(Setting::JournalMode, "wal"), (Setting::Synchronous, "2"), (Setting::ForeignKeys, "1")]
        }
        Place::Postgres { .. } => vec![(Setting::SynchronousCommit, "on"), (Setting::Fsync, "on")],
        Place::Memory(_) => return assert!(store.setting(Setting::Fsync).await.is_err()),
    };
    for (setting, value) in expected {
        assert_eq!(store.setting(setting).await.unwrap(), value, "{setting:?}");
    }
}
