//! Server-owned records change by revision, by managers, within their sites.

use axum::http::{Method, StatusCode};
use rounds::sync::protocol::{DeviceRole, PullAnswer, PulledRecord};
use serde_json::{Value, json};

use crate::harness::{Answer, Endpoint, Phone, with_body};

async fn put(endpoint: &Endpoint, phone: &Phone, path: &str, rev: Option<&str>, body: &Value) -> Answer {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(rev.map(|rev| ("if-match", rev.to_owned())));
    endpoint.call(Method::PUT, path, Some(phone), &headers, body.to_string()).await
}

fn staff(site: &str) -> Value {
    json!({ "id": "butler-09", "site": site, "name": { "zh": "管家 09", "en": "Butler 09" }, "role": "butler" })
}

#[tokio::test]
async fn a_record_is_made_changed_and_guarded_by_its_revision() {
    let endpoint = Endpoint::demo().await;
    let manager = endpoint.phone(DeviceRole::Manager).await;
    let before: PullAnswer = endpoint.get("/v1/pull", Some(&manager)).await.json();
    let path = "/v1/staff/butler-09";

    let none = put(&endpoint, &manager, path, None, &staff("lanting")).await;
    assert_eq!(
        (none.status, none.problem().as_str()),
        (StatusCode::PRECONDITION_REQUIRED, "revision-missing")
    );
    let odd = put(&endpoint, &manager, path, Some("newest"), &staff("lanting")).await;
    assert_eq!(odd.problem(), "bad-revision");

    let made = put(&endpoint, &manager, path, Some("0"), &staff("lanting")).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""));
    let twice = put(&endpoint, &manager, path, Some("0"), &staff("lanting")).await;
    assert_eq!((twice.status, twice.problem().as_str()), (StatusCode::PRECONDITION_FAILED, "stale-revision"));

    let mut renamed = staff("lanting");
    renamed["role"] = json!("inspector");
    let changed = put(&endpoint, &manager, path, Some("\"1\""), &renamed).await;
    let record: PulledRecord = changed.json();
    assert_eq!((changed.status, record.rev), (StatusCode::OK, 2));
    assert_eq!(put(&endpoint, &manager, path, Some("1"), &renamed).await.problem(), "stale-revision");

    let after: PullAnswer =
        endpoint.get(&format!("/v1/pull?cursor={}", before.cursor), Some(&manager)).await.json();
    assert_eq!(after.records, [record]);
}

#[tokio::test]
async fn only_managers_and_only_their_sites() {
    let endpoint = Endpoint::demo().await;
    let path = "/v1/staff/butler-09";
    for role in [DeviceRole::Butler, DeviceRole::Inspector] {
        let phone = endpoint.phone(role).await;
        let refused = put(&endpoint, &phone, path, Some("0"), &staff("lanting")).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::FORBIDDEN, "role-not-allowed"));
    }
    let elsewhere = endpoint.phone_of(DeviceRole::Manager, &["another-site"]).await;
    assert_eq!(
        put(&endpoint, &elsewhere, path, Some("0"), &staff("lanting")).await.problem(),
        "site-not-yours"
    );
    // Nor may a record be carried off to one's own site.
    let mut stolen = staff("another-site");
    stolen["id"] = json!("butler-01");
    let theft = put(&endpoint, &elsewhere, "/v1/staff/butler-01", Some("1"), &stolen).await;
    assert_eq!(theft.problem(), "site-not-yours");
    let site = json!({ "id": "lanting", "name": { "zh": "甲", "en": "A" }, "tz": "Asia/Shanghai" });
    assert_eq!(
        put(&endpoint, &elsewhere, "/v1/site/lanting", Some("0"), &site).await.problem(),
        "site-not-yours"
    );
}

#[tokio::test]
async fn a_manager_makes_a_site_and_sees_it() {
    let endpoint = Endpoint::demo().await;
    let manager = endpoint.phone(DeviceRole::Manager).await;
    let site = json!({ "id": "second", "name": { "zh": "二期", "en": "Second" }, "tz": "Asia/Shanghai" });
    assert_eq!(
        put(&endpoint, &manager, "/v1/site/second", Some("0"), &site).await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        put(&endpoint, &manager, "/v1/staff/butler-09", Some("0"), &staff("second")).await.status,
        StatusCode::CREATED
    );
    let pulled: PullAnswer = endpoint.get("/v1/pull", Some(&manager)).await.json();
    assert!(pulled.records.iter().any(|record| record.kind == "site" && record.id == "second"));
}

#[tokio::test]
async fn a_record_of_another_shape_or_id_is_refused() {
    let endpoint = Endpoint::demo().await;
    let manager = endpoint.phone(DeviceRole::Manager).await;
    let shape =
        put(&endpoint, &manager, "/v1/staff/butler-09", Some("0"), &json!({ "id": "butler-09" })).await;
    assert_eq!((shape.status, shape.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "wrong-shape"));
    let other = put(&endpoint, &manager, "/v1/staff/butler-10", Some("0"), &staff("lanting")).await;
    assert_eq!(other.problem(), "id-mismatch");
    let kind = put(&endpoint, &manager, "/v1/planet/mars", Some("0"), &json!({})).await;
    assert_eq!((kind.status, kind.problem().as_str()), (StatusCode::NOT_FOUND, "no-such-call"));
    let plan = json!({ "id": "plan-1", "site": "lanting", "weekdays": [1, 3] });
    assert_eq!(
        put(&endpoint, &manager, "/v1/plan/plan-1", Some("0"), &plan).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn an_edition_that_results_were_judged_by_never_changes() {
    let endpoint = Endpoint::demo().await;
    let manager = endpoint.phone(DeviceRole::Manager).await;
    let mut standard =
        serde_json::to_value(rounds::standards::find_standard("service-details", "2023.1")).unwrap();
    let path = "/v1/standard/service-details@2023.1";
    standard["title"]["en"] = json!("Before its first use");
    assert_eq!(put(&endpoint, &manager, path, Some("1"), &standard).await.status, StatusCode::OK);

    let body = r#"{"site":"lanting","standard":"service-details","edition":"2023.1"}"#;
    endpoint.push(&manager, &[with_body(1, "result", body)]).await;
    let refused = put(&endpoint, &manager, path, Some("2"), &standard).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "edition-in-use"));
    standard["edition"] = json!("2027.1");
    let next = put(&endpoint, &manager, "/v1/standard/service-details@2027.1", Some("0"), &standard).await;
    assert_eq!(next.status, StatusCode::CREATED);
}
