//! A file carries one phone's work to another: whoever sends it, it is at the endpoint once.

use rounds::domain::answer::Answer;
use rounds::domain::task::Task;
use rounds::store::draft::{self, Draft, Progress, Stamp};
use rounds::store::identity;
use rounds::store::memory::Moment;
use rounds::store::outbox::RecordState;
use rounds::store::photos::{self, PhotoState};
use rounds::store::{Batch, MemoryStore, Row, Store, StoreError, Table};
use rounds::sync::Wake;
use rounds::sync::export::{Export, export};
use rounds::sync::import::{self, Fault, ImportError, Summary, Why, open};
use rounds::sync::protocol::OutcomeStatus;

use crate::support::fake_endpoint::refusal;
use crate::support::sync_phone::{Phone, block_on, picture, record};

const NOW: u64 = 1_790_000_000_000;

fn phone_b() -> Phone {
    let mut phone = Phone::new();
    phone.store = MemoryStore::new();
    block_on(identity::set_install_id(&phone.store, "install-2")).unwrap();
    phone.enrol(crate::support::fake_endpoint::TOKEN);
    phone
}

/// Three records, two with a photo that they share, none sent.
fn phone_a() -> Phone {
    let phone = Phone::new();
    let photo = phone.take_photo(picture(300_000, 1));
    phone.finish(&[
        record("r-1", std::slice::from_ref(&photo)),
        record("r-2", std::slice::from_ref(&photo)),
        record("r-3", &[]),
    ]);
    phone
}

fn file_of(phone: &Phone) -> String {
    block_on(export(&phone.store, "2026-09-21T08:00:00+08:00")).unwrap()
}

fn take(phone: &Phone, text: &str) -> Summary {
    let file = open(text, "install-2").unwrap();
    block_on(import::import(&phone.store, &file, NOW, &|| "fresh".to_owned(), &|_, _| ())).unwrap()
}

fn changed(text: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut tree = serde_json::from_str(text).unwrap();
    change(&mut tree);
    tree.to_string()
}

#[test]
fn both_phones_send_in_any_order_and_the_endpoint_has_each_once() {
    for b_first in [true, false] {
        let (mut a, mut b) = (phone_a(), phone_b());
        b.finish(&[record("own", &[])]);
        let text = file_of(&a);
        let summary = take(&b, &text);
        assert_eq!((summary.taken, summary.photos, summary.faults), (3, 1, vec![]));
        for id in ["r-1", "r-2", "r-3"] {
            let (mine, theirs) = (b.entry(id), a.entry(id));
            assert_eq!((&mine.record.body, mine.seq), (&theirs.record.body, theirs.seq));
            assert_eq!(mine.record.author, theirs.record.author);
            assert_eq!(mine.record.captured, theirs.record.captured);
            let origin = mine.record.origin.unwrap();
            assert_eq!(
                (origin.install_id.as_str(), origin.device_id.as_deref()),
                ("install-1", Some("device-1"))
            );
        }
        // One endpoint: what the first phone left there is there when the second comes.
        let (first, second) = if b_first { (&mut b, &mut a) } else { (&mut a, &mut b) };
        first.pass(Wake::User);
        let pushed = first.endpoint.state.borrow().last_push.clone();
        std::mem::swap(&mut *first.endpoint.state.borrow_mut(), &mut *second.endpoint.state.borrow_mut());
        second.pass(Wake::User);
        {
            let state = second.endpoint.state.borrow();
            assert!(state.inserts.values().all(|times| *times == 1), "{:?}", state.inserts);
            assert_eq!((state.items.len(), state.whole.len()), (4, 1));
            let origins: Vec<_> = ["own", "r-1"].map(|id| state.items[id].0.origin_install.clone()).into();
            let of_r1 = b_first.then(|| "install-1".to_owned());
            assert_eq!(origins, [None, of_r1], "what another phone made says so");
        }
        assert!(pushed.is_some());
        for phone in [&a, &b] {
            let counts = phone.counts();
            assert_eq!((counts.pending_records(), counts.pending_photos()), (0, 0));
        }
    }
}

#[test]
fn the_same_file_twice_changes_nothing_and_a_cut_one_is_gone_on_with() {
    let a = phone_a();
    let text = file_of(&a);
    let b = phone_b();
    let dump = |phone: &Phone| {
        let tables = [Table::Outbox, Table::Photos, Table::PhotoBytes, Table::Drafts, Table::Meta];
        tables.map(|table| block_on(phone.store.page(table, "", 999)).unwrap())
    };
    take(&b, &text);
    let before = dump(&b);
    let again = take(&b, &text);
    assert_eq!((again.taken, again.known, again.photos), (0, 3, 0));
    assert_eq!(dump(&b), before);

    // A phone that dies at any call of its storage: nothing is half there, and all comes in the end.
    for nth in 1.. {
        let b = phone_b();
        b.store.die_at(nth, Moment::After);
        let file = open(&text, "install-2").unwrap();
        let done = block_on(import::import(&b.store, &file, NOW, &|| "x".to_owned(), &|_, _| ()));
        let left = Phone { store: b.store.after_crash(), ..b };
        for row in block_on(left.store.page(Table::Outbox, "", 99)).unwrap() {
            for blob in left.entry(&row.key).record.blobs {
                assert!(block_on(photos::photo_bytes(&left.store, &blob.sha256)).unwrap().is_some());
            }
        }
        take(&left, &text);
        assert_eq!(dump(&left), before);
        if done.is_ok() {
            return;
        }
    }
}

