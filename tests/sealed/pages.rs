//! Several pages on one phone while the lock changes.

use rounds::store::{Batch, Row, Store, StoreError, Table};

use super::work::{
    AT, CODE, NOTE, PIN, change_pin, content, locked, page, readable, ready, turn_off, turn_on, unlock,
    with_work,
};

fn note(key: &str) -> Batch {
    Batch::new().put(Table::Drafts, Row::new(key, "g", format!(r#"{{"note":"{NOTE}"}}"#)))
}

#[test]
fn a_page_that_has_not_heard_of_the_lock_writes_nothing_plain_behind_it() {
    let disk = with_work();
    let (other, _) = page(&disk);
    ready(other.commit(note("early"))).unwrap();
    locked(&disk);
    assert_eq!(ready(other.commit(note("late"))), Err(StoreError::Locked));
    assert_eq!(ready(disk.get(Table::Drafts, "late")), Ok(None));
    assert!(other.is_locked() && !other.is_quiet());
    assert_eq!(readable(&disk), 0);
}

#[test]
fn a_page_that_meets_a_sealed_row_looks_again() {
    let disk = with_work();
    let (other, _) = page(&disk);
    locked(&disk);
    assert_eq!(ready(other.get(Table::Drafts, "a")), Err(StoreError::Locked));
    assert!(other.is_locked());
}

#[test]
fn a_page_with_the_key_goes_on_while_another_seals_changes_the_pin_and_turns_it_off() {
    let disk = with_work();
    let (_, vault) = page(&disk);
    ready(vault.perform(&turn_on(PIN, CODE), AT)).unwrap();
    let (second, opener) = page(&disk);
    ready(opener.perform(&unlock(PIN), AT)).unwrap();
    ready(vault.carry_on(&|_| ())).unwrap();
    ready(second.commit(note("after sealing"))).unwrap();
    ready(vault.perform(&change_pin(PIN, "805317"), AT)).unwrap();
    ready(second.commit(note("after the change"))).unwrap();
    assert_eq!(readable(&disk), 0);
    ready(vault.perform(&turn_off("805317"), AT)).unwrap();
    ready(second.commit(note("while it is opened"))).unwrap();
    assert_eq!(readable(&disk), 1);
    ready(vault.carry_on(&|_| ())).unwrap();
    ready(second.commit(note("after it is off"))).unwrap();
    assert_eq!(readable(&disk), 15);
    assert_eq!(content(&second), content(&disk));
}

#[test]
fn a_key_of_an_earlier_lock_opens_nothing_of_the_next() {
    let disk = with_work();
    let (first, vault) = locked(&disk);
    let (_, second) = page(&disk);
    ready(second.perform(&turn_off(PIN), AT)).unwrap();
    ready(second.carry_on(&|_| ())).unwrap();
    ready(second.perform(&turn_on(PIN, CODE), AT)).unwrap();
    ready(second.carry_on(&|_| ())).unwrap();
    assert_eq!(ready(first.get(Table::Drafts, "a")), Err(StoreError::Locked));
    assert_eq!(ready(first.commit(note("new"))), Err(StoreError::Locked));
    ready(vault.perform(&unlock(PIN), AT)).unwrap();
    ready(first.commit(note("new"))).unwrap();
    assert_eq!(readable(&disk), 0);
}

#[test]
fn of_two_pages_that_turn_it_on_one_wins() {
    let disk = with_work();
    let ((_, one), (_, two)) = (page(&disk), page(&disk));
    ready(one.perform(&turn_on(PIN, CODE), AT)).unwrap();
    assert!(ready(two.perform(&turn_on("805317", [1; 16]), AT)).is_err());
    ready(one.carry_on(&|_| ())).unwrap();
    let (phone, vault) = page(&disk);
    ready(vault.perform(&unlock(PIN), AT)).unwrap();
    assert_eq!(content(&phone), content(&with_work()));
}

#[test]
fn quiet_means_that_the_last_write_is_on_disk() {
    let disk = with_work();
    let (phone, _) = locked(&disk);
    assert!(phone.is_quiet());
    disk.fail_at(1, rounds::store::memory::Moment::Before, StoreError::Full);
    assert_eq!(ready(phone.commit(note("x"))), Err(StoreError::Full));
    assert!(!phone.is_quiet());
    ready(phone.commit(note("x"))).unwrap();
    assert!(phone.is_quiet());
    assert!(ready(phone.commit(note("x").expect(Table::Drafts, "x", None))).is_err());
    assert!(phone.is_quiet(), "a conflict is settled by reading");
}
