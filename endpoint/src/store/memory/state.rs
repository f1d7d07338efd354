//! Rows, how to take their changes back, and which changes would outlive a power cut.

use std::collections::BTreeMap;

use super::faults::{Moment, Plant};
use super::tables::Tables;

/// Takes one change back.
type Undo = Box<dyn FnOnce(&mut Tables) + Send>;

#[derive(Clone, Copy)]
pub(super) struct Fault {
    pub(super) at: u64,
    pub(super) moment: Moment,
    pub(super) lasting: bool,
}

pub(super) struct State {
    pub(super) tables: Tables,
    /// Changes of the open transaction, oldest first.
    open: Option<Vec<Undo>>,
    /// Changes of a transaction that was answered but not committed, by [`Plant::AnswerBeforeCommit`].
    promised: Vec<Undo>,
    /// Changes that were committed but not synced, by [`Plant::NoSync`].
    unsynced: Vec<Undo>,
    /// Raised by every kill, so that a transaction of an earlier life knows that it is gone.
    pub(super) life: u64,
    pub(super) operations: u64,
    pub(super) fault: Option<Fault>,
    pub(super) plant: Option<Plant>,
}

impl State {
    pub(super) fn new(store_id: &str) -> Self {
        Self {
            tables: Tables::new(store_id),
            open: None,
            promised: Vec::new(),
            unsynced: Vec::new(),
            life: 0,
            operations: 0,
            fault: None,
            plant: None,
        }
    }

    pub(super) fn has(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    pub(super) fn begin(&mut self) {
        self.roll_back();
        let promised = std::mem::take(&mut self.promised);
        self.settle(promised);
        self.open = Some(Vec::new());
    }

    pub(super) fn commit(&mut self) {
        let changes = self.open.take().unwrap_or_default();
        if self.has(Plant::AnswerBeforeCommit) {
            self.promised = changes;
        } else {
            self.settle(changes);
        }
    }

    /// A change that is no part of the open transaction, if there is one.
    pub(super) fn apart<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let other = self.open.replace(Vec::new());
        let done = work(self);
        let changes = std::mem::replace(&mut self.open, other).unwrap_or_default();
        match &done {
            Ok(_) => self.settle(changes),
            Err(_) => take_back(&mut self.tables, changes),
        }
        done
    }

    pub(super) fn roll_back(&mut self) {
        take_back(&mut self.tables, self.open.take().unwrap_or_default());
    }

    /// Sets a row.
    pub(super) fn put<K, V>(&mut self, table: fn(&mut Tables) -> &mut BTreeMap<K, V>, key: K, value: V)
    where
        K: Ord + Clone + Send + 'static,
        V: Send + 'static,
    {
        let old = table(&mut self.tables).insert(key.clone(), value);
        self.note(move |tables| match old {
            Some(old) => drop(table(tables).insert(key, old)),
            None => drop(table(tables).remove(&key)),
        });
    }

    /// Removes a row.
    pub(super) fn remove<K, V>(&mut self, table: fn(&mut Tables) -> &mut BTreeMap<K, V>, key: &K)
    where
        K: Ord + Clone + Send + 'static,
        V: Send + 'static,
    {
        if let Some((key, old)) = table(&mut self.tables).remove_entry(key) {
            self.note(move |tables| drop(table(tables).insert(key, old)));
        }
    }

    /// Ends the endpoint's life: what it had not committed is gone.
    pub(super) fn kill(&mut self) {
        self.roll_back();
        take_back(&mut self.tables, std::mem::take(&mut self.promised));
        self.life += 1;
        self.fault = None;
    }

    pub(super) fn power_cut(&mut self) {
        self.kill();
        take_back(&mut self.tables, std::mem::take(&mut self.unsynced));
    }

    pub(super) fn sync(&mut self) {
        self.unsynced.clear();
    }

    /// Other rows altogether; they are on disk.
    pub(super) fn put_back(&mut self, tables: Tables) {
        self.tables = tables;
        self.unsynced.clear();
    }

    /// What a copy of the disk holds: nothing that is not committed.
    pub(super) fn durable(&mut self) -> &Tables {
        debug_assert!(self.open.is_none(), "a backup is taken between requests");
        &self.tables
    }

    fn settle(&mut self, changes: Vec<Undo>) {
        if self.has(Plant::NoSync) {
            self.unsynced.extend(changes);
        } else {
            // Syncing a log writes all that came before, too.
            self.unsynced.clear();
        }
    }

    fn note(&mut self, undo: impl FnOnce(&mut Tables) + Send + 'static) {
        if let Some(open) = &mut self.open {
            open.push(Box::new(undo));
        }
    }
}

fn take_back(tables: &mut Tables, changes: Vec<Undo>) {
    for undo in changes.into_iter().rev() {
        undo(tables);
    }
}
