//! Text: each record once, whatever happens to its neighbours.

use rounds::store::identity::{self, StoreSeen};
use rounds::store::outbox::{self, ReceiptNote, RecordState, Settlement};
use rounds::sync::protocol::{OutcomeStatus, PushAnswer};
use rounds::sync::{ChipState, Wake};

use crate::support::fake_endpoint::{Fault, refusal};
use crate::support::sync_phone::{Phone, block_on, record};

#[test]
fn a_day_of_work_arrives_once_and_the_chip_tells_each_step() {
    let mut phone = Phone::new();
    phone.finish_many(250);
    phone.pass(Wake::Saved);
    phone.assert_delivered(250, 0);
    assert_eq!(phone.requests("POST /v1/push"), 3);
    let heard = phone.heard.borrow();
    assert!(heard.iter().any(|status| status.chip() == ChipState::Sending));
    assert!(heard.iter().any(|status| status.is_sending("r-0120") && status.in_flight.len() == 100));
    let last = heard.last().unwrap();
    assert_eq!((last.chip(), last.is_safe_to_hand_in()), (ChipState::Synced, true));
    assert_eq!(last.last_problem, None);
}

#[test]
fn what_was_put_in_the_outbox_is_heard_of_before_any_pass() {
    let mut phone = Phone::new();
    phone.refresh();
    phone.finish_many(2);
    phone.refresh();
    assert_eq!(phone.heard.borrow().last().map(|status| status.counts.records_phone), Some(2));
    assert_eq!(phone.driver.status().counts.records_phone, 2);
}

#[test]
fn the_office_is_told_what_the_phone_holds() {
    let mut phone = Phone::new();
    phone.finish_many(3);
    phone.pass(Wake::Saved);
    let first = phone.endpoint.state.borrow().last_push.clone().unwrap();
    assert_eq!((first.next_seq, first.pending, first.seen.server_seq), (4, 3, 0));
    phone.pass(Wake::User);
    let second = phone.endpoint.state.borrow().last_push.clone().unwrap();
    assert!(second.items.is_empty(), "each pass asks once, be it with nothing");
    assert_eq!((second.next_seq, second.pending, second.seen.server_seq), (4, 0, 3));
    assert_eq!((second.seen.store_id.as_str(), second.seen.epoch), ("store-a", 1));
    assert_eq!(second.seen.item_id, "r-0002", "the record that has the number is named with it");
}

#[test]
fn a_lost_answer_is_asked_for_again_and_the_record_stands_once() {
    for fault in [Fault::Lost, Fault::TimedOut, Fault::Truncated] {
        let mut phone = Phone::new();
        phone.finish_many(5);
        phone.endpoint.state.borrow_mut().faults_on = "/v1/push";
        phone.endpoint.state.borrow_mut().faults.push_back(fault);
        phone.pass(Wake::Saved);
        assert_eq!(phone.endpoint.state.borrow().items.len(), 5, "they arrived");
        assert_eq!(phone.counts().pending_records(), 5, "and the phone does not know");
        phone.settle(3);
        phone.assert_delivered(5, 0);
    }
}

#[test]
fn one_poison_record_among_a_thousand_is_set_aside_and_the_others_arrive() {
    let mut phone = Phone::new();
    phone.finish_many(1000);
    phone.endpoint.state.borrow_mut().judge =
        |item| (item.item_id == "r-0500").then(|| refusal(item, OutcomeStatus::Rejected, "id-reuse"));
    phone.pass(Wake::Saved);
    assert_eq!(phone.endpoint.state.borrow().items.len(), 999);
    let counts = phone.counts();
    assert_eq!((counts.records_blocked, counts.records_received), (1, 999));
    assert_eq!(phone.entry("r-0500").record.problem.unwrap().code, "id-reuse");
    assert_eq!(phone.driver.status().chip(), ChipState::Blocked);

    phone.endpoint.state.borrow_mut().judge = |_| None;
    block_on(outbox::retry_blocked(&phone.store, "r-0500")).unwrap();
    phone.pass(Wake::User);
    phone.assert_delivered(1000, 0);
}

