//! A store restored by hand gives numbers again; a phone that names the record it saw under its
//! highest number still tells the store that it was restored.

use axum::http::StatusCode;
use rounds::sync::protocol::{DeviceRole, PushAnswer};
use serde_json::{Value, json};

use crate::harness::{Endpoint, Phone, item, push_body};

async fn epoch_after(endpoint: &Endpoint, phone: &Phone, seen: Value) -> u64 {
    let mut body = push_body(phone, &[]);
    body["seen"] = seen;
    let answer = endpoint.post("/v1/push", Some(phone), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json::<PushAnswer>().epoch
}

#[tokio::test]
async fn a_number_that_has_another_record_now_raises_the_epoch_once() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let (first, second) = (item(1), item(2));
    let told = endpoint.push(&phone, &[first.clone(), second.clone()]).await;
    let seen = |epoch: u64, record: &Value| json!({ "store_id": told.store_id, "epoch": epoch, "server_seq": 2, "item_id": record["item_id"] });
    assert_eq!(epoch_after(&endpoint, &phone, seen(1, &second)).await, 1, "it is as the phone saw it");
    assert_eq!(epoch_after(&endpoint, &phone, seen(1, &first)).await, 2, "another record has the number");
    assert_eq!(epoch_after(&endpoint, &phone, seen(1, &first)).await, 2, "the same news raises it once");
    let gone =
        json!({ "store_id": told.store_id, "epoch": 2, "server_seq": 1, "item_id": second["item_id"] });
    assert_eq!(epoch_after(&endpoint, &phone, gone).await, 3);
    let older = json!({ "store_id": told.store_id, "epoch": 3, "server_seq": 2 });
    assert_eq!(epoch_after(&endpoint, &phone, older).await, 3, "an older app names no record");
}
