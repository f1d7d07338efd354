//! What holds for every call: problems, no storing in between, the description, the demo's door.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use rounds::sync::protocol::{DeviceRole, EnrolAnswer, Health, Problem};
use serde_json::Value;

use crate::harness::Endpoint;

#[tokio::test]
async fn health_needs_no_token() {
    let endpoint = Endpoint::demo().await;
    let answer = endpoint.get("/v1/health", None).await;
    let health: Health = answer.json();
    assert_eq!((health.service.as_str(), health.protocol, health.epoch), ("rounds-endpoint", 1, 1));
    assert_eq!(health.store_id, endpoint.state.store.store_id());
}

#[tokio::test]
async fn every_answer_under_v1_is_never_stored_and_every_error_is_a_problem() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let cases = [
        (Method::GET, "/v1", StatusCode::NOT_FOUND),
        (Method::GET, "/v1/nothing", StatusCode::NOT_FOUND),
        (Method::GET, "/v1/nothing/here", StatusCode::NOT_FOUND),
        (Method::GET, "/v1/a/b/c", StatusCode::NOT_FOUND),
        (Method::POST, "/v1/blobs/a/b", StatusCode::NOT_FOUND),
        (Method::DELETE, "/v1/push", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/v1/push", StatusCode::METHOD_NOT_ALLOWED),
        (Method::DELETE, "/v1/staff/butler-01", StatusCode::METHOD_NOT_ALLOWED),
        (Method::PUT, "/v1/blobs/abc", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/v1/push", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Method::GET, "/v1/pull?cursor=x", StatusCode::GONE),
        (Method::GET, "/v1/pull?cursor=%ff", StatusCode::GONE),
    ];
    for (method, path, status) in cases {
        let answer = endpoint.call(method.clone(), path, Some(&phone), &[], "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
        answer.problem();
    }
    for path in ["/v1/health", "/v1/openapi.json", "/v1/pull"] {
        let answer = endpoint.get(path, Some(&phone)).await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"), "{path}");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_said_to_be_so_and_to_be_tried_again() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    endpoint.state.close().await;
    for path in ["/v1/health", "/v1/pull"] {
        let answer = endpoint.get(path, Some(&phone)).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "store-unavailable")
        );
        assert_eq!((answer.header("retry-after"), answer.header("cache-control")), ("5", "no-store"));
        assert!(answer.json::<Problem>().retryable);
    }
}

#[tokio::test]
async fn the_description_lists_every_call_of_the_contract_and_says_how_each_fails() {
    let endpoint = Endpoint::demo().await;
    let description: Value = endpoint.get("/v1/openapi.json", None).await.json();
    let mut calls = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            calls.insert(format!("{method} {path}"));
            let open = path == "/v1/health" || path == "/v1/enrol";
            assert_eq!(operation["security"].is_array(), !open, "{method} {path}");
            let fails =
                operation["responses"].as_object().unwrap().keys().any(|status| status.as_str() >= "400");
            assert!(fails, "{method} {path} says how it fails");
        }
    }
    let contract = [
        "get /v1/health",
        "post /v1/enrol",
        "post /v1/token",
        "post /v1/push",
        "get /v1/pull",
        "post /v1/blobs/missing",
        "head /v1/blobs/{sha256}",
        "patch /v1/blobs/{sha256}",
        "get /v1/blobs/{sha256}",
        "put /v1/{kind}/{id}",
    ];
    assert_eq!(calls, contract.into_iter().map(str::to_owned).collect());
    for schema in ["PushRequest", "PushItem", "PushAnswer", "Receipt", "Problem", "EnrolAnswer", "PullAnswer"]
    {
        assert!(description["components"]["schemas"][schema].is_object(), "{schema}");
    }
}

#[tokio::test]
async fn the_demos_door_opens_the_app_with_a_fresh_code_each_time() {
    let endpoint = Endpoint::demo().await;
    for (path, role) in [("/demo", DeviceRole::Butler), ("/demo?role=manager", DeviceRole::Manager)] {
        let answer = endpoint.get(path, None).await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::SEE_OTHER, "no-store"));
        let code = answer.header("location").strip_prefix("/#enrol=").unwrap().to_owned();
        let enrolled: EnrolAnswer = endpoint.enrol(&code, &format!("install-{role:?}")).await.json();
        assert_eq!((enrolled.role, enrolled.sites), (role, vec!["lanting".to_owned()]));
    }
    assert_eq!(endpoint.get("/demo?role=king", None).await.problem(), "bad-query");
}

#[tokio::test]
async fn without_the_demo_there_is_no_door() {
    let dir = tempfile::tempdir().unwrap();
    let state = rounds_endpoint::AppState::open(rounds_endpoint::Config {
        db: dir.path().join("a.sqlite").into(),
        blobs: dir.path().join("photos"),
        app: None,
        demo: None,
        clock: rounds_endpoint::clock::Clock::system(),
    })
    .await
    .unwrap();
    let mut endpoint = Endpoint::demo().await;
    endpoint.router = rounds_endpoint::app(state);
    assert_eq!(endpoint.get("/demo", None).await.status, StatusCode::NOT_FOUND);
}
