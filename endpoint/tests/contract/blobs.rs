//! Photos in chunks, whole or not at all, and only for those who may see them.

use axum::http::{Method, StatusCode};
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, MissingAnswer};
use serde_json::json;

use crate::harness::{Endpoint, Phone, jpeg, with_photo};

const CHUNK: usize = 256 * 1024;

async fn missing(endpoint: &Endpoint, phone: &Phone, sha256: &str) -> Option<u64> {
    let answer = endpoint.post("/v1/blobs/missing", Some(phone), &json!({ "sha256": [sha256] })).await;
    let answer: MissingAnswer = answer.json();
    answer.missing.first().map(|blob| blob.offset)
}

async fn head(endpoint: &Endpoint, phone: &Phone, sha256: &str) -> (StatusCode, String) {
    let answer = endpoint.call(Method::HEAD, &format!("/v1/blobs/{sha256}"), Some(phone), &[], "").await;
    (answer.status, answer.header("upload-offset").to_owned())
}

/// A phone whose record speaks of the photo.
async fn phone_with(endpoint: &Endpoint, bytes: &[u8]) -> (Phone, String) {
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let sha256 = sha256_hex(bytes);
    endpoint.push(&phone, &[with_photo(1, &sha256, bytes.len())]).await;
    (phone, sha256)
}

