//! Photos: in chunks, resumed where they were cut, never one at the cost of another.

use rounds::domain::answer::PhotoRef;
use rounds::store::outbox::RecordState;
use rounds::store::photos::{self, PhotoState};
use rounds::sync::Wake;
use rounds::sync::protocol::MAX_CHUNK_BYTES;

use crate::support::fake_endpoint::{Fault, page, problem};
use crate::support::sync_phone::{Phone, block_on, picture, record};

const CHUNK: usize = MAX_CHUNK_BYTES;

fn phone_with(sizes: &[usize]) -> (Phone, Vec<PhotoRef>) {
    let phone = Phone::new();
    let photos: Vec<PhotoRef> =
        sizes.iter().zip(1..).map(|(len, seed)| phone.take_photo(picture(*len, seed))).collect();
    phone.finish(&[record("r-1", &photos)]);
    (phone, photos)
}

fn state(phone: &Phone, photo: &PhotoRef) -> PhotoState {
    block_on(photos::photo(&phone.store, &photo.sha256)).unwrap().unwrap().state
}

#[test]
fn photos_of_every_size_arrive_after_the_text() {
    let (mut phone, _) = phone_with(&[1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5]);
    phone.pass(Wake::Saved);
    phone.assert_delivered(1, 5);
    let state = phone.endpoint.state.borrow();
    let place = |start: &str| state.log.iter().position(|line| line.starts_with(start)).unwrap();
    assert!(place("POST /v1/push") < place("POST /v1/blobs/missing"));
    assert!(place("POST /v1/blobs/missing") < place("PATCH"));
    for (sha256, bytes) in &state.whole {
        assert_eq!(rounds::domain::hash::sha256_hex(bytes), *sha256);
    }
    drop(state);
    let heard = phone.heard.borrow();
    assert!(heard.iter().any(|s| s.photo.as_ref().is_some_and(|p| p.sent > 0 && p.sent < p.len)));
}

#[test]
fn drafts_keep_their_photos_to_themselves() {
    let mut phone = Phone::new();
    let photo = phone.take_photo(vec![9; 10]);
    phone.finish(&[record("r-1", &[])]);
    phone.pass(Wake::Saved);
    assert_eq!(state(&phone, &photo), PhotoState::Draft);
    phone.assert_delivered(1, 0);
}

#[test]
fn an_upload_cut_at_any_request_goes_on_where_it_was() {
    for fault in [Fault::Cut, Fault::Lost, Fault::TimedOut] {
        // missing, four chunks, missing again.
        for nth in 0..6 {
            let (mut phone, _) = phone_with(&[3 * CHUNK + 5]);
            {
                let mut state = phone.endpoint.state.borrow_mut();
                state.faults_on = "/v1/blobs";
                state.faults.extend((0..nth).map(|_| Fault::None));
                state.faults.push_back(fault.clone());
            }
            phone.pass(Wake::Saved);
            assert_eq!(phone.counts().pending_photos(), 1, "{fault:?} at {nth}");
            phone.settle(4);
            phone.assert_delivered(1, 1);
            assert!(phone.requests("PATCH") <= 10, "it did not begin anew");
        }
    }
}

#[test]
fn the_endpoints_offset_is_the_right_one() {
    let (mut phone, photos) = phone_with(&[2 * CHUNK]);
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.faults_on = "PATCH";
        // One answer says 409 with the offset, one leaves it to be asked for.
        let mut told = problem("wrong-offset", 409, false);
        told.headers.push(("upload-offset".to_owned(), "0".to_owned()));
        state.faults.extend([Fault::Instead(told), Fault::Instead(problem("wrong-offset", 409, false))]);
    }
    phone.pass(Wake::Saved);
    assert_eq!(phone.requests("HEAD"), 1);
    assert_eq!(state(&phone, &photos[0]), PhotoState::Received);
    phone.assert_delivered(1, 1);
}

#[test]
fn a_spoiled_upload_starts_over_and_is_set_aside_in_the_end() {
    let (mut phone, photos) = phone_with(&[CHUNK + 9, 40]);
    phone.endpoint.state.borrow_mut().spoils.insert(photos[0].sha256.clone(), 2);
    phone.pass(Wake::Saved);
    phone.assert_delivered(1, 2);

    let (mut phone, photos) = phone_with(&[CHUNK + 9, 40]);
    phone.endpoint.state.borrow_mut().spoils.insert(photos[0].sha256.clone(), 99);
    phone.pass(Wake::Saved);
    assert_eq!(state(&phone, &photos[0]), PhotoState::Blocked);
    assert_eq!(state(&phone, &photos[1]), PhotoState::Received, "the other arrived");
    assert!(block_on(photos::photo_bytes(&phone.store, &photos[0].sha256)).unwrap().is_some());
    phone.endpoint.state.borrow_mut().spoils.clear();
    block_on(photos::retry_blocked_photo(&phone.store, &photos[0].sha256)).unwrap();
    phone.pass(Wake::User);
    phone.assert_delivered(1, 2);
}

#[test]
fn a_photo_that_is_not_taken_holds_up_no_other() {
    for (status, ends) in [(413, PhotoState::Blocked), (404, PhotoState::Later), (403, PhotoState::Later)] {
        let (mut phone, photos) = phone_with(&[10, 20, 30]);
        for photo in &photos[..2] {
            phone.endpoint.state.borrow_mut().refuses.insert(photo.sha256.clone(), status);
        }
        phone.pass(Wake::Saved);
        assert_eq!(state(&phone, &photos[0]), ends);
        assert_eq!(state(&phone, &photos[1]), ends);
        assert_eq!(state(&phone, &photos[2]), PhotoState::Received);
        assert_eq!(phone.counts().records_received, 1, "text needs no photo");
    }
}

