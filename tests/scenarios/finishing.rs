//! A butler finishes a task with no signal; a dying phone or a second page changes nothing.

use rounds::domain::verdict::Verdict;
use rounds::store::StoreError;
use rounds::store::finish::FinishError;
use rounds::store::memory::Moment;
use rounds::store::photos::{self, PhotoState};

use super::world::{Phone, id, now, outbox_of, three_passed};

#[test]
fn a_finished_task_is_numbered_records_without_a_gap() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("nothing is in the way");

    let outbox = phone.outbox();
    let numbers: Vec<u64> = outbox.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let kinds: Vec<&str> = outbox.iter().map(|(_, record)| record.kind.as_str()).collect();
    assert_eq!(kinds, ["result", "result", "result", "task_finish"]);
    assert_eq!(outbox[0].1.item_id, id(1), "the draft's own id");
    let finish: serde_json::Value = serde_json::from_str(&outbox[3].1.body).expect("a body is JSON");
    assert_eq!(finish["counts"]["conforming"], 3);
    assert_eq!(finish["results"][2], id(3));
    assert_eq!(phone.progress().counts, three_passed());
    assert_eq!(phone.progress().finished, Some(id(99)));
}

#[test]
fn a_failing_leaves_with_its_reasons_words_and_photos() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.answer(1, |answer| {
        answer.state(Verdict::Nonconforming);
        answer.note = " 缺蜡烛 ".to_owned();
    });
    let photo = phone.photograph(1, b"\xff\xd8first");
    phone.photograph(1, b"\xff\xd8second");
    phone.finish(None).expect("a note says why");

    let (_, record) = &phone.outbox()[1];
    let body: serde_json::Value = serde_json::from_str(&record.body).expect("a body is JSON");
    assert_eq!(body["verdict"], "nonconforming");
    assert_eq!(body["note"], "缺蜡烛");
    assert_eq!(body["photos"][0]["sha256"], photo.sha256);
    assert_eq!(record.blobs.len(), 2);
    let kept = now(photos::photo(&phone.store, &photo.sha256)).expect("readable").expect("there");
    assert_eq!(kept.state, PhotoState::Phone, "handed over with its record");
    assert_eq!(kept.meta.records, [id(2)]);
}

#[test]
fn a_failing_that_does_not_say_why_cannot_be_finished() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.answer(1, |answer| answer.state(Verdict::Nonconforming));
    assert_eq!(phone.finish(None), Err(FinishError::Incomplete));
    assert!(phone.outbox().is_empty());
}

#[test]
fn items_are_left_open_only_with_a_reason() {
    let phone = Phone::with_task();
    phone.answer(0, |answer| answer.state(Verdict::Conforming));
    assert_eq!(phone.finish(None), Err(FinishError::ReasonNeeded));
    assert_eq!(phone.finish(Some("  ")), Err(FinishError::ReasonNeeded));
    assert!(phone.outbox().is_empty());

    phone.finish(Some("停电,进不去")).expect("a reason was given");
    let (_, finish) = &phone.outbox()[1];
    let body: serde_json::Value = serde_json::from_str(&finish.body).expect("a body is JSON");
    assert_eq!(body["open"], serde_json::json!(["t1-1", "t1-2"]));
    assert_eq!(body["open_because"], "停电,进不去");
}

#[test]
fn of_two_pages_that_finish_one_wins_and_the_other_is_told() {
    let phone = Phone::with_task();
    phone.pass_all();
    let other = Phone { store: phone.store.clone(), task: phone.task.clone() };
    phone.finish(None).expect("the first page wins");
    assert_eq!(other.finish(None), Err(FinishError::AlreadyFinished));
    assert_eq!(phone.outbox().len(), 4);
}

#[test]
fn a_phone_that_dies_at_any_call_leaves_all_or_nothing() {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let phone = Phone::with_task();
            phone.pass_all();
            phone.photograph(0, b"\xff\xd8photo");
            phone.store.die_at(nth, moment);
            let result = phone.finish(None);
            let found = phone.store.after_crash();
            let records = outbox_of(&found).expect("readable after a crash").len();
            let again = Phone { store: found, task: phone.task.clone() };
            let drafts_stand = again.progress().finished.is_some() == (records == 4);
            assert!(records == 0 || records == 4, "{records} records after dying at call {nth}");
            assert!(drafts_stand, "progress and outbox agree after dying at call {nth}");
            if result.is_ok() {
                assert_eq!(records, 4);
                assert!(nth > 3, "the story makes more than a few calls");
                break;
            }
            if records == 0 {
                again.finish(None).expect("finishing again works");
            }
            assert_eq!(again.outbox().len(), 4);
        }
    }
}

#[test]
fn a_full_phone_says_so_and_keeps_the_drafts() {
    let phone = Phone::with_task();
    phone.pass_all();
    let calls = {
        let twin = Phone::with_task();
        twin.pass_all();
        let before = twin.store.calls();
        twin.finish(None).expect("the twin has room");
        twin.store.calls() - before
    };
    phone.store.fail_at(calls, Moment::Before, StoreError::Full);
    assert_eq!(phone.finish(None), Err(FinishError::Store(StoreError::Full)));
    assert!(phone.outbox().is_empty());
    phone.finish(None).expect("with room again it goes through");
}
