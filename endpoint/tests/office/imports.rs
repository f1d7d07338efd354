//! A phone's export file, straight into the endpoint: the same rules as a push.

use axum::http::StatusCode;
use rounds::domain::hash::sha256_hex;
use rounds::store::outbox;
use rounds::sync::export::export;
use rounds::sync::protocol::DeviceRole;
use rounds_endpoint::import::{ImportError, Summary, import};
use serde_json::{Value, json};

use crate::harness::{Endpoint, jpeg, with_photo};
use crate::office::Office;
use crate::phone::AppPhone;

async fn take(office: &Office, text: &str) -> Summary {
    let now = office.state.clock.now();
    import(&office.state.store, &office.state.photos, text.as_bytes(), now).await.unwrap()
}

async fn phone_with_work(seed: u64) -> AppPhone {
    let mut phone = AppPhone::new(seed).await;
    for photos in [0, 2, 1] {
        phone.finish(photos).await;
    }
    phone
}

async fn file_of(phone: &AppPhone) -> String {
    export(&phone.store, "2026-11-23T12:00:00+08:00").await.unwrap()
}

#[tokio::test]
async fn a_file_is_taken_in_once_and_the_phone_itself_finds_it_all_there() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    let mut phone = phone_with_work(1).await;
    let text = file_of(&phone).await;
    let first = take(&office, &text).await;
    assert_eq!((first.stored, first.photos_stored), (3, 3));
    assert_eq!((first.refused.len(), first.photos_refused.len(), first.is_damaged), (0, 0, false));
    let entries = office.state.store.entries_after(0, 10).await.unwrap();
    let install = phone.install().await;
    for (entry, seq) in entries.iter().zip(1..) {
        assert_eq!((&entry.install_id, entry.seq, entry.author.as_str()), (&install, seq, "butler-01"));
        assert_eq!(
            (&entry.body, entry.flags.as_str()),
            (&phone.made[&entry.receipt.item_id], EXPECTED_FLAGS)
        );
    }
    let again = take(&office, &text).await;
    assert_eq!((again.stored, again.there, again.photos_stored, again.photos_there), (0, 3, 0, 3));

    // The phone was not lost after all. It enrols, and nothing is asked of it twice.
    phone.settle(&office).await;
    phone.finish(1).await;
    phone.settle(&office).await;
    let entries = office.state.store.entries_after(0, 10).await.unwrap();
    assert_eq!(entries.len(), 4);
    assert!(entries.iter().all(|entry| entry.device_id == entries[0].device_id), "it is that device");
    let installs = office.state.store.installs().await.unwrap();
    assert_eq!((installs.len(), installs[0].received.as_slice()), (1, &[1, 2, 3, 4][..]));
    assert_eq!(office.state.store.devices().await.unwrap()[0].role, "butler");
}

/// The shape is the tests' own and the endpoint has no standards; what matters: no foreign site, no
/// number used twice.
const EXPECTED_FLAGS: &str = "unexpected-shape,imported";

#[tokio::test]
async fn half_delivered_or_half_taken_the_rest_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    for requests in 1..14 {
        let office = Office::open(&dir.path().join(requests.to_string())).await;
        let mut phone = phone_with_work(requests as u64).await;
        phone.enrol(&office).await;
        let text = file_of(&phone).await;
        phone.pass(&office.router, requests).await;
        let summary = take(&office, &text).await;
        assert_eq!(summary.stored + summary.there, 3, "{requests}");
        assert_eq!(
            summary.photos_stored + summary.photos_there,
            3,
            "{requests}: {:?}",
            summary.photos_refused
        );
        phone.settle(&office).await;
        assert_eq!(office.state.store.entries_after(0, 10).await.unwrap().len(), 3);
        for (sha256, bytes) in &phone.photos {
            assert_eq!(&office.state.photos.read(sha256).await.unwrap(), bytes);
        }
        office.state.close().await;
    }
}

