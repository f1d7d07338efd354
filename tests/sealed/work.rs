//! A phone with some work on it, and its lock.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rounds::store::sealed::tries::Moment;
use rounds::store::sealed::vault::{Deed, Vault};
use rounds::store::{Batch, MemoryStore, Row, SEALED, Sealed, Store, Table};

use super::gcm::{Gcm, Maker};

pub type Phone = Sealed<MemoryStore, Gcm>;

pub const PIN: &str = "291740";
pub const CODE: [u8; 16] = [9; 16];
pub const NOTE: &str = "the stove on floor 3 smells";
pub const AT: Moment = Moment { wall_ms: 1_000_000, mono_ms: 0 };

/// Two rows in every table that is sealed, one in every other; the photos have bytes.
pub fn with_work() -> MemoryStore {
    let disk = MemoryStore::new();
    let mut batch = Batch::new();
    for table in Table::ALL {
        if SEALED.contains(&table) {
            for key in ["a", "b"] {
                let json = format!(r#"{{"note":"{NOTE}","in":"{}/{key}"}}"#, table.name());
                batch = batch.put(table, Row { bytes: photo(table), ..Row::new(key, "g", json) });
            }
        } else {
            batch = batch.put(table, Row::new("clear", "g", r#""clear""#));
        }
    }
    batch = batch.number(Table::Outbox, Row::new("n", "phone", format!(r#"{{"note":"{NOTE}"}}"#)));
    ready(disk.commit(batch)).unwrap();
    disk
}

fn photo(table: Table) -> Option<Vec<u8>> {
    (table == Table::PhotoBytes).then(|| NOTE.as_bytes().to_vec())
}

pub fn turn_on(pin: &str, code: [u8; 16]) -> Deed {
    Deed::TurnOn(pin.to_owned(), code)
}

pub fn unlock(pin: &str) -> Deed {
    Deed::Unlock(pin.to_owned())
}

pub fn recover(code: [u8; 16], pin: &str) -> Deed {
    Deed::Recover(code, pin.to_owned())
}

pub fn change_pin(old: &str, new: &str) -> Deed {
    Deed::ChangePin(old.to_owned(), new.to_owned())
}

pub fn turn_off(pin: &str) -> Deed {
    Deed::TurnOff(pin.to_owned())
}

/// One more page on the disk.
pub fn page(disk: &MemoryStore) -> (Phone, Vault<MemoryStore, Maker>) {
    let phone = ready(Sealed::new(disk.clone())).unwrap();
    (phone.clone(), Vault::new(phone, Maker))
}

/// A page that has turned the lock on, all rows sealed.
pub fn locked(disk: &MemoryStore) -> (Phone, Vault<MemoryStore, Maker>) {
    let (phone, vault) = page(disk);
    ready(vault.perform(&turn_on(PIN, CODE), AT)).unwrap();
    ready(vault.carry_on(&|_| ())).unwrap();
    (phone, vault)
}

/// Every row of the sealed tables without its revision, as `store` reads it.
pub fn content(store: &impl Store) -> Vec<(Table, Row)> {
    let rows = |table| ready(store.page(table, "", 999)).unwrap().into_iter();
    let all = SEALED.into_iter().flat_map(|table| rows(table).map(move |row| (table, row)));
    all.map(|(table, row)| (table, Row { rev: 0, ..row })).collect()
}

/// How many rows of the sealed tables show the note, in words or bytes.
pub fn readable(disk: &MemoryStore) -> usize {
    let shows = |row: &Row| {
        let in_bytes = row
            .bytes
            .as_deref()
            .is_some_and(|bytes| bytes.windows(NOTE.len()).any(|part| part == NOTE.as_bytes()));
        row.json.contains("note") || row.json.contains(NOTE) || in_bytes
    };
    content(disk).iter().filter(|(_, row)| shows(row)).count()
}

/// Runs a future of the memory twin, which never waits.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the memory twin waited"),
    }
}
