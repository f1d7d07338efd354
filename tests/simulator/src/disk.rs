//! A phone's storage: the memory twin of its database, behind faults that strike at a given call.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rounds::store::{Batch, Committed, MemoryStore, Op, Row, Store, StoreError, Table};

use crate::step::DiskFault;

/// The storage. Clones are two pages on one database.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// The rows, without any fault: for those who judge.
    pub rows: MemoryStore,
    state: Rc<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: Cell<u64>,
    fault: Cell<Option<(u64, DiskFault)>>,
    is_dead: Cell<bool>,
    is_full: Cell<bool>,
    has_struck: Cell<bool>,
    touched: RefCell<Vec<(Table, String)>>,
}

enum Strike {
    No,
    Before(StoreError),
    After(StoreError),
}

impl Disk {
    /// A disk that holds these rows.
    pub fn holding(rows: MemoryStore) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Makes a fault strike from the next call on.
    pub fn plan(&self, fault: Option<DiskFault>) {
        self.state.fault.set(fault.map(|fault| (self.state.calls.get(), fault)));
        self.state.has_struck.set(false);
    }

    /// True once the planned fault struck.
    pub fn has_struck(&self) -> bool {
        self.state.has_struck.get()
    }

    /// From now on nothing more fits, or all does.
    pub fn set_full(&self, is_full: bool) {
        self.state.is_full.set(is_full);
    }

    /// True while nothing more fits.
    pub fn is_full(&self) -> bool {
        self.state.is_full.get()
    }

    /// True after a death: nothing is answered any more.
    pub fn is_dead(&self) -> bool {
        self.state.is_dead.get()
    }

    /// What is found when the phone is switched on again.
    pub fn revived(&self) -> Self {
        let new = Self::holding(self.rows.clone());
        new.set_full(self.is_full());
        new.state.touched.replace(self.take_touched());
        new
    }

    /// The rows written or deleted since this was last asked.
    pub fn take_touched(&self) -> Vec<(Table, String)> {
        self.state.touched.take()
    }

    fn strike(&self) -> Strike {
        let state = &self.state;
        state.calls.set(state.calls.get() + 1);
        if state.is_dead.get() {
            return Strike::Before(died());
        }
        let Some((from, fault)) = state.fault.get() else { return Strike::No };
        let (DiskFault::Fails { nth, after, .. } | DiskFault::Dies { nth, after }) = fault;
        if state.calls.get() < from + u64::from(nth) {
            return Strike::No;
        }
        state.fault.set(None);
        state.has_struck.set(true);
        let error = match fault {
            DiskFault::Fails { full: true, .. } => StoreError::Full,
            DiskFault::Fails { .. } => StoreError::Lost("the connection broke".to_owned()),
            DiskFault::Dies { .. } => {
                state.is_dead.set(true);
                died()
            }
        };
        if after { Strike::After(error) } else { Strike::Before(error) }
    }

    async fn call<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        match self.strike() {
            Strike::No => work.await,
            Strike::Before(error) => Err(error),
            Strike::After(error) => work.await.and(Err(error)),
        }
    }

    /// Full means that nothing grows: rows that were there may still be written.
    async fn fits(&self, batch: &Batch) -> bool {
        if !self.is_full() {
            return true;
        }
        for op in &batch.ops {
            let (Op::Put { table, row } | Op::Number { table, row }) = op else { continue };
            if !matches!(self.rows.get(*table, &row.key).await, Ok(Some(_))) {
                return false;
            }
        }
        true
    }
}

impl Store for Disk {
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError> {
        self.call(self.rows.get(table, key)).await
    }

    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.call(self.rows.group(table, group, limit)).await
    }

    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.call(self.rows.page(table, after, limit)).await
    }

    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError> {
        self.call(self.rows.count(table, group)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.call(async {
            if !self.fits(&batch).await {
                self.state.has_struck.set(true);
                return Err(StoreError::Full);
            }
            {
                let mut touched = self.state.touched.borrow_mut();
                touched.extend(batch.ops.iter().filter_map(|op| match op {
                    Op::Put { table, row } | Op::Number { table, row } => Some((*table, row.key.clone())),
                    Op::Delete { table, key } => Some((*table, key.clone())),
                    Op::Expect { .. } => None,
                }));
            }
            self.rows.commit(batch).await
        })
        .await
    }
}

fn died() -> StoreError {
    StoreError::Lost("the phone died".to_owned())
}

/// Runs a future whose every step is ready at once, as all of memory's are.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing in memory has to be waited for"),
    }
}
