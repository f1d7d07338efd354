//! Who holds what, whose it is, and what keeps the phone from being handed in.

use std::collections::BTreeSet;

use rounds::domain::record::Counts;
use rounds::domain::verdict::Verdict;
use rounds::store::custody::{received, unfinished, unsent_by_author, waiting};
use rounds::store::draft::Progress;
use rounds::store::outbox::{ReceiptNote, RecordState, Settlement, Verdict as Fate, settle};
use rounds::store::photos::{PhotoState, PhotoVerdict, settle_photos};

use super::world::{Phone, id, now};

fn nothing() -> BTreeSet<String> {
    BTreeSet::new()
}

fn receive(phone: &Phone, ids: &[String]) {
    let receipt = |seq| ReceiptNote {
        server_seq: seq,
        store_id: "store-a".to_owned(),
        epoch: 1,
        received_at: "2026-11-23T01:00:00Z".to_owned(),
        received_ms: 1,
    };
    let verdicts = ids.iter().zip(1..).map(|(id, seq)| (id.clone(), Fate::Received(receipt(seq)))).collect();
    now(settle(&phone.store, &Settlement { verdicts, ..Settlement::default() })).expect("written");
}

#[test]
fn a_draft_begun_by_another_stays_theirs_and_the_result_names_who_answered() {
    let phone = Phone::with_task();
    phone.answer_as("butler-01", 0, |answer| answer.state(Verdict::Conforming));
    phone.answer_as("butler-01", 1, |answer| answer.state(Verdict::Conforming));
    phone.answer_as("butler-02", 1, |answer| answer.note = "又看了一遍".to_owned());
    phone.answer(2, |answer| answer.state(Verdict::NotApplicable));
    phone.finish(None).expect("finished by staff-1");
    let authors: Vec<_> = phone.outbox().into_iter().map(|(_, record)| record.author).collect();
    assert_eq!(authors, ["butler-01", "butler-02", "staff-1", "staff-1"], "the finish is by who pressed it");
    let counted = now(unsent_by_author(&phone.store)).expect("readable");
    assert_eq!(
        counted.into_iter().collect::<Vec<_>>(),
        [("butler-01".to_owned(), 1), ("butler-02".to_owned(), 1), ("staff-1".to_owned(), 2),]
    );
}

#[test]
fn a_task_begun_keeps_the_phone_until_it_is_finished() {
    let phone = Phone::with_task();
    phone.keep_progress(&Progress::default());
    assert_eq!(now(unfinished(&phone.store)), Ok(vec![]), "a task only looked at holds nothing");
    phone.answer(2, |_| ());
    assert_eq!(now(unfinished(&phone.store)), Ok(vec![]), "nor does a camera that was closed again");
    phone.answer_as("butler-01", 0, |answer| answer.note = "半句".to_owned());
    phone.answer_as("butler-02", 1, |answer| answer.state(Verdict::Conforming));
    phone.photograph(1, b"picture");
    let found = now(unfinished(&phone.store)).expect("readable");
    assert_eq!((found.len(), found[0].answers, found[0].photos), (1, 2, 1));
    assert_eq!(found[0].title.as_ref().map(|title| title.zh.as_str()), Some("设备房"));
    assert_eq!(found[0].authors.iter().collect::<Vec<_>>(), ["butler-01", "butler-02"]);

    phone.pass_all();
    phone.finish(None).expect("finished");
    assert_eq!(now(unfinished(&phone.store)), Ok(vec![]));
}

#[test]
fn an_amendment_on_the_way_keeps_it_too() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("finished");
    phone.begin_amending(0, "看错了", |answer| answer.note = "门锁松".to_owned());
    phone.begin_amending(1, "看错了", |answer| answer.note = "灯不亮".to_owned());
    phone.keep_progress(&Progress { amending: 2, ..phone.progress() });
    let found = now(unfinished(&phone.store)).expect("readable");
    assert_eq!((found[0].answers, found[0].is_amendment), (2, true));
    phone.amend(0).expect("amended");
    assert_eq!(now(unfinished(&phone.store)).expect("readable")[0].answers, 1);
    phone.amend(1).expect("amended");
    assert_eq!(now(unfinished(&phone.store)), Ok(vec![]));
    assert_eq!(phone.progress().amending, 0);
}

#[test]
fn every_record_and_photo_is_on_its_rung_under_its_task() {
    let phone = Phone::with_task();
    phone.pass_all();
    let photo = phone.photograph(1, b"picture");
    phone.finish(None).expect("finished");
    let all = now(waiting(&phone.store, 100, &nothing())).expect("readable");
    assert_eq!((all.tasks.len(), all.more, all.photo_bytes), (1, 0, 7));
    let task = &all.tasks[0];
    assert_eq!((task.task.as_str(), task.total, task.lines.len()), ("t1", 4, 4));
    let ids: Vec<_> = task.lines.iter().map(|line| line.entry.record.item_id.clone()).collect();
    assert_eq!(ids, [id(99), id(3), id(2), id(1)], "the newest first");
    let of = |nth: u128| task.lines.iter().find(|line| line.entry.record.item_id == id(nth)).expect("listed");
    assert_eq!((of(2).photos.len(), of(2).photos[0].state), (1, PhotoState::Phone));

    // Received text whose photo is not there stays on the ladder with it.
    receive(&phone, &ids);
    let all = now(waiting(&phone.store, 100, &nothing())).expect("readable");
    let lines = &all.tasks[0].lines;
    assert_eq!((lines.len(), all.tasks[0].total), (1, 4));
    assert_eq!((lines[0].entry.state, lines[0].photos[0].state), (RecordState::Received, PhotoState::Phone));

    now(settle_photos(&phone.store, &[(photo.sha256, PhotoVerdict::Received)])).expect("written");
    assert_eq!(now(waiting(&phone.store, 100, &nothing())).expect("readable").tasks, vec![]);
    // What the screen shows stays on it when it is received.
    let also = BTreeSet::from([id(3)]);
    let all = now(waiting(&phone.store, 100, &also)).expect("readable");
    assert_eq!(all.tasks[0].lines[0].entry.state, RecordState::Received);
}

#[test]
fn long_queues_come_in_pages_newest_first() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("finished");
    let some = now(waiting(&phone.store, 3, &nothing())).expect("readable");
    assert_eq!((some.tasks[0].lines.len(), some.more), (3, 1));
    receive(&phone, &[id(1), id(2), id(3), id(99)]);
    let mut seen = Vec::new();
    let mut before = None;
    let without = BTreeSet::from([id(2)]);
    loop {
        let (tasks, next) = now(received(&phone.store, before.as_deref(), 2, &without)).expect("readable");
        seen.extend(tasks.into_iter().flat_map(|task| task.lines).map(|line| line.entry.record.item_id));
        before = next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, [id(99), id(3), id(1)]);
    let counts: Counts = phone.progress().counts;
    assert_eq!(counts.done(), 3);
}
