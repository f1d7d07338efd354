//! A token is renewed without a moment in which the phone has none that opens.

use axum::http::StatusCode;
use rounds::sync::protocol::{DeviceRole, TokenAnswer};
use serde_json::json;

use crate::harness::{Endpoint, Phone};

const DAY: i64 = 24 * 3600 * 1000;

async fn renew(endpoint: &Endpoint, phone: &Phone) -> Phone {
    let answer = endpoint.post("/v1/token", Some(phone), &json!({})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let TokenAnswer { token, .. } = answer.json();
    assert_eq!(token.len(), 64, "256 bits");
    Phone { id: phone.id.clone(), install: phone.install.clone(), token }
}

async fn opens(endpoint: &Endpoint, phone: &Phone) -> bool {
    let answer = endpoint.get("/v1/pull", Some(phone)).await;
    if answer.status != StatusCode::OK {
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNAUTHORIZED, "token-replaced"));
    }
    answer.status == StatusCode::OK
}

#[tokio::test]
async fn the_old_token_opens_until_the_new_one_is_first_used() {
    let endpoint = Endpoint::demo().await;
    let old = endpoint.phone(DeviceRole::Butler).await;
    let answer = endpoint.post("/v1/token", Some(&old), &json!({})).await;
    let TokenAnswer { token, expires_at } = answer.json();
    assert_eq!(expires_at, "2027-05-22T04:00:00.000Z");
    let new = Phone { id: old.id.clone(), install: old.install.clone(), token };
    assert!(opens(&endpoint, &old).await && opens(&endpoint, &old).await);
    assert!(opens(&endpoint, &new).await);
    assert!(!opens(&endpoint, &old).await, "dead from the first use of the new one");
    assert!(opens(&endpoint, &new).await);
}

#[tokio::test]
async fn answers_that_were_lost_shut_nobody_out() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let lost = renew(&endpoint, &phone).await;
    let kept = renew(&endpoint, &phone).await;
    // A request that was held up on its way comes after the answer that the phone kept.
    let late = renew(&endpoint, &phone).await;
    assert!(opens(&endpoint, &kept).await);
    for dead in [&phone, &lost, &late] {
        assert!(!opens(&endpoint, dead).await);
    }
    assert!(opens(&endpoint, &kept).await);
}

#[tokio::test]
async fn eight_unused_tokens_a_day_are_enough_and_the_old_one_goes_on() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    for _ in 0..8 {
        renew(&endpoint, &phone).await;
    }
    let ninth = endpoint.post("/v1/token", Some(&phone), &json!({})).await;
    assert_eq!((ninth.status, ninth.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too-many-tokens"));
    assert!(opens(&endpoint, &phone).await);
    endpoint.pass(DAY);
    renew(&endpoint, &phone).await;
}

#[tokio::test]
async fn renewing_opens_no_way_back_in() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let unused = renew(&endpoint, &phone).await;
    // A new enrolment of the same install ends all that came before, used or not.
    let code = endpoint.code(DeviceRole::Butler, &["lanting"]).await;
    endpoint.enrol(&code, &phone.install).await;
    assert_eq!(endpoint.get("/v1/pull", Some(&unused)).await.problem(), "token-unknown");

    let other = endpoint.phone(DeviceRole::Butler).await;
    let unused = renew(&endpoint, &other).await;
    assert!(endpoint.state.store.revoke(&other.id, 1).await.unwrap());
    for token in [&other, &unused] {
        let answer = endpoint.get("/v1/pull", Some(token)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::FORBIDDEN, "device-revoked"));
    }
    let answer = endpoint.post("/v1/token", Some(&other), &json!({})).await;
    assert_eq!(answer.problem(), "device-revoked");
}

#[tokio::test]
async fn no_token_is_in_the_database_file() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let new = renew(&endpoint, &phone).await;
    assert!(opens(&endpoint, &new).await);
    endpoint.state.close().await;
    for file in std::fs::read_dir(endpoint.dir.path()).unwrap().flatten().filter(|f| f.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        for token in [&phone.token, &new.token] {
            assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()));
        }
    }
}
