//! The twin of the phone's database: rows in memory, the same rules, and faults on demand.
//!
//! For tests of everything above the store. Knows nothing of browsers.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Store;
use super::batch::{Batch, Committed};
use super::error::StoreError;
use super::migrations::{self, Dump};
use super::plan::{self, Write};
use super::row::{Row, Table};

/// Rows in memory. Clones share them, like two tabs on one database.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    state: Rc<RefCell<State>>,
}

/// When a planned fault strikes, seen from the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing was done.
    Before,
    /// All was done, but the answer never came.
    After,
}

impl MemoryStore {
    /// An empty database of the present version.
    pub fn new() -> Self {
        Self::default()
    }

    /// A database as an older version left it, brought up by the migrations in between.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] for a version that this code does not know,
    /// [`StoreError::Damaged`] for a table that it does not know.
    pub fn load(version: u32, dump: Dump) -> Result<Self, StoreError> {
        let mut state = State::default();
        for (name, rows) in migrations::raise(migrations::ALL, version, dump)? {
            let table = Table::ALL
                .into_iter()
                .find(|table| table.name() == name)
                .ok_or_else(|| StoreError::Damaged(format!("no table is called {name}")))?;
            state
                .tables
                .entry(table)
                .or_default()
                .extend(rows.into_iter().map(|row| (Key(row.key.clone()), row)));
        }
        Ok(Self { state: Rc::new(RefCell::new(state)) })
    }

    /// What would be found after the phone died now: the same rows, none of the planned faults,
    /// and nothing shared with this store.
    pub fn after_crash(&self) -> Self {
        let tables = self.state.borrow().tables.clone();
        Self { state: Rc::new(RefCell::new(State { tables, ..State::default() })) }
    }

    /// Makes the `nth` call from now (1 is the next) fail with `error`, and only that one.
    pub fn fail_at(&self, nth: u64, moment: Moment, error: StoreError) {
        self.plan_fault(nth, moment, error, false);
    }

    /// Makes the `nth` call from now and every later one fail with [`StoreError::Lost`], as if the
    /// phone died there; [`Self::after_crash`] shows what it left.
    pub fn die_at(&self, nth: u64, moment: Moment) {
        self.plan_fault(nth, moment, StoreError::Lost("the phone died".to_owned()), true);
    }

    /// How many calls were made so far, failed ones included.
    pub fn calls(&self) -> u64 {
        self.state.borrow().calls
    }

    fn plan_fault(&self, nth: u64, moment: Moment, error: StoreError, lasting: bool) {
        let mut state = self.state.borrow_mut();
        let at = state.calls + nth;
        state.fault = Some(Fault { at, moment, error, lasting });
    }

    fn call<T>(&self, work: impl FnOnce(&mut Tables) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = self.state.borrow_mut();
        match state.strike() {
            None => work(&mut state.tables),
            Some((Moment::Before, error)) => Err(error),
            Some((Moment::After, error)) => work(&mut state.tables).and(Err(error)),
        }
    }
}

impl Store for MemoryStore {
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError> {
        self.call(|tables| Ok(tables.entry(table).or_default().get(&Key(key.to_owned())).cloned()))
    }

    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.call(|tables| {
            let rows = tables.entry(table).or_default().values();
            Ok(rows.filter(|row| row.group == group).take(limit).cloned().collect())
        })
    }

    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.call(|tables| {
            let from = Excluded(Key(after.to_owned()));
            let rows = tables.entry(table).or_default().range((from, Unbounded));
            Ok(rows.take(limit).map(|(_, row)| row.clone()).collect())
        })
    }

    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError> {
        self.call(|tables| {
            let rows = tables.entry(table).or_default().values();
            let rows = rows.filter(|row| group.is_none_or(|group| row.group == group));
            Ok(rows.count() as u64)
        })
    }

    async fn keys(&self, table: Table, group: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.call(|tables| {
            let rows = tables.entry(table).or_default().values();
            let rows = rows.filter(|row| group.is_none_or(|group| row.group == group));
            Ok(rows.map(|row| row.key.clone()).collect())
        })
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.call(|tables| apply(tables, &batch))
    }
}

type Tables = BTreeMap<Table, BTreeMap<Key, Row>>;

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    calls: u64,
    fault: Option<Fault>,
}

impl State {
    fn strike(&mut self) -> Option<(Moment, StoreError)> {
        self.calls += 1;
        let fault = self.fault.take_if(|fault| fault.at <= self.calls && !fault.lasting);
        let fault = fault.or_else(|| self.fault.clone().filter(|fault| fault.at <= self.calls))?;
        // A dead phone does nothing more, however it died.
        let moment = if fault.at < self.calls { Moment::Before } else { fault.moment };
        Some((moment, fault.error))
    }
}

#[derive(Clone, Debug)]
struct Fault {
    at: u64,
    moment: Moment,
    error: StoreError,
    lasting: bool,
}

/// A key in IndexedDB's order: by UTF-16 code unit, which is not Rust's order of strings.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key(String);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.encode_utf16().cmp(other.0.encode_utf16())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn apply(tables: &mut Tables, batch: &Batch) -> Result<Committed, StoreError> {
    let standing: HashMap<_, _> = plan::reads(batch)
        .into_iter()
        .filter_map(|(table, key)| {
            let row = tables.get(&table)?.get(&Key(key.clone()))?.clone();
            Some(((table, key), row))
        })
        .collect();
    let plan = plan::plan(batch, &standing)?;
    for write in plan.writes {
        match write {
            Write::Put(table, row) => {
                tables.entry(table).or_default().insert(Key(row.key.clone()), row);
            }
            Write::Delete(table, key) => {
                tables.entry(table).or_default().remove(&Key(key));
            }
        }
    }
    Ok(plan.committed)
}