#[test]
fn a_file_that_is_none_says_why() {
    let text = file_of(&phone_a());
    let refused = |text: &str| open(text, "install-2").unwrap_err();
    for end in [1, text.len() / 2, text.len() - 1] {
        assert_eq!(refused(&text[..end]), ImportError::Truncated);
    }
    for other in ["<!doctype html>", "[]", "3", "{}", r#"{"format":"other","version":1}"#] {
        assert_eq!(refused(other), ImportError::WrongFormat, "{other}");
    }
    let newer = changed(&text, |file| file["version"] = 2.into());
    assert_eq!(refused(&newer), ImportError::NewerVersion { version: 2 });
    let nothing = changed(&text, |file| file["records"] = "r".into());
    assert_eq!(refused(&nothing), ImportError::WrongFormat);
    assert_eq!(open(&text, "install-1").unwrap_err(), ImportError::SamePhone);
    assert_eq!(open(&format!("\u{feff}{text}"), "install-2").unwrap().len(), 3);
}

#[test]
fn one_bad_record_or_photo_spoils_no_other() {
    let text = file_of(&phone_a());
    let sha256 = {
        let file: Export = serde_json::from_str(&text).unwrap();
        file.photos[0].sha256.clone()
    };
    let spoilt = changed(&text, |file| {
        file["records"][0]["body"] = "another text".into();
        file["records"][2] = serde_json::json!({ "item_id": "r-3" });
        file["records"].as_array_mut().unwrap().push(7.into());
        file["photos"][0]["base64"] = "AAAA".into();
    });
    let b = phone_b();
    let summary = take(&b, &spoilt);
    assert_eq!((summary.taken, summary.photos), (1, 0));
    assert_eq!(summary.faults.len(), 4);
    let why = |what: &str| summary.faults.iter().find(|fault| fault.what == what).map(|f| f.why.clone());
    assert_eq!(why("r-1"), Some(Why::RecordDamaged));
    assert!(matches!(why("r-3"), Some(Why::RecordShape(_))));
    assert!(matches!(why("records[3]"), Some(Why::RecordShape(_))));
    assert_eq!(why(&sha256), Some(Why::PhotoDamaged));
    assert_eq!(b.state("r-2"), RecordState::Phone);
    // A good copy of the file brings what was missing, the photo of the record taken in too.
    let summary = take(&b, &text);
    assert_eq!((summary.taken, summary.known, summary.photos), (2, 1, 1));
    let photo = block_on(photos::photo(&b.store, &sha256)).unwrap().unwrap();
    assert_eq!((photo.state, photo.meta.records.len()), (PhotoState::Phone, 2));
}

#[test]
fn a_full_phone_says_what_came_in_and_keeps_it() {
    let phone = Phone::new();
    phone.finish_many(120);
    let text = file_of(&phone);
    let b = phone_b();
    let file = open(&text, "install-2").unwrap();
    // Fifty records are read and one batch is written for each transaction.
    b.store.fail_at(51 + 51, Moment::Before, StoreError::Full);
    let heard = std::cell::RefCell::new(Vec::new());
    let progress = |done, of| heard.borrow_mut().push((done, of));
    let broken = block_on(import::import(&b.store, &file, NOW, &|| "x".to_owned(), &progress)).unwrap_err();
    assert_eq!((broken.error, broken.until.taken), (StoreError::Full, 50));
    assert_eq!(b.counts().pending_records(), 50);
    assert_eq!(heard.borrow().as_slice(), [(50, 120)]);
    assert_eq!((take(&b, &text).taken, b.counts().pending_records()), (70, 120));
}

#[test]
fn records_taken_in_by_two_phones_in_turn_keep_their_first_origin() {
    let (a, b, c) = (phone_a(), phone_b(), phone_b());
    take(&b, &file_of(&a));
    let text = file_of(&b);
    let file = open(&text, "install-3").unwrap();
    block_on(import::import(&c.store, &file, NOW, &|| "x".to_owned(), &|_, _| ())).unwrap();
    let held = c.entry("r-2");
    assert_eq!((held.record.origin.unwrap().install_id.as_str(), held.seq), ("install-1", 2));
}