#[tokio::test]
async fn a_photo_in_chunks_survives_a_restart_and_comes_back_byte_for_byte() {
    let mut endpoint = Endpoint::demo().await;
    let photo = jpeg(2 * CHUNK + 1000, 1);
    let (phone, sha256) = phone_with(&endpoint, &photo).await;
    assert_eq!(missing(&endpoint, &phone, &sha256).await, Some(0));

    let first = endpoint.chunk(&phone, &sha256, 0, &photo[..CHUNK]).await;
    assert_eq!((first.status, first.header("upload-offset")), (StatusCode::NO_CONTENT, "262144"));
    endpoint.restart().await;
    assert_eq!(missing(&endpoint, &phone, &sha256).await, Some(CHUNK as u64));
    assert_eq!(head(&endpoint, &phone, &sha256).await, (StatusCode::OK, "262144".to_owned()));

    let again = endpoint.chunk(&phone, &sha256, 0, &photo[..CHUNK]).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "wrong-offset"));
    assert_eq!(again.header("upload-offset"), "262144");

    endpoint.chunk(&phone, &sha256, CHUNK as u64, &photo[CHUNK..2 * CHUNK]).await;
    let last = endpoint.chunk(&phone, &sha256, 2 * CHUNK as u64, &photo[2 * CHUNK..]).await;
    assert_eq!(last.status, StatusCode::CREATED, "{}", last.text());
    assert_eq!(missing(&endpoint, &phone, &sha256).await, None);
    // The answer was lost and the chunk comes again: still whole.
    let lost = endpoint.chunk(&phone, &sha256, 2 * CHUNK as u64, &photo[2 * CHUNK..]).await;
    assert_eq!(lost.status, StatusCode::CREATED);

    endpoint.restart().await;
    let back = endpoint.get(&format!("/v1/blobs/{sha256}"), Some(&phone)).await;
    assert_eq!((back.status, back.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert!(back.bytes == photo);
    assert_eq!(back.header("cache-control"), "no-store");
}

#[tokio::test]
async fn bytes_beyond_what_was_noted_are_cut_off_before_going_on() {
    let endpoint = Endpoint::demo().await;
    let photo = jpeg(3000, 2);
    let (phone, sha256) = phone_with(&endpoint, &photo).await;
    endpoint.chunk(&phone, &sha256, 0, &photo[..1000]).await;
    // A kill between the file and its row leaves bytes that nobody noted.
    let mut torn = photo[..1000].to_vec();
    torn.extend([0u8; 500]);
    endpoint.place.tear_upload(endpoint.dir.path(), &phone.id, &sha256, Some(&torn));
    assert_eq!(missing(&endpoint, &phone, &sha256).await, Some(1000));
    assert_eq!(endpoint.chunk(&phone, &sha256, 1000, &photo[1000..]).await.status, StatusCode::CREATED);
    // And a folder lost altogether means to start over.
    assert!(!endpoint.place.has_upload(endpoint.dir.path(), &phone.id, &sha256));
}

#[tokio::test]
async fn a_lost_staging_file_means_starting_over() {
    let endpoint = Endpoint::demo().await;
    let photo = jpeg(3000, 3);
    let (phone, sha256) = phone_with(&endpoint, &photo).await;
    endpoint.chunk(&phone, &sha256, 0, &photo[..1000]).await;
    endpoint.place.tear_upload(endpoint.dir.path(), &phone.id, &sha256, None);
    assert_eq!(missing(&endpoint, &phone, &sha256).await, Some(0));
    assert_eq!(endpoint.chunk(&phone, &sha256, 0, &photo).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn wrong_bytes_start_over_and_the_right_ones_then_arrive() {
    let endpoint = Endpoint::demo().await;
    let photo = jpeg(2000, 4);
    let (phone, sha256) = phone_with(&endpoint, &photo).await;
    let mut damaged = photo.clone();
    damaged[1500] ^= 1;
    let refused = endpoint.chunk(&phone, &sha256, 0, &damaged).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "hash-mismatch")
    );
    assert_eq!(missing(&endpoint, &phone, &sha256).await, Some(0));
    assert_eq!(endpoint.chunk(&phone, &sha256, 0, &photo).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_no_picture_too_large_or_too_long_is_refused_and_its_record_stays() {
    let endpoint = Endpoint::demo().await;
    let text = b"MZ this is a program, not a picture".to_vec();
    let (phone, sha256) = phone_with(&endpoint, &text).await;
    let refused = endpoint.chunk(&phone, &sha256, 0, &text).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "not-an-image")
    );

    let big = sha256_hex(b"big");
    endpoint.push(&phone, &[with_photo(2, &big, 5 * 1024 * 1024 + 1)]).await;
    let too_large = endpoint.chunk(&phone, &big, 0, &[0xFF, 0xD8, 0xFF]).await;
    assert_eq!(
        (too_large.status, too_large.problem().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large")
    );

    let small = sha256_hex(b"small");
    endpoint.push(&phone, &[with_photo(3, &small, 10)]).await;
    let too_long = endpoint.chunk(&phone, &small, 0, &jpeg(11, 0)).await;
    assert_eq!(
        (too_long.status, too_long.problem().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "photo-too-long")
    );

    let long = sha256_hex(b"long");
    endpoint.push(&phone, &[with_photo(4, &long, 2 * CHUNK)]).await;
    let chunk = endpoint.chunk(&phone, &long, 0, &jpeg(CHUNK + 1, 0)).await;
    assert_eq!((chunk.status, chunk.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "chunk-too-large"));
    assert_eq!(endpoint.state.store.entries_after(0, 10).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_chunk_needs_its_offset_its_media_type_and_a_hash() {
    let endpoint = Endpoint::demo().await;
    let photo = jpeg(2000, 5);
    let (phone, sha256) = phone_with(&endpoint, &photo).await;
    let path = format!("/v1/blobs/{sha256}");
    let chunk = ("content-type", "application/offset+octet-stream".to_owned());
    let none = endpoint.call(Method::PATCH, &path, Some(&phone), &[chunk], photo.clone()).await;
    assert_eq!((none.status, none.problem().as_str()), (StatusCode::BAD_REQUEST, "offset-missing"));
    let octets = [("content-type", "image/jpeg".to_owned()), ("upload-offset", "0".to_owned())];
    let media = endpoint.call(Method::PATCH, &path, Some(&phone), &octets, photo.clone()).await;
    assert_eq!(
        (media.status, media.problem().as_str()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type")
    );
    assert_eq!(endpoint.chunk(&phone, "..%2F..%2Fetc", 0, &photo).await.problem(), "bad-hash");
    let jump = endpoint.chunk(&phone, &sha256, 500, &photo[500..]).await;
    assert_eq!((jump.status, jump.header("upload-offset")), (StatusCode::CONFLICT, "0"));
}

#[tokio::test]
async fn knowing_a_hash_grants_nothing() {
    let endpoint = Endpoint::demo().await;
    let photo = jpeg(2000, 6);
    let (owner, sha256) = phone_with(&endpoint, &photo).await;
    assert_eq!(endpoint.chunk(&owner, &sha256, 0, &photo).await.status, StatusCode::CREATED);
    let path = format!("/v1/blobs/{sha256}");

    let other = endpoint.phone(DeviceRole::Butler).await;
    assert_eq!(endpoint.get(&path, Some(&other)).await.problem(), "unknown-photo");
    assert_eq!(head(&endpoint, &other, &sha256).await.0, StatusCode::NOT_FOUND);
    assert_eq!(endpoint.chunk(&other, &sha256, 0, &photo).await.problem(), "unknown-photo");
    assert_eq!(missing(&endpoint, &other, &sha256).await, Some(0));
    // Even a record that names the photo opens nothing until the bytes themselves were sent.
    endpoint.push(&other, &[with_photo(1, &sha256, photo.len())]).await;
    assert_eq!(endpoint.get(&path, Some(&other)).await.problem(), "unknown-photo");
    assert_eq!(missing(&endpoint, &other, &sha256).await, Some(0));
    assert_eq!(endpoint.chunk(&other, &sha256, 0, &photo).await.status, StatusCode::CREATED);
    assert_eq!(endpoint.get(&path, Some(&other)).await.status, StatusCode::OK);
    assert_eq!(endpoint.get(&path, None).await.problem(), "token-missing");
}

#[tokio::test]
async fn inspectors_and_managers_see_photos_of_their_own_sites_only() {
    let endpoint = Endpoint::demo().await;
    let photo = jpeg(2000, 7);
    let (owner, sha256) = phone_with(&endpoint, &photo).await;
    endpoint.chunk(&owner, &sha256, 0, &photo).await;
    let path = format!("/v1/blobs/{sha256}");
    for role in [DeviceRole::Inspector, DeviceRole::Manager] {
        let here = endpoint.phone(role).await;
        assert_eq!(endpoint.get(&path, Some(&here)).await.status, StatusCode::OK);
        let elsewhere = endpoint.phone_of(role, &["another-site"]).await;
        assert_eq!(endpoint.get(&path, Some(&elsewhere)).await.problem(), "unknown-photo");
        // A forged record of their own does not bring the photo into their site either.
        endpoint.push(&here, &[with_photo(1, &sha256, photo.len())]).await;
        assert_eq!(endpoint.get(&path, Some(&elsewhere)).await.problem(), "unknown-photo");
    }
}
