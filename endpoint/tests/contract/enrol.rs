//! Codes open once, within their time; tokens open until they end or are revoked.

use axum::http::StatusCode;
use rounds::sync::protocol::{DeviceRole, EnrolAnswer};
use serde_json::json;

use crate::harness::{Endpoint, Phone};
use crate::place::Place;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn a_code_opens_once() {
    let endpoint = Endpoint::demo().await;
    let code = endpoint.code(DeviceRole::Inspector, &["lanting"]).await;
    let first = endpoint.enrol(&code.to_lowercase().replace('-', " "), "install-0001").await;
    assert_eq!(first.status, StatusCode::CREATED);
    let enrolled: EnrolAnswer = first.json();
    assert_eq!((enrolled.role, enrolled.sites), (DeviceRole::Inspector, vec!["lanting".to_owned()]));
    assert_eq!(enrolled.token.len(), 64);

    let second = endpoint.enrol(&code, "install-0002").await;
    assert_eq!((second.status, second.problem().as_str()), (StatusCode::GONE, "enrol-code-used"));
}

#[tokio::test]
async fn sixteen_phones_with_one_code_make_one_device() {
    let endpoint = Endpoint::demo().await;
    let code = endpoint.code(DeviceRole::Butler, &["lanting"]).await;
    let installs: Vec<String> = (0..16).map(|number| format!("install-{number:04}")).collect();
    let calls = installs.iter().map(|install| endpoint.enrol(&code, install));
    let mut enrolled = 0;
    for answer in join_all(calls).await {
        enrolled += usize::from(answer.status == StatusCode::CREATED);
    }
    assert_eq!(enrolled, 1);
}

#[tokio::test]
async fn a_code_older_than_fifteen_minutes_is_too_old_and_a_wrong_one_is_wrong() {
    let endpoint = Endpoint::demo().await;
    let code = endpoint.code(DeviceRole::Butler, &["lanting"]).await;
    endpoint.pass(15 * MINUTE);
    let late = endpoint.enrol(&code, "install-0001").await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::GONE, "enrol-code-expired"));
    let wrong = endpoint.enrol("AAAAA-AAAAA", "install-0001").await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::NOT_FOUND, "enrol-code-wrong"));
}

#[tokio::test]
async fn ten_wrong_codes_in_a_minute_close_the_door_for_the_rest_of_it() {
    let endpoint = Endpoint::demo().await;
    let code = endpoint.code(DeviceRole::Butler, &["lanting"]).await;
    for _ in 0..10 {
        assert_eq!(endpoint.enrol("AAAAA-AAAAA", "install-0001").await.status, StatusCode::NOT_FOUND);
    }
    let closed = endpoint.enrol(&code, "install-0001").await;
    assert_eq!((closed.status, closed.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too-many-codes"));
    assert_eq!(closed.header("retry-after"), "60");
    endpoint.pass(MINUTE);
    assert_eq!(endpoint.enrol(&code, "install-0001").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn each_state_of_a_token_has_its_own_problem() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    assert_eq!(endpoint.get("/v1/pull", Some(&phone)).await.status, StatusCode::OK);

    let missing = endpoint.get("/v1/pull", None).await;
    assert_eq!((missing.status, missing.problem().as_str()), (StatusCode::UNAUTHORIZED, "token-missing"));
    assert_eq!(missing.header("www-authenticate"), "Bearer");

    let stranger = Phone { id: phone.id.clone(), install: phone.install.clone(), token: "0".repeat(64) };
    let unknown = endpoint.get("/v1/pull", Some(&stranger)).await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::UNAUTHORIZED, "token-unknown"));

    endpoint.pass(181 * 24 * 60 * MINUTE);
    let expired = endpoint.get("/v1/pull", Some(&phone)).await;
    assert_eq!((expired.status, expired.problem().as_str()), (StatusCode::UNAUTHORIZED, "token-expired"));

    assert!(endpoint.state.store.revoke(&phone.id, 1).await.unwrap());
    let revoked = endpoint.get("/v1/pull", Some(&phone)).await;
    assert_eq!((revoked.status, revoked.problem().as_str()), (StatusCode::FORBIDDEN, "device-revoked"));
    assert!(!endpoint.state.store.revoke("nobody", 1).await.unwrap());
}

#[tokio::test]
async fn a_phone_that_enrols_again_keeps_its_device_and_its_old_token_ends() {
    let endpoint = Endpoint::demo().await;
    let old = endpoint.phone(DeviceRole::Butler).await;
    let code = endpoint.code(DeviceRole::Inspector, &["lanting"]).await;
    let again: EnrolAnswer = endpoint.enrol(&code, &old.install).await.json();
    assert_eq!(again.device_id, old.id);
    assert_eq!(endpoint.get("/v1/pull", Some(&old)).await.problem(), "token-unknown");
    let new = Phone { token: again.token, ..old };
    assert_eq!(endpoint.get("/v1/pull", Some(&new)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_enrolment_is_told_so() {
    let endpoint = Endpoint::demo().await;
    assert_eq!(endpoint.post("/v1/enrol", None, &json!({ "code": 1 })).await.problem(), "wrong-shape");
    assert_eq!(endpoint.enrol("AAAAA-AAAAA", "no").await.problem(), "bad-install");
}

#[tokio::test]
async fn neither_tokens_nor_codes_are_in_the_database() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let code = endpoint.code(DeviceRole::Butler, &["lanting"]).await;
    if matches!(endpoint.place, Place::Memory(_)) {
        // The twin keeps what SQL keeps, and nothing of it is on disk.
        return;
    }
    endpoint.state.close().await;
    let bytes = endpoint.place.bytes();
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has(&phone.install), "these are the rows");
    for secret in [phone.token.as_str(), code.as_str(), &code.replace('-', "")] {
        assert!(!has(secret));
    }
}

pub async fn join_all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(move |context| {
        let mut waiting = false;
        for (future, slot) in &mut all {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *slot = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(all.iter_mut().filter_map(|(_, slot)| slot.take()).collect())
    })
    .await
}
