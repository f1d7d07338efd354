//! The steps of a transaction on server-owned records.

use super::state::State;
use super::tables::{RecordRow, pair};
use super::tx::MemoryTx;
use crate::store::{Record, StoreError};

impl MemoryTx {
    /// The revision and the site of a record, buried ones included.
    pub(in crate::store) fn current(
        &self,
        kind: &str,
        id: &str,
    ) -> Result<Option<(u64, String)>, StoreError> {
        let key = pair(kind, id);
        self.step(|state| Ok(state.tables.records.get(&key).map(|row| (row.rev, row.site.clone()))))
    }

    pub(in crate::store) fn was_judged_by(&self, standard: &str) -> Result<bool, StoreError> {
        self.step(|state| Ok(state.tables.judged_by.contains_key(standard)))
    }

    pub(in crate::store) fn insert_record(&self, record: &Record, change: i64) -> Result<bool, StoreError> {
        self.step(|state| {
            let is_free = !state.tables.records.contains_key(&pair(&record.kind, &record.id));
            if is_free {
                write(state, record, 1, change);
            }
            Ok(is_free)
        })
    }

    pub(in crate::store) fn update_record(
        &self,
        record: &Record,
        base: u64,
        change: i64,
    ) -> Result<bool, StoreError> {
        let key = pair(&record.kind, &record.id);
        self.step(|state| {
            let fits = state.tables.records.get(&key).is_some_and(|row| row.rev == base);
            if fits {
                write(state, record, base + 1, change);
            }
            Ok(fits)
        })
    }

    pub(in crate::store) fn living(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        self.step(|state| Ok(state.tables.living(kind)))
    }

    pub(in crate::store) fn bury(&self, kind: &str, id: &str, change: i64) -> Result<(), StoreError> {
        let key = pair(kind, id);
        self.set(|state| {
            if let Some(row) = state.tables.records.get(&key) {
                let site = row.site.clone();
                let (rev, body) = (row.rev + 1, "null".into());
                replace(state, key, RecordRow { site, rev, deleted: true, body, change_seq: change });
            }
        })
    }
}

fn write(state: &mut State, record: &Record, rev: u64, change_seq: i64) {
    let body = record.body.to_string().into();
    let row = RecordRow { site: record.site.clone(), rev, deleted: false, body, change_seq };
    replace(state, pair(&record.kind, &record.id), row);
}

fn replace(state: &mut State, key: (String, String), row: RecordRow) {
    if let Some(old) = state.tables.records.get(&key).map(|old| old.change_seq) {
        state.remove(|tables| &mut tables.changes, &old);
    }
    state.put(|tables| &mut tables.changes, row.change_seq, key.clone());
    state.put(|tables| &mut tables.records, key, row);
}