#[tokio::test]
async fn a_file_cut_or_changed_anywhere_gives_only_what_is_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    let phone = phone_with_work(3).await;
    let text = file_of(&phone).await;
    let now = office.state.clock.now();
    let mut best = 0;
    for nth in 0..120 {
        let at = text.len() * nth / 120;
        let mut bytes = text.clone().into_bytes();
        if nth % 2 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] = 0xFF;
        }
        match import(&office.state.store, &office.state.photos, &bytes, now).await {
            Ok(summary) => {
                assert!(summary.is_damaged, "{at}");
                best = best.max(summary.stored + summary.there);
            }
            Err(error) => assert!(matches!(error, ImportError::File(_)), "{at}: {error}"),
        }
    }
    assert!(best > 0);
    for entry in office.state.store.entries_after(0, 10).await.unwrap() {
        assert_eq!(entry.body, phone.made[&entry.receipt.item_id]);
        assert_eq!(entry.author, "butler-01", "what has no hash of its own was not changed either");
    }
    for (sha256, bytes) in &phone.photos {
        let there = office.state.photos.read(sha256).await;
        assert!(there.is_err() || there.unwrap() == *bytes);
    }
    // The whole file brings the rest.
    let whole = take(&office, &text).await;
    assert_eq!((whole.stored + whole.there, whole.photos_stored + whole.photos_there), (3, 3));
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_name_and_the_rest_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    let phone = phone_with_work(4).await;
    let mut file: Value = serde_json::from_str(&file_of(&phone).await).unwrap();
    file["records"][0]["body"] = json!("{\"changed\":1}");
    file["photos"][0]["base64"] = file["photos"][1]["base64"].clone();
    let mut other = file["photos"][1].clone();
    other["sha256"] = json!(sha256_hex(b"of nobody"));
    file["photos"].as_array_mut().unwrap().push(other);
    let summary = take(&office, &file.to_string()).await;
    assert_eq!((summary.stored, summary.refused.len()), (2, 1));
    assert!(summary.refused[0].1.contains("body-hash-mismatch"), "{:?}", summary.refused);
    assert_eq!((summary.photos_stored, summary.photos_refused.len()), (2, 2), "{:?}", summary.photos_refused);
    assert!(summary.photos_refused.iter().all(|(_, reason)| reason.contains("SHA-256")));
}

#[tokio::test]
async fn a_phone_that_forgot_who_it_was_still_gets_its_records_in() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    let (one, two) = (phone_with_work(5).await, phone_with_work(6).await);
    for phone in [&one, &two] {
        let mut file: Value = serde_json::from_str(&file_of(phone).await).unwrap();
        file["install_id"] = json!("");
        assert_eq!(take(&office, &file.to_string()).await.stored, 3);
        assert_eq!(take(&office, &file.to_string()).await.there, 3);
    }
    let entries = office.state.store.entries_after(0, 10).await.unwrap();
    assert_eq!(entries.len(), 6);
    assert!(entries.iter().all(|entry| !entry.flags.contains("seq-reused") && entry.install_id.is_empty()));
    assert!(office.state.store.installs().await.unwrap().is_empty(), "their numbers count for nobody");
}

#[tokio::test]
async fn a_file_grants_no_photo_that_was_not_in_it() {
    let endpoint = Endpoint::demo().await;
    let owner = endpoint.phone(DeviceRole::Butler).await;
    let photo = jpeg(700, 5);
    let sha256 = sha256_hex(&photo);
    endpoint.push(&owner, &[with_photo(1, &sha256, photo.len())]).await;
    assert_eq!(endpoint.chunk(&owner, &sha256, 0, &photo).await.status, StatusCode::CREATED);
    // A file of another phone names the hash and brings other bytes, or none.
    let other = endpoint.phone(DeviceRole::Butler).await;
    let record = with_photo(1, &sha256, photo.len());
    let file = json!({
        "format": "rounds-export", "version": 1, "install_id": other.install, "exported_at": "", "records": [record],
        "photos": [{ "sha256": sha256, "mime": "image/jpeg", "len": 4, "base64": "AAAAAA==" }], "unreadable": [],
    });
    let now = endpoint.state.clock.now();
    let text = file.to_string();
    let summary = import(&endpoint.state.store, &endpoint.state.photos, text.as_bytes(), now).await.unwrap();
    assert_eq!((summary.stored, summary.photos_refused.len()), (1, 1));
    assert_eq!(endpoint.get(&format!("/v1/blobs/{sha256}"), Some(&other)).await.problem(), "unknown-photo");
}

#[tokio::test]
async fn what_a_phone_never_sent_stays_pending_in_its_own_words() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    let mut phone = phone_with_work(7).await;
    phone.enrol(&office).await;
    phone.settle(&office).await;
    phone.finish(0).await;
    let text = file_of(&phone).await;
    let before = office.state.store.installs().await.unwrap();
    assert_eq!(take(&office, &text).await.stored, 1);
    let after = office.state.store.installs().await.unwrap();
    assert_eq!(
        (after[0].next_seq, after[0].pending, after[0].seen_ms),
        (before[0].next_seq, 0, before[0].seen_ms)
    );
    assert_eq!(after[0].received, [1, 2, 3, 4], "the file fills the gap and says nothing of the phone");
    assert_eq!(outbox::counts(&phone.store).await.unwrap().pending_records(), 1, "nor to it");
}
