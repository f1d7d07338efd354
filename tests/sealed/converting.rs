//! Turning the lock on and off with the phone dying at every storage call.

use std::cell::RefCell;
use std::rc::Rc;

use rounds::store::memory::Moment as Fault;
use rounds::store::sealed::lock::LockState;
use rounds::store::sealed::vault::Vault;
use rounds::store::{Batch, Committed, MemoryStore, Row, Sealed, Store, StoreError, Table};

use super::gcm::Maker;
use super::work::{
    AT, CODE, PIN, content, locked, page, readable, ready, turn_off, turn_on, unlock, with_work,
};

/// Opens the phone as a person would after a crash; its lock may or may not be on.
fn wake(disk: &MemoryStore) -> LockState {
    let (phone, vault) = page(disk);
    if phone.is_locked() {
        ready(vault.perform(&unlock(PIN), AT)).unwrap();
    }
    ready(vault.carry_on(&|_| ())).unwrap();
    ready(vault.lock()).unwrap().state
}

#[test]
fn dying_anywhere_while_it_is_turned_on_loses_no_row() {
    let wanted = content(&with_work());
    let (mut off, mut on) = (0, 0);
    for moment in [Fault::Before, Fault::After] {
        for nth in 1.. {
            let disk = with_work();
            let (phone, vault) = page(&disk);
            disk.die_at(nth, moment);
            let turned = ready(async {
                vault.perform(&turn_on(PIN, CODE), AT).await?;
                vault.carry_on(&|_| ()).await
            });
            // The page that died knows no more than the disk.
            drop((phone, vault));
            let found = disk.after_crash();
            let (before, _) = page(&found);
            if !before.is_locked() {
                assert_eq!(content(&before), wanted, "call {nth}");
            }
            match wake(&found) {
                LockState::Off => off += 1,
                LockState::On => {
                    assert_eq!(readable(&found), 0, "call {nth}");
                    on += 1;
                }
                other => panic!("call {nth}: {other:?}"),
            }
            let (again, vault) = page(&found);
            if again.is_locked() {
                ready(vault.perform(&unlock(PIN), AT)).unwrap();
            }
            assert_eq!(content(&again), wanted, "call {nth}");
            if turned.is_ok() {
                break;
            }
        }
    }
    assert!(off >= 3 && on >= 10, "{off} {on}");
}

#[test]
fn dying_anywhere_while_it_is_turned_off_loses_no_row() {
    let wanted = content(&with_work());
    let mut calls = 0;
    for moment in [Fault::Before, Fault::After] {
        for nth in 1.. {
            let disk = with_work();
            let (phone, vault) = locked(&disk);
            disk.die_at(nth, moment);
            let turned = ready(async {
                vault.perform(&turn_off(PIN), AT).await?;
                vault.carry_on(&|_| ()).await
            });
            drop((phone, vault));
            let found = disk.after_crash();
            let state = wake(&found);
            let (again, vault) = page(&found);
            if state == LockState::On {
                ready(vault.perform(&unlock(PIN), AT)).unwrap();
            } else {
                assert_eq!(readable(&found), 11, "call {nth}");
            }
            assert_eq!(content(&again), wanted, "call {nth}");
            calls += 1;
            if turned.is_ok() {
                break;
            }
        }
    }
    assert!(calls >= 20, "{calls}");
}

#[test]
fn a_full_disk_stops_it_and_it_goes_on_later() {
    let wanted = content(&with_work());
    for nth in 3..12 {
        let disk = with_work();
        let (phone, vault) = page(&disk);
        ready(vault.perform(&turn_on(PIN, CODE), AT)).unwrap();
        disk.fail_at(nth, Fault::Before, StoreError::Full);
        let first = ready(vault.carry_on(&|_| ()));
        assert_eq!(content(&phone), wanted);
        if first.is_err() {
            ready(vault.carry_on(&|_| ())).unwrap();
        }
        assert_eq!((content(&phone), readable(&disk)), (wanted.clone(), 0));
    }
}

#[test]
fn progress_is_told_to_the_end() {
    let disk = with_work();
    let (_, vault) = page(&disk);
    ready(vault.perform(&turn_on(PIN, CODE), AT)).unwrap();
    let told = std::cell::RefCell::new(Vec::new());
    ready(vault.carry_on(&|so_far: &rounds::store::sealed::convert::Converted| {
        told.borrow_mut().push((so_far.done, so_far.of))
    }))
    .unwrap();
    assert_eq!(told.into_inner(), [(2, 11), (4, 11), (7, 11), (9, 11), (11, 11)]);
    // Nothing is under way any more.
    assert_eq!(ready(vault.carry_on(&|_| panic!("nothing to tell"))).unwrap().of, 0);
}

#[test]
fn more_rows_than_a_page_are_all_written_anew() {
    let disk = MemoryStore::new();
    let batch = (0..170).fold(Batch::new(), |batch, n| {
        let photo = Row { bytes: Some(vec![n as u8; 9]), ..Row::new(format!("p{n:03}"), "", "{}") };
        batch.put(Table::Drafts, Row::new(format!("d{n:03}"), "t", "{}")).put(Table::PhotoBytes, photo)
    });
    ready(disk.commit(batch)).unwrap();
    let wanted = content(&disk);
    let (phone, vault) = locked(&disk);
    assert_eq!(content(&phone), wanted);
    assert!(content(&disk).iter().all(|(_, row)| row.json.starts_with(r#"{"sealed":1,"#)));
    ready(vault.perform(&turn_off(PIN), AT)).unwrap();
    ready(vault.carry_on(&|_| ())).unwrap();
    assert_eq!(content(&disk), wanted);
}

/// A disk on which another page writes right after a page of drafts was read, once.
#[derive(Clone)]
struct Meddled {
    disk: MemoryStore,
    write: Rc<RefCell<Option<Batch>>>,
}

impl Store for Meddled {
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError> {
        self.disk.get(table, key).await
    }

    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.disk.group(table, group, limit).await
    }

    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        let rows = self.disk.page(table, after, limit).await;
        let write = if table == Table::Drafts { self.write.take() } else { None };
        if let Some(batch) = write {
            let (other, vault) = page(&self.disk);
            vault.perform(&unlock(PIN), AT).await.unwrap();
            other.commit(batch).await.unwrap();
        }
        rows
    }

    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError> {
        self.disk.count(table, group).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.disk.commit(batch).await
    }
}

#[test]
fn a_row_that_another_page_writes_meanwhile_keeps_the_newer_words() {
    let newer = Batch::new().put(Table::Drafts, Row::new("a", "g", "newer words"));
    let gone = Batch::new().delete(Table::Drafts, "a");
    for (write, wanted) in [(newer, Some("newer words")), (gone, None)] {
        let disk = with_work();
        let meddled = Meddled { disk: disk.clone(), write: Rc::default() };
        let vault = Vault::new(ready(Sealed::new(meddled.clone())).unwrap(), Maker);
        for turned in [turn_on(PIN, CODE), turn_off(PIN)] {
            ready(vault.perform(&turned, AT)).unwrap();
            meddled.write.replace(Some(write.clone()));
            ready(vault.carry_on(&|_| ())).unwrap();
            assert_eq!(*meddled.write.borrow(), None);
            let (other, opener) = page(&disk);
            if other.is_locked() {
                assert_eq!(readable(&disk), 0);
                ready(opener.perform(&unlock(PIN), AT)).unwrap();
            }
            let words = ready(other.get(Table::Drafts, "a")).unwrap().map(|row| row.json);
            assert_eq!(words.as_deref(), wanted, "{turned:?}");
        }
    }
}
