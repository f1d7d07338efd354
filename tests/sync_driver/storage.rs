//! The phone's own storage failing, dying and being damaged.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rounds::store::memory::Moment;
use rounds::store::row::Table;
use rounds::store::{Batch, Store, StoreError, outbox, photos};
use rounds::sync::export::{Export, export};
use rounds::sync::protocol::OutcomeStatus;
use rounds::sync::{ChipState, Driver, Phase, Wake};

use crate::support::fake_endpoint::refusal;
use crate::support::sync_phone::{Phone, block_on, picture, record};

fn loaded() -> Phone {
    let phone = Phone::new();
    let photo = phone.take_photo(picture(300_000, 3));
    phone.finish_many(3);
    phone.finish(&[record("s-photo", &[photo])]);
    phone
}

#[test]
fn a_phone_that_dies_at_any_storage_call_delivers_everything_once_after_all() {
    let mut whole = loaded();
    let before = whole.store.calls();
    whole.pass(Wake::Start);
    let calls = whole.store.calls() - before;
    assert!(calls > 20);
    for moment in [Moment::Before, Moment::After] {
        for nth in 1..=calls {
            let mut phone = loaded();
            phone.store.die_at(nth, moment);
            phone.pass(Wake::Start);
            phone.store = phone.store.after_crash();
            phone.driver = Driver::new();
            phone.settle(4);
            phone.assert_delivered(4, 1);
        }
    }
}

#[test]
fn a_storage_call_that_fails_says_so_and_is_tried_again() {
    let mut phone = loaded();
    phone.store.fail_at(1, Moment::Before, StoreError::Lost("gone".to_owned()));
    let next = phone.pass(Wake::Start);
    assert!(next.is_some());
    assert!(matches!(&phone.driver.status().phase, Phase::Failed(words) if words.contains("gone")));
    assert_eq!(phone.driver.status().chip(), ChipState::Blocked);
    phone.pass(Wake::User);
    phone.assert_delivered(4, 1);
}

#[test]
fn a_photo_that_does_not_fit_takes_nothing_with_it() {
    let phone = Phone::new();
    phone.store.fail_at(2, Moment::Before, StoreError::Full);
    let new = photos::NewPhoto {
        bytes: vec![1; 9],
        mime: "image/jpeg".to_owned(),
        width: 1,
        height: 1,
        taken_at: String::new(),
        draft: "t1/t1-01".to_owned(),
    };
    assert_eq!(block_on(photos::add_photo(&phone.store, new)), Err(StoreError::Full));
    assert_eq!(phone.counts().photos_draft, 0);
    let lost = rounds::domain::answer::PhotoRef {
        sha256: rounds::domain::hash::sha256_hex(&[1; 9]),
        len: 9,
        mime: "image/jpeg".to_owned(),
    };
    phone.finish(&[record("r-1", &[lost])]);
    assert_eq!(phone.counts().records_phone, 1, "the text goes without it");
}

#[test]
fn a_damaged_row_is_set_aside_and_the_others_go() {
    let mut phone = Phone::new();
    phone.finish_many(3);
    let mut row = block_on(phone.store.get(Table::Outbox, "r-0001")).unwrap().unwrap();
    row.json.truncate(20);
    block_on(phone.store.commit(Batch::new().put(Table::Outbox, row.clone()))).unwrap();
    phone.pass(Wake::Saved);
    assert_eq!(phone.endpoint.state.borrow().items.len(), 2);
    let queue = block_on(outbox::queue(&phone.store, 10)).unwrap();
    assert_eq!((queue.damaged, queue.entries.len()), (vec!["r-0001".to_owned()], 2));
    let kept = block_on(phone.store.get(Table::Outbox, "r-0001")).unwrap().unwrap();
    assert_eq!((kept.json, kept.seq), (row.json, Some(2)), "what is left of it is kept");
    assert_eq!(phone.counts().records_blocked, 1);
}

#[test]
fn the_export_has_everything_that_was_not_receipted_byte_for_byte() {
    let mut phone = loaded();
    phone.endpoint.state.borrow_mut().judge =
        |item| (item.item_id == "r-0001").then(|| refusal(item, OutcomeStatus::Rejected, "id-reuse"));
    phone.endpoint.state.borrow_mut().max_items = 0;
    phone.pass(Wake::Start);
    assert_eq!(phone.counts().records_received, 0);
    let text = block_on(export(&phone.store, "2026-09-21T08:00:00+08:00")).unwrap();
    let file: Export = serde_json::from_str(&text).unwrap();
    assert_eq!((file.format.as_str(), file.version), ("rounds-export", 1));
    assert_eq!((file.install_id.as_str(), file.device_id.as_deref()), ("install-1", Some("device-1")));
    let seqs: Vec<u64> = file.records.iter().map(|record| record.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    for item in &file.records {
        assert_eq!(phone.entry(&item.item_id).record.body, item.body);
    }
    assert_eq!(file.photos.len(), 1);
    assert_eq!(STANDARD.decode(&file.photos[0].base64).unwrap(), picture(300_000, 3));

    phone.endpoint.state.borrow_mut().max_items = 100;
    for entry in block_on(outbox::queue(&phone.store, 0)).unwrap().entries {
        block_on(outbox::retry_blocked(&phone.store, &entry.record.item_id)).unwrap();
    }
    phone.pass(Wake::User);
    let text = block_on(export(&phone.store, "")).unwrap();
    let file: Export = serde_json::from_str(&text).unwrap();
    let left: Vec<&str> = file.records.iter().map(|record| record.item_id.as_str()).collect();
    assert_eq!((left, file.photos.len()), (vec!["r-0001"], 0), "only what was set aside is left");
    assert!(!text.contains("token-1"), "the token stays on the phone");
}

#[test]
fn a_batch_that_enqueues_stands_or_falls_whole() {
    let phone = Phone::new();
    let photo = phone.take_photo(vec![7; 7]);
    phone.finish(&[record("r-1", &[])]);
    let twice = [record("r-2", std::slice::from_ref(&photo)), record("r-1", &[])];
    let batch = block_on(outbox::enqueue(&phone.store, Batch::new(), &twice)).unwrap();
    let failed = block_on(phone.store.commit(batch));
    assert!(matches!(failed, Err(StoreError::Conflict { .. })), "an id is used once");
    assert_eq!((phone.counts().records_phone, phone.counts().photos_draft), (1, 1));
}