#[test]
fn a_deferred_record_waits_on_the_phone_and_holds_up_nobody() {
    let mut phone = Phone::new();
    phone.finish_many(120);
    phone.endpoint.state.borrow_mut().judge = |item| {
        let is_early = item.item_id.as_str() < "r-0110";
        is_early.then(|| refusal(item, OutcomeStatus::Deferred, "missing-dependency"))
    };
    phone.pass(Wake::Saved);
    assert_eq!(phone.endpoint.state.borrow().items.len(), 10, "those behind a full page of waiting");
    assert_eq!(phone.state("r-0000"), RecordState::Later);
    assert_eq!(phone.state("r-0000").token(), "phone");
    assert_eq!(phone.counts().pending_records(), 110);
    phone.endpoint.state.borrow_mut().judge = |_| None;
    phone.settle(20);
    phone.assert_delivered(120, 0);
}

#[test]
fn no_wrong_field_of_a_receipt_is_believed() {
    let wrong: [fn(&mut PushAnswer); 10] = [
        |answer| receipt(answer).item_id = "r-9999".to_owned(),
        |answer| receipt(answer).body_sha256 = "0".repeat(64),
        |answer| receipt(answer).store_id = "store-b".to_owned(),
        |answer| receipt(answer).epoch += 1,
        |answer| receipt(answer).epoch -= 1,
        |answer| receipt(answer).server_seq = 0,
        |answer| receipt(answer).received_at = "yesterday".to_owned(),
        |answer| receipt(answer).received_at = "1969-12-31T23:59:59Z".to_owned(),
        |answer| answer.outcomes[0].receipt = None,
        |answer| answer.outcomes[0].status = OutcomeStatus::Rejected,
    ];
    for (nth, change) in wrong.into_iter().enumerate() {
        let mut phone = Phone::new();
        phone.finish_many(3);
        phone.endpoint.state.borrow_mut().faults_on = "/v1/push";
        phone.endpoint.state.borrow_mut().faults.push_back(Fault::Tampered(change));
        phone.pass(Wake::Saved);
        assert_eq!(phone.state("r-0000"), RecordState::Later, "change {nth} was believed");
        assert_eq!(phone.entry("r-0000").record.receipt, None);
        assert_eq!(phone.state("r-0001"), RecordState::Received, "the others are right");
        phone.settle(5);
        phone.assert_delivered(3, 0);
    }
}

#[test]
fn an_answer_about_other_items_says_nothing_about_any() {
    let wrong: [fn(&mut PushAnswer); 5] = [
        |answer| answer.outcomes.swap(0, 1),
        |answer| drop(answer.outcomes.pop()),
        |answer| answer.outcomes.push(answer.outcomes[0].clone()),
        |answer| answer.outcomes[2].item_id = "r-9999".to_owned(),
        |answer| answer.store_id.clear(),
    ];
    for change in wrong {
        let mut phone = Phone::new();
        phone.finish_many(3);
        phone.endpoint.state.borrow_mut().faults_on = "/v1/push";
        phone.endpoint.state.borrow_mut().faults.push_back(Fault::Tampered(change));
        phone.pass(Wake::Saved);
        assert_eq!(phone.counts().records_phone, 3);
        assert_eq!(phone.driver.status().chip(), ChipState::Waiting);
        phone.settle(3);
        phone.assert_delivered(3, 0);
    }
}

