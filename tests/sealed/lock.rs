//! Tries, recovery, another PIN.

use rounds::store::memory::Moment as Fault;
use rounds::store::sealed::tries::Moment;
use rounds::store::sealed::vault::{Deed, LOCK_TRIES, Patience, VaultError};
use rounds::store::{Store, StoreError, Table};

use super::work::{
    AT, CODE, PIN, change_pin, content, locked, page, readable, ready, recover, turn_off, unlock, with_work,
};

fn at(seconds: u64) -> Moment {
    Moment { wall_ms: AT.wall_ms + seconds * 1_000, mono_ms: seconds * 1_000 }
}

#[test]
fn the_right_pin_opens_and_forgets_the_wrong_ones() {
    let disk = with_work();
    let (phone, vault) = (locked(&disk), page(&disk)).1;
    for left in (1..=4).rev() {
        assert_eq!(ready(vault.perform(&unlock("000000"), AT)), Err(VaultError::Wrong));
        let patience = ready(vault.patience(AT)).unwrap();
        assert_eq!(patience, Patience { tries_left: left, wait_ms: 0 });
        assert!(phone.is_locked());
    }
    ready(vault.perform(&unlock(PIN), AT)).unwrap();
    assert_eq!(content(&phone), content(&with_work()));
    assert_eq!(ready(vault.patience(AT)).unwrap().tries_left, 5);
}

#[test]
fn after_five_the_right_pin_must_wait_too_and_a_new_page_helps_nobody() {
    let disk = with_work();
    let (_, vault) = (locked(&disk), page(&disk)).1;
    for _ in 0..5 {
        assert_eq!(ready(vault.perform(&unlock("000000"), AT)), Err(VaultError::Wrong));
    }
    assert_eq!(ready(vault.perform(&unlock(PIN), at(10))), Err(VaultError::Wait { left_ms: 20_000 }));
    let (_, reloaded) = page(&disk);
    let now = Moment { mono_ms: 0, ..at(10) };
    assert_eq!(ready(reloaded.perform(&unlock(PIN), now)), Err(VaultError::Wait { left_ms: 20_000 }));
    // The clock set forward during the run, or back before it, is not believed.
    let forward = Moment { wall_ms: at(9_999).wall_ms, mono_ms: 1_000 };
    assert_eq!(ready(reloaded.perform(&unlock(PIN), forward)), Err(VaultError::Wait { left_ms: 19_000 }));
    let (_, earlier) = page(&disk);
    let back = Moment { wall_ms: 5, mono_ms: 0 };
    assert_eq!(ready(earlier.perform(&unlock(PIN), back)), Err(VaultError::Wait { left_ms: 30_000 }));
    // The sixth wrong one costs a minute.
    assert_eq!(ready(vault.perform(&unlock("000000"), at(30))), Err(VaultError::Wrong));
    assert_eq!(ready(vault.patience(at(30))).unwrap(), Patience { tries_left: 0, wait_ms: 60_000 });
    ready(vault.perform(&unlock(PIN), at(90))).unwrap();
    // A refused try was never judged and nothing was deleted.
    assert_eq!(readable(&disk), 0);
}

#[test]
fn a_try_is_on_disk_before_it_is_judged() {
    let disk = with_work();
    locked(&disk);
    // Killed right after the count was written: three calls are the lock, the tries, the count.
    let (_, vault) = page(&disk);
    disk.die_at(4, Fault::Before);
    assert!(matches!(ready(vault.perform(&unlock(PIN), AT)), Err(VaultError::Store(_))));
    let (_, vault) = page(&disk.after_crash());
    assert_eq!(ready(vault.patience(AT)).unwrap().tries_left, 4);
    // A count that cannot be written judges nothing, even the right one.
    let disk = disk.after_crash();
    let (phone, vault) = page(&disk);
    disk.fail_at(3, Fault::Before, StoreError::Full);
    assert_eq!(ready(vault.perform(&unlock(PIN), AT)), Err(VaultError::Store(StoreError::Full)));
    assert!(phone.is_locked());
}

#[test]
fn two_pages_share_the_tries() {
    let disk = with_work();
    locked(&disk);
    let ((_, one), (_, two)) = (page(&disk), page(&disk));
    for _ in 0..2 {
        assert_eq!(ready(one.perform(&unlock("000000"), AT)), Err(VaultError::Wrong));
        assert_eq!(ready(two.perform(&unlock("000000"), AT)), Err(VaultError::Wrong));
    }
    assert_eq!(ready(one.perform(&unlock("000000"), AT)), Err(VaultError::Wrong));
    assert_eq!(ready(two.perform(&unlock(PIN), AT)), Err(VaultError::Wait { left_ms: 30_000 }));
}

#[test]
fn the_recovery_code_opens_with_a_new_pin_even_during_a_wait() {
    let disk = with_work();
    let (phone, vault) = (locked(&disk), page(&disk)).1;
    for _ in 0..5 {
        assert_eq!(ready(vault.perform(&unlock("000000"), AT)), Err(VaultError::Wrong));
    }
    assert_eq!(ready(vault.perform(&recover([1; 16], "805317"), AT)), Err(VaultError::Wrong));
    assert!(phone.is_locked());
    ready(vault.perform(&recover(CODE, "805317"), AT)).unwrap();
    assert_eq!(content(&phone), content(&with_work()));
    assert_eq!(ready(vault.patience(AT)).unwrap(), Patience { tries_left: 5, wait_ms: 0 });
    let (_, next) = page(&disk);
    assert_eq!(ready(next.perform(&unlock(PIN), AT)), Err(VaultError::Wrong));
    ready(next.perform(&unlock("805317"), AT)).unwrap();
    // The code stays good.
    ready(page(&disk).1.perform(&recover(CODE, "417028"), AT)).unwrap();
}

#[test]
fn another_pin_costs_a_try_when_the_old_one_is_wrong_and_rewrites_no_row() {
    let disk = with_work();
    let (_, vault) = locked(&disk);
    let before = content(&disk);
    assert_eq!(ready(vault.perform(&change_pin("000000", "805317"), AT)), Err(VaultError::Wrong));
    assert_eq!(ready(vault.patience(AT)).unwrap().tries_left, 4);
    ready(vault.perform(&change_pin(PIN, "805317"), AT)).unwrap();
    assert_eq!(content(&disk), before);
    ready(page(&disk).1.perform(&unlock("805317"), AT)).unwrap();
}

#[test]
fn turning_it_off_needs_the_pin_and_takes_the_key_away() {
    let disk = with_work();
    let (_, vault) = locked(&disk);
    assert_eq!(ready(vault.perform(&turn_off("000000"), AT)), Err(VaultError::Wrong));
    assert_eq!(readable(&disk), 0);
    ready(vault.perform(&turn_off(PIN), AT)).unwrap();
    ready(vault.carry_on(&|_| ())).unwrap();
    assert_eq!(content(&disk), content(&with_work()));
    let lock = ready(vault.lock()).unwrap();
    assert!(!lock.state.is_on() && lock.keys.is_none());
    assert!(matches!(
        ready(vault.perform(&unlock(PIN), AT)),
        Err(VaultError::Store(StoreError::Conflict { .. }))
    ));
}

#[test]
fn the_grace_is_kept_with_the_lock() {
    let disk = with_work();
    let (_, vault) = locked(&disk);
    ready(vault.perform(&Deed::Grace(15), AT)).unwrap();
    assert_eq!(ready(page(&disk).1.lock()).unwrap().grace_min, 15);
    assert!(ready(disk.get(Table::Meta, LOCK_TRIES)).unwrap().is_some());
}