#[test]
fn a_photo_that_the_endpoint_fails_at_lets_the_others_go_first() {
    let (mut phone, photos) = phone_with(&[10, 20, 30]);
    for photo in &photos {
        phone.endpoint.state.borrow_mut().refuses.insert(photo.sha256.clone(), 500);
    }
    phone.pass(Wake::Saved);
    assert_eq!(phone.requests("PATCH"), 1, "it is not asked on and on");
    assert_eq!(phone.counts().pending_photos(), 3);
    phone.endpoint.state.borrow_mut().refuses.clear();
    phone.settle(6);
    phone.assert_delivered(1, 3);
}

#[test]
fn a_photo_without_bytes_is_set_aside() {
    let (mut phone, photos) = phone_with(&[10, 20]);
    let without =
        rounds::store::Batch::new().delete(rounds::store::Table::PhotoBytes, photos[0].sha256.clone());
    block_on(rounds::store::Store::commit(&phone.store, without)).unwrap();
    phone.pass(Wake::Saved);
    assert_eq!(state(&phone, &photos[0]), PhotoState::Blocked);
    assert_eq!(state(&phone, &photos[1]), PhotoState::Received);
}

#[test]
fn no_stranger_can_say_that_a_photo_arrived() {
    for answer in [page(200, ""), page(204, ""), page(201, ""), page(302, "")] {
        let (mut phone, photos) = phone_with(&[CHUNK + 9]);
        phone.endpoint.state.borrow_mut().faults_on = "PATCH";
        phone.endpoint.state.borrow_mut().faults.push_back(Fault::Instead(answer));
        phone.pass(Wake::Saved);
        let is_there = phone.endpoint.state.borrow().whole.contains_key(&photos[0].sha256);
        assert_eq!(state(&phone, &photos[0]) == PhotoState::Received, is_there);
        phone.settle(4);
        phone.assert_delivered(1, 1);
    }
    for text in ["{\"missing\":[{\"sha256\":\"x\",\"offset\":0}]}", "{\"missing\":0}", "<html>"] {
        let (mut phone, photos) = phone_with(&[50]);
        phone.endpoint.state.borrow_mut().faults_on = "/v1/blobs/missing";
        phone.endpoint.state.borrow_mut().faults.push_back(Fault::Instead(page(200, text)));
        phone.pass(Wake::Saved);
        assert_eq!(state(&phone, &photos[0]), PhotoState::Phone);
        phone.settle(4);
        phone.assert_delivered(1, 1);
    }
}

#[test]
fn a_restored_store_gets_its_photos_again() {
    let (mut phone, _) = phone_with(&[100, CHUNK + 1]);
    phone.pass(Wake::Saved);
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.items.clear();
        state.inserts.clear();
        state.whole.clear();
        state.server_seq = 0;
    }
    phone.pass(Wake::Focus);
    phone.assert_delivered(1, 2);
}

#[test]
fn the_same_picture_is_kept_once_and_removed_last() {
    let phone = Phone::new();
    let one = phone.take_photo(vec![5; 20]);
    let keep = |draft: &str| photos::NewPhoto {
        bytes: vec![5; 20],
        mime: "image/jpeg".to_owned(),
        width: 4,
        height: 3,
        taken_at: String::new(),
        draft: draft.to_owned(),
    };
    block_on(photos::add_photo(&phone.store, keep("t1/t1-02"))).unwrap();
    assert_eq!(phone.counts().photos_draft, 1);
    block_on(photos::remove_photo(&phone.store, &one.sha256, "t1/t1-01")).unwrap();
    assert_eq!(phone.counts().photos_draft, 1, "another draft shows it");
    block_on(photos::remove_photo(&phone.store, &one.sha256, "t1/t1-02")).unwrap();
    assert_eq!(phone.counts().photos_draft, 0);
    assert_eq!(block_on(photos::photo_bytes(&phone.store, &one.sha256)).unwrap(), None);

    phone.take_photo(vec![5; 20]);
    phone.finish(&[record("r-1", std::slice::from_ref(&one))]);
    block_on(photos::remove_photo(&phone.store, &one.sha256, "t1/t1-01")).unwrap();
    assert_eq!(phone.counts().photos_phone, 1, "a record's photo is not the draft's to remove");
}

#[test]
fn photos_that_a_restored_store_lost_without_losing_a_number_are_sent_again() {
    let (mut phone, photos) = phone_with(&[100, CHUNK + 1, 30]);
    phone.pass(Wake::Saved);
    phone.assert_delivered(1, 3);
    phone.endpoint.state.borrow_mut().whole.remove(&photos[1].sha256);
    phone.pass(Wake::Timer);
    assert_eq!(phone.endpoint.state.borrow().whole.len(), 2, "no number tells of it");
    phone.pass(Wake::Start);
    phone.assert_delivered(1, 3);
}

#[test]
fn a_photo_whose_record_the_endpoint_does_not_know_brings_its_record_again() {
    let (mut phone, photos) = phone_with(&[10, 20]);
    phone.pass(Wake::Saved);
    phone.assert_delivered(1, 2);
    let pushes = phone.requests("POST /v1/push");
    {
        // As after a restore that nothing else tells of: another phone had brought the record.
        let mut state = phone.endpoint.state.borrow_mut();
        state.whole.remove(&photos[0].sha256);
        state.faults_on = "PATCH";
        state.faults.push_back(Fault::Instead(problem("unknown-photo", 404, false)));
    }
    phone.pass(Wake::User);
    assert_eq!((phone.state("r-1"), state(&phone, &photos[0])), (RecordState::Phone, PhotoState::Later));
    phone.settle(3);
    phone.assert_delivered(1, 2);
    assert!(phone.requests("POST /v1/push") > pushes + 1);
}