#[test]
fn a_restored_store_is_offered_everything_again() {
    let mut phone = Phone::new();
    phone.finish_many(150);
    phone.pass(Wake::Saved);
    {
        let mut state = phone.endpoint.state.borrow_mut();
        let lost: Vec<String> = state.items.keys().skip(40).cloned().collect();
        for id in lost {
            state.items.remove(&id);
            state.inserts.remove(&id);
        }
        state.server_seq = 40;
    }
    phone.finish(&[record("s-new", &[])]);
    phone.pass(Wake::Saved);
    assert_eq!(phone.endpoint.state.borrow().epoch, 2, "the phone had seen more than the backup had");
    phone.assert_delivered(151, 0);
    let first = phone.entry("r-0000").record.receipt.unwrap();
    assert_eq!(first.epoch, 1, "what the backup had keeps its first receipt");
    assert_eq!(phone.entry("r-0149").record.receipt.unwrap().epoch, 2);
}

#[test]
fn a_page_that_knows_less_takes_nothing_back_of_what_was_seen() {
    let mut phone = Phone::new();
    phone.finish_many(2);
    phone.pass(Wake::Saved);
    let before = block_on(identity::seen(&phone.store)).unwrap();
    assert_eq!((before.server_seq, before.item_id.as_str()), (2, "r-0001"));
    // As another page settles whose pass began before the first one's push.
    let stale = StoreSeen { server_seq: 0, item_id: String::new(), latest_ms: 0, ..before.clone() };
    let settlement = Settlement { seen: Some(stale), ..Settlement::default() };
    block_on(outbox::settle(&phone.store, &settlement)).unwrap();
    assert_eq!(block_on(identity::seen(&phone.store)).unwrap(), before);
}

#[test]
fn a_restored_store_is_noticed_though_its_numbers_went_to_another_phone() {
    let mut phone = Phone::new();
    phone.finish_many(2);
    phone.pass(Wake::Saved);
    {
        // The backup had nothing, and someone else was faster with as many records.
        let mut state = phone.endpoint.state.borrow_mut();
        for (nth, id) in ["r-0000", "r-0001"].iter().enumerate() {
            let (mut item, mut receipt) = state.items.remove(*id).unwrap();
            item.item_id = format!("other-{nth}");
            receipt.item_id.clone_from(&item.item_id);
            state.items.insert(item.item_id.clone(), (item, receipt));
        }
        state.inserts.clear();
    }
    phone.pass(Wake::Focus);
    let state = phone.endpoint.state.borrow();
    assert_eq!(state.epoch, 2);
    assert!(state.items.contains_key("r-0000") && state.items.contains_key("r-0001"));
}

#[test]
fn a_restored_store_is_noticed_with_nothing_to_send() {
    let mut phone = Phone::new();
    phone.finish_many(2);
    phone.pass(Wake::Saved);
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.items.clear();
        state.inserts.clear();
        state.server_seq = 0;
    }
    phone.pass(Wake::Focus);
    phone.assert_delivered(2, 0);
}

#[test]
fn another_store_gets_everything_too_those_set_aside_included() {
    let mut phone = Phone::new();
    phone.finish_many(3);
    phone.endpoint.state.borrow_mut().judge =
        |item| (item.item_id == "r-0001").then(|| refusal(item, OutcomeStatus::Rejected, "id-reuse"));
    phone.pass(Wake::Saved);
    assert_eq!(phone.counts().records_blocked, 1);
    *phone.endpoint.state.borrow_mut() =
        crate::support::fake_endpoint::State { store_id: "store-b".to_owned(), ..Default::default() };
    phone.pass(Wake::User);
    phone.assert_delivered(3, 0);
}

#[test]
fn two_stores_in_turn_do_not_make_a_pass_endless() {
    let mut phone = Phone::new();
    phone.finish_many(2);
    phone.pass(Wake::Saved);
    let other: fn(&mut PushAnswer) = |answer| answer.epoch += 7;
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.faults_on = "/v1/push";
        state.faults.extend([Fault::Tampered(other), Fault::None, Fault::Tampered(other), Fault::None]);
    }
    phone.pass(Wake::User);
    assert!(phone.requests("POST /v1/push") < 8);
    phone.endpoint.state.borrow_mut().faults.clear();
    phone.settle(5);
    phone.assert_delivered(2, 0);
}