#[test]
fn a_record_set_aside_is_offered_by_the_other_phone() {
    let mut a = phone_a();
    a.endpoint.state.borrow_mut().judge =
        |item| (item.item_id == "r-1").then(|| refusal(item, OutcomeStatus::Rejected, "id-reuse"));
    a.pass(Wake::User);
    assert_eq!(a.state("r-1"), RecordState::Blocked);
    let b = phone_b();
    assert_eq!(take(&b, &file_of(&a)).taken, 1, "only what is not received is in the file");
    assert_eq!((b.state("r-1"), b.entry("r-1").record.problem), (RecordState::Phone, None));
}

fn task() -> Task {
    serde_json::from_value(serde_json::json!({
        "id": "t9", "site": "demo", "date": "2026-09-21", "title": { "zh": "大堂", "en": "Lobby" },
        "department": "customer_service", "place": { "zh": "大堂", "en": "Lobby" }, "items": [],
    }))
    .unwrap()
}

fn begin(phone: &Phone, item: &str, answer: Answer) {
    let draft = Draft::new(format!("draft-{item}"), Stamp::default(), answer);
    let batch = draft::put_draft(Batch::new(), "t9", item, &draft, 0);
    block_on(phone.store.commit(batch)).unwrap();
}

#[test]
fn unfinished_answers_come_along_with_their_photos_and_never_replace_any() {
    let a = phone_a();
    let row = Row::new("t9", "2026-09-21", serde_json::to_string(&task()).unwrap());
    block_on(a.store.commit(Batch::new().put(Table::Tasks, row))).unwrap();
    let photo = a.take_photo(picture(5_000, 9));
    let note = |words: &str| Answer { note: words.to_owned(), ..Answer::default() };
    begin(&a, "i-1", Answer { photos: vec![photo.clone()], ..note("门锁松") });
    begin(&a, "i-2", note("灯不亮"));
    begin(&a, "i-3", Answer::default());
    let progress = Progress { counts: Default::default(), ..Progress::default() };
    block_on(a.store.commit(draft::put_progress(Batch::new(), &task(), &progress, 0))).unwrap();
    let text = file_of(&a);
    let file: Export = serde_json::from_str(&text).unwrap();
    assert_eq!((file.drafts.len(), file.drafts[0].answers.len()), (1, 2), "an empty one is left out");
    assert_eq!((file.photos.len(), file.draft_photos.len()), (1, 1));

    let b = phone_b();
    begin(&b, "i-2", note("这里先写的"));
    let summary = take(&b, &text);
    assert_eq!((summary.answers, summary.photos, summary.faults), (1, 2, vec![]));
    let drafts = block_on(draft::drafts_of(&b.store, "t9")).unwrap();
    let words: Vec<_> =
        drafts.iter().map(|(item, kept)| (item.as_str(), kept.value.answer.note.as_str())).collect();
    assert_eq!(words, [("i-1", "门锁松"), ("i-2", "这里先写的")]);
    assert_eq!(drafts[0].1.value.record_id, "fresh", "the other phone may still finish its own");
    assert!(block_on(b.store.get(Table::Tasks, "t9")).unwrap().is_some());
    let held = block_on(photos::photo(&b.store, &photo.sha256)).unwrap().unwrap();
    assert_eq!((held.state, held.meta.drafts), (PhotoState::Draft, vec!["t9/i-1".to_owned()]));
    assert_eq!(take(&b, &text).answers, 0);

    let spoilt = changed(&text, |file| file["drafts"][0]["answers"][0]["draft"] = "{".into());
    let fault = Fault { what: "i-1".to_owned(), why: Why::AnswerDamaged };
    assert_eq!(take(&phone_b(), &spoilt).faults, [fault]);
}

#[test]
fn a_damaged_row_is_named_with_its_text_and_everything_else_is_in_the_file() {
    let a = phone_a();
    let row = block_on(a.store.get(Table::Outbox, "r-2")).unwrap().unwrap();
    let bad = Row { json: r#"{"item_id":"r-2","bo"#.to_owned(), ..row };
    block_on(a.store.commit(Batch::new().put(Table::Outbox, bad))).unwrap();
    let text = file_of(&a);
    let file: Export = serde_json::from_str(&text).unwrap();
    let ids: Vec<_> = file.records.iter().map(|record| record.item_id.as_str()).collect();
    assert_eq!((ids, file.unreadable.as_slice()), (vec!["r-1", "r-3"], &["r-2".to_owned()][..]));
    assert_eq!(
        (file.damaged[0].key.as_str(), file.damaged[0].text.as_str()),
        ("outbox/r-2", r#"{"item_id":"r-2","bo"#)
    );
    assert_eq!(take(&phone_b(), &text).taken, 2);
    // Photos whose bytes are gone are named too.
    let gone = Batch::new().delete(Table::PhotoBytes, file.photos[0].sha256.clone());
    block_on(a.store.commit(gone)).unwrap();
    let file: Export = serde_json::from_str(&file_of(&a)).unwrap();
    assert_eq!((file.photos.len(), file.unreadable.len()), (0, 2));
}
