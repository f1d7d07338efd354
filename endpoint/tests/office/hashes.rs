//! Knowing a photo's hash grants nothing, and does not even tell that the photo is there.

use axum::http::Method;
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, MissingAnswer};
use serde_json::json;

use crate::harness::{Answer, Endpoint, Phone, jpeg, with_photo};

async fn head(endpoint: &Endpoint, phone: &Phone, sha256: &str) -> Answer {
    endpoint.call(Method::HEAD, &format!("/v1/blobs/{sha256}"), Some(phone), &[], "").await
}

async fn offset(endpoint: &Endpoint, phone: &Phone, sha256: &str) -> Option<u64> {
    let body = json!({ "sha256": [sha256] });
    let answer: MissingAnswer = endpoint.post("/v1/blobs/missing", Some(phone), &body).await.json();
    answer.missing.first().map(|missing| missing.offset)
}

/// All that can be asked about a hash, as one text.
async fn told(endpoint: &Endpoint, phone: &Phone, sha256: &str, bytes: &[u8]) -> String {
    let get = endpoint.get(&format!("/v1/blobs/{sha256}"), Some(phone)).await;
    let head = head(endpoint, phone, sha256).await;
    let patch = endpoint.chunk(phone, sha256, 0, bytes).await;
    let missing = offset(endpoint, phone, sha256).await;
    let texts = [&get, &head, &patch].map(|answer| format!("{} {}", answer.status, answer.text()));
    format!("{texts:?} {missing:?}")
}

#[tokio::test]
async fn a_hash_that_is_there_and_one_that_is_not_are_told_alike() {
    let endpoint = Endpoint::demo().await;
    let owner = endpoint.phone(DeviceRole::Butler).await;
    let photo = jpeg(900, 1);
    let there = sha256_hex(&photo);
    endpoint.push(&owner, &[with_photo(1, &there, photo.len())]).await;
    assert_eq!(endpoint.chunk(&owner, &there, 0, &photo).await.status, 201);
    let nowhere = sha256_hex(b"no photo at all");
    let butler = endpoint.phone(DeviceRole::Butler).await;
    let elsewhere = endpoint.phone_of(DeviceRole::Manager, &["another-site"]).await;
    for phone in [&butler, &elsewhere] {
        let one = told(&endpoint, phone, &there, &photo).await;
        assert_eq!(one, told(&endpoint, phone, &nowhere, &photo).await);
        assert_eq!(one.matches("404").count(), 5, "three answers, two with words: {one}");
        assert!(one.ends_with("Some(0)"));
    }
}

#[tokio::test]
async fn a_record_that_names_the_hash_opens_an_upload_and_nothing_else() {
    let endpoint = Endpoint::demo().await;
    let owner = endpoint.phone(DeviceRole::Butler).await;
    let photo = jpeg(900, 2);
    let sha256 = sha256_hex(&photo);
    endpoint.push(&owner, &[with_photo(1, &sha256, photo.len())]).await;
    assert_eq!(endpoint.chunk(&owner, &sha256, 0, &photo).await.status, 201);
    let path = format!("/v1/blobs/{sha256}");
    for role in [DeviceRole::Butler, DeviceRole::Inspector, DeviceRole::Manager] {
        let thief = endpoint.phone_of(role, &["another-site"]).await;
        let mut record = with_photo(1, &sha256, photo.len());
        let body = record["body"].as_str().unwrap().replace("lanting", "another-site");
        (record["body_sha256"], record["body"]) = (json!(sha256_hex(body.as_bytes())), json!(body));
        endpoint.push(&thief, &[record]).await;
        let head = head(&endpoint, &thief, &sha256).await;
        assert_eq!((head.status.as_u16(), head.header("upload-offset")), (200, "0"), "as if nobody had it");
        assert_eq!(offset(&endpoint, &thief, &sha256).await, Some(0));
        assert_eq!(endpoint.get(&path, Some(&thief)).await.problem(), "unknown-photo");
        // Other bytes under the hash are refused, and change nothing for the owner.
        let forged = endpoint.chunk(&thief, &sha256, 0, &jpeg(900, 3)).await;
        assert_eq!((forged.status.as_u16(), forged.problem().as_str()), (422, "hash-mismatch"));
        assert_eq!(endpoint.get(&path, Some(&thief)).await.problem(), "unknown-photo");
        // Nor does the forged record show the owner's photo to its own site.
        let inspector = endpoint.phone_of(DeviceRole::Inspector, &["another-site"]).await;
        assert_eq!(endpoint.get(&path, Some(&inspector)).await.problem(), "unknown-photo");
    }
    assert_eq!(endpoint.get(&path, Some(&owner)).await.bytes, photo);
    let inspector = endpoint.phone(DeviceRole::Inspector).await;
    assert_eq!(endpoint.get(&path, Some(&inspector)).await.bytes, photo);
}
