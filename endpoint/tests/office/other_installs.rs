//! Records that a file brought to another phone: pushed by that phone, numbered by their maker.

use axum::http::StatusCode;
use rounds::sync::protocol::{DeviceRole, OutcomeStatus};
use serde_json::{Value, json};

use crate::harness::{Endpoint, item, jpeg, with_photo};
use rounds::domain::hash::sha256_hex;

fn made_by(install: &str, mut item: Value) -> Value {
    item["origin_install"] = json!(install);
    item
}

async fn rows(endpoint: &Endpoint) -> Vec<(String, i64, String)> {
    let entries = endpoint.state.store.entries_after(0, 100).await.unwrap();
    entries.into_iter().map(|entry| (entry.install_id, entry.seq, entry.flags)).collect()
}

#[tokio::test]
async fn a_record_of_another_install_takes_its_makers_number_and_not_the_pushers() {
    let endpoint = Endpoint::demo().await;
    let (maker, helper) =
        (endpoint.phone(DeviceRole::Butler).await, endpoint.phone(DeviceRole::Butler).await);
    let carried = made_by(&maker.install, item(1));
    let answer = endpoint.push(&helper, &[item(1), carried.clone(), made_by(&maker.install, item(2))]).await;
    assert!(answer.outcomes.iter().all(|outcome| outcome.status == OutcomeStatus::Stored));
    let of = |install: &str, seq, flags: &str| (install.to_owned(), seq, flags.to_owned());
    let expected =
        [of(&helper.install, 1, ""), of(&maker.install, 1, "imported"), of(&maker.install, 2, "imported")];
    assert_eq!(rows(&endpoint).await, expected);

    // The maker comes back after all: the same record is the same, another under its number is odd.
    let mut own = carried;
    own.as_object_mut().unwrap().remove("origin_install");
    let answer = endpoint.push(&maker, &[own, item(2)]).await;
    assert_eq!(answer.outcomes[0].status, OutcomeStatus::Duplicate);
    assert_eq!(rows(&endpoint).await[3], of(&maker.install, 2, "seq-reused"));
}

#[tokio::test]
async fn numbers_of_a_maker_that_nobody_knows_count_for_nobody() {
    let endpoint = Endpoint::demo().await;
    let helper = endpoint.phone(DeviceRole::Butler).await;
    let answer = endpoint.push(&helper, &[made_by("", item(1)), made_by("", item(1)), item(1)]).await;
    assert!(answer.outcomes.iter().all(|outcome| outcome.status == OutcomeStatus::Stored));
    let flags: Vec<String> = rows(&endpoint).await.into_iter().map(|(_, _, flags)| flags).collect();
    assert_eq!(flags, ["imported", "imported", ""]);

    // Its maker sends one of them after all: now the number is known to be taken, and by what.
    let maker = endpoint.phone(DeviceRole::Butler).await;
    let lost = made_by("", item(7));
    endpoint.push(&helper, std::slice::from_ref(&lost)).await;
    let mut own = lost;
    own.as_object_mut().unwrap().remove("origin_install");
    let again = endpoint.push(&maker, &[own, item(7)]).await;
    assert_eq!(again.outcomes[0].status, OutcomeStatus::Duplicate);
    assert_eq!(rows(&endpoint).await.last().unwrap().2, "seq-reused");

    let odd = made_by(&"x".repeat(101), item(2));
    let refused = endpoint.push(&helper, &[odd]).await;
    assert_eq!(refused.outcomes[0].problem.as_ref().unwrap().code(), "malformed-item");
}

#[tokio::test]
async fn whoever_pushes_the_record_may_send_its_photo_and_the_site_sees_it() {
    let endpoint = Endpoint::demo().await;
    let (maker, helper) =
        (endpoint.phone(DeviceRole::Butler).await, endpoint.phone(DeviceRole::Butler).await);
    let photo = jpeg(900, 3);
    let sha256 = sha256_hex(&photo);
    endpoint.push(&helper, &[made_by(&maker.install, with_photo(1, &sha256, photo.len()))]).await;
    assert_eq!(endpoint.chunk(&maker, &sha256, 0, &photo).await.problem(), "unknown-photo");
    assert_eq!(endpoint.chunk(&helper, &sha256, 0, &photo).await.status, StatusCode::CREATED);
    let inspector = endpoint.phone(DeviceRole::Inspector).await;
    let path = format!("/v1/blobs/{sha256}");
    assert_eq!(endpoint.get(&path, Some(&inspector)).await.bytes, photo);
    assert_eq!(endpoint.get(&path, Some(&maker)).await.problem(), "unknown-photo");
}
