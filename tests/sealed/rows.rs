//! What lies on the disk, and rows that do not open.

use rounds::store::outbox::{self, Counts};
use rounds::store::{Batch, Row, Store, StoreError, Table};

use super::work::{AT, NOTE, PIN, content, locked, page, readable, ready, turn_off, with_work};

#[test]
fn behind_the_lock_nothing_the_person_wrote_is_readable() {
    let disk = with_work();
    let before = content(&disk);
    assert_eq!(readable(&disk), 11);
    let (phone, _) = locked(&disk);
    assert_eq!(readable(&disk), 0);
    assert_eq!(content(&phone), before);
    // Keys, groups and numbers stay: the rules look rows up by them.
    let clear = |rows: Vec<(Table, Row)>| {
        rows.into_iter().map(|(table, row)| (table, row.key, row.group, row.seq)).collect::<Vec<_>>()
    };
    assert_eq!(clear(content(&disk)), clear(before));
}

#[test]
fn a_closed_lock_reads_nothing_writes_nothing_and_still_counts() {
    let disk = with_work();
    locked(&disk);
    let (phone, _) = page(&disk);
    assert!(phone.is_locked());
    assert_eq!(ready(phone.get(Table::Drafts, "a")), Err(StoreError::Locked));
    assert_eq!(ready(phone.group(Table::Outbox, "g", 9)), Err(StoreError::Locked));
    assert_eq!(ready(phone.page(Table::PhotoBytes, "", 9)), Err(StoreError::Locked));
    let put = Batch::new().put(Table::Drafts, Row::new("a", "g", "over it"));
    assert_eq!(ready(phone.commit(put)), Err(StoreError::Locked));
    assert_eq!(ready(outbox::unsent(&phone, 9)), Err(StoreError::Locked));
    let counts = ready(outbox::counts(&phone)).unwrap();
    assert_eq!(counts, Counts { records_phone: 1, ..Counts::default() });
    assert!(ready(phone.get(Table::Tasks, "clear")).unwrap().is_some());
}

#[test]
fn the_same_words_are_sealed_differently_each_time() {
    let disk = with_work();
    let (phone, _) = locked(&disk);
    let mut seen = Vec::new();
    for key in ["x", "y", "x"] {
        ready(phone.commit(Batch::new().put(Table::Drafts, Row::new(key, "", NOTE)))).unwrap();
        seen.push(ready(disk.get(Table::Drafts, key)).unwrap().unwrap().json);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_row_moved_under_another_key_or_table_does_not_open() {
    let disk = with_work();
    let (phone, _) = locked(&disk);
    let row = ready(disk.get(Table::Drafts, "a")).unwrap().unwrap();
    let moved = Row { key: "elsewhere".to_owned(), ..row.clone() };
    let batch = Batch::new().put(Table::Drafts, moved.clone()).put(Table::Progress, row.clone());
    ready(disk.commit(batch)).unwrap();
    assert_eq!(ready(phone.get(Table::Drafts, "elsewhere")).unwrap().unwrap().json, moved.json);
    assert_eq!(ready(phone.get(Table::Progress, "a")).unwrap().unwrap().json, row.json);
    assert!(ready(phone.get(Table::Drafts, "a")).unwrap().unwrap().json.contains(NOTE));
}

#[test]
fn a_spoilt_row_holds_up_no_other_and_is_kept_as_it_lies() {
    let disk = with_work();
    let (phone, vault) = locked(&disk);
    let good = ready(disk.get(Table::Outbox, "n")).unwrap().unwrap();
    let mut spoilt = good.json.clone().into_bytes();
    let at = spoilt.len() - 6;
    spoilt[at] = if spoilt[at] == b'A' { b'B' } else { b'A' };
    let spoilt = Row { json: String::from_utf8(spoilt).unwrap(), ..good };
    ready(disk.commit(Batch::new().put(Table::Outbox, spoilt.clone()))).unwrap();
    // The outbox finds it damaged and sets it aside: one row, the others go on.
    assert_eq!(ready(outbox::unsent(&phone, 9)).unwrap().records, []);
    let aside = ready(disk.get(Table::Outbox, "n")).unwrap().unwrap();
    assert_eq!((aside.group.as_str(), &aside.json), ("blocked", &spoilt.json));
    assert!(ready(phone.get(Table::Outbox, "a")).unwrap().unwrap().json.contains(NOTE));
    // Turning the lock off leaves it too, and keeps the key that it may be opened with one day.
    ready(vault.perform(&turn_off(PIN), AT)).unwrap();
    let converted = ready(vault.carry_on(&|_| ())).unwrap();
    assert_eq!(converted.left, ["n"]);
    let lock = ready(vault.lock()).unwrap();
    assert!(!lock.state.is_on() && lock.keys.is_some());
    assert_eq!(ready(disk.get(Table::Outbox, "n")).unwrap().unwrap().json, spoilt.json);
    assert_eq!(readable(&disk), 10);
}