#[test]
fn a_received_record_goes_only_when_backed_up_and_thirty_days_old() {
    const DAY_S: i64 = 24 * 60 * 60;
    let mut phone = Phone::new();
    let photo = phone.take_photo(vec![1, 2, 3]);
    phone.finish(&[record("r-old", std::slice::from_ref(&photo))]);
    block_on(rounds::store::photos::remove_photo(&phone.store, &photo.sha256, "t1/t1-01")).unwrap();
    phone.pass(Wake::Saved);
    let mut later = |days: i64, watermark: u64, id: &str| {
        phone.endpoint.state.borrow_mut().clock_s += days * DAY_S;
        phone.endpoint.state.borrow_mut().watermark = watermark;
        phone.finish(&[record(id, &[])]);
        // The phone's own clock is no witness: it is years ahead.
        phone.edge.now_ms.set(phone.edge.now_ms.get() + 3_650 * 86_400_000);
        phone.pass(Wake::User);
        block_on(outbox::record(&phone.store, "r-old")).unwrap().is_some()
    };
    assert!(later(1, 100, "r-day-01"), "backed up, and too young");
    assert!(later(30, 0, "r-day-31"), "old, and not backed up");
    assert!(!later(0, 1, "r-day-31b"), "backed up and old");
    assert!(block_on(rounds::store::photos::photo(&phone.store, &photo.sha256)).unwrap().is_none());
    assert_eq!(phone.counts().records_received, 3);
    assert_eq!(phone.endpoint.state.borrow().items.len(), 4);
}

fn receipt(answer: &mut PushAnswer) -> &mut rounds::sync::protocol::Receipt {
    answer.outcomes[0].receipt.as_mut().unwrap()
}

/// Two pages of one phone; the other knows of another epoch of the store than this one.
fn two_epochs(known: u64, answered: u64) -> (Phone, bool) {
    let phone = Phone::new();
    phone.finish_many(2);
    let seen = |epoch| {
        let store_id = "store-a".to_owned();
        Some(StoreSeen { store_id, epoch, ..StoreSeen::default() })
    };
    let receipt = ReceiptNote {
        server_seq: 1,
        store_id: "store-a".to_owned(),
        epoch: known,
        received_at: "2026-11-23T04:00:00Z".to_owned(),
        received_ms: 1,
    };
    let verdicts = vec![("r-0000".to_owned(), outbox::Verdict::Received(receipt.clone()))];
    let other = Settlement { verdicts, told: None, seen: seen(known), offer_again: false };
    assert_eq!(block_on(outbox::settle(&phone.store, &other)), Ok(true));
    let receipt = ReceiptNote { server_seq: 2, epoch: answered, ..receipt };
    let verdicts = vec![("r-0001".to_owned(), outbox::Verdict::Received(receipt))];
    // As of a pass that began before the other's: it knows of no other store.
    let own =
        Settlement { verdicts, told: Some(StoreSeen::default()), seen: seen(answered), offer_again: false };
    let is_believed = block_on(outbox::settle(&phone.store, &own)).unwrap();
    (phone, is_believed)
}

fn state_of(phone: &Phone, id: &str) -> RecordState {
    block_on(outbox::record(&phone.store, id)).unwrap().unwrap().state
}

#[test]
fn an_answer_to_a_page_that_told_less_than_the_phone_has_seen_is_not_believed() {
    for (known, answered) in [(1, 1), (1, 2), (2, 1)] {
        let (phone, is_believed) = two_epochs(known, answered);
        assert!(!is_believed, "{known} {answered}");
        assert_eq!(state_of(&phone, "r-0001"), RecordState::Phone, "it is offered again, and more is told");
        let seen = block_on(identity::seen(&phone.store)).unwrap();
        assert_eq!((seen.epoch, state_of(&phone, "r-0000")), (known, RecordState::Received));
    }
}
