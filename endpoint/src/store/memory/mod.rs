//! The twin of the endpoint's database and of its folder of photos: rows and bytes in memory, the
//! same decisions above them, and faults on demand.
//!
//! For tests of everything above the store; the program never makes one. Every future that it gives
//! is ready when polled, as long as no other transaction is open, so no runtime is needed. Knows
//! nothing of SQL and of files.

mod faults;
mod files;
mod records;
mod state;
mod tables;
mod tokens;
mod tx;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::RwLock;

use self::state::State;
use self::tables::{Code, Tables};
use super::{Backend, Store, StoreError};
use crate::photos::Photos;

pub use faults::{Moment, Plant};
pub(super) use tx::MemoryTx;

/// What the endpoint's machine keeps: its database and its photos. Clones share it; the test holds
/// one, and each start of the endpoint is a [`Disk::store`] with a [`Disk::photos`].
#[derive(Clone)]
pub struct Disk {
    state: Arc<Mutex<State>>,
    /// One writer at a time, and no reader meanwhile: nobody sees what is not committed.
    gate: Arc<RwLock<()>>,
}

/// A backup: all rows and photos of one moment. Cheap to keep, and may be restored many times.
#[derive(Clone)]
pub struct Snapshot(Arc<Tables>);

impl Disk {
    /// An empty store of this id.
    pub fn new(store_id: &str) -> Self {
        Self { state: Arc::new(Mutex::new(State::new(store_id))), gate: Arc::default() }
    }

    /// The database, as an endpoint that starts finds it.
    pub fn store(&self) -> Store {
        Store(Backend::Memory(Attached { disk: self.clone(), closed: Arc::default() }))
    }

    /// The photos, as an endpoint that starts finds them.
    pub fn photos(&self) -> Photos {
        Photos::on(self.clone())
    }

    /// All of it now, as a backup would hold it.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(Arc::new(self.lock().durable().clone()))
    }

    /// Puts an old backup back: the same store, old counters. The endpoint is killed for it.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut state = self.lock();
        state.kill();
        state.put_back(snapshot.0.as_ref().clone());
    }

    /// Puts another, empty store in its place. The endpoint is killed for it.
    pub fn replace(&self, store_id: &str) {
        let mut state = self.lock();
        state.kill();
        state.put_back(Tables::new(store_id));
    }

    /// Kills the endpoint: open transactions are gone, planned faults with them. It may go on with
    /// the same [`Store`] or with a new one.
    pub fn kill(&self) {
        self.lock().kill();
    }

    /// Cuts the power: as [`Disk::kill`], and whatever was committed but not synced is gone too.
    pub fn power_cut(&self) {
        self.lock().power_cut();
    }

    /// Rows of received records, for comparing with receipts without a query.
    pub fn received(&self) -> u64 {
        self.lock().tables.items.len() as u64
    }

    /// Refused records that were kept.
    pub fn quarantined(&self) -> u64 {
        self.lock().tables.quarantine.len() as u64
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step<T>(&self, work: impl FnOnce(&mut State) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = self.lock();
        match state.strike() {
            None => work(&mut state),
            Some(Moment::Before) => Err(StoreError::Lost(FAULT)),
            Some(Moment::After) => work(&mut state).and(Err(StoreError::Lost(FAULT))),
        }
    }

    /// One write that is its own transaction.
    fn write<T>(&self, work: impl FnOnce(&mut State) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.step(|state| state.apart(work))
    }
}

/// The disk as one [`Store`] holds it.
#[derive(Clone)]
pub(super) struct Attached {
    disk: Disk,
    closed: Arc<AtomicBool>,
}

impl Attached {
    pub(super) fn store_id(&self) -> String {
        self.disk.lock().tables.store_id.clone()
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(super) async fn read<T>(&self, work: impl FnOnce(&Tables) -> T) -> Result<T, StoreError> {
        self.is_open()?;
        let _shared = self.disk.gate.read().await;
        self.disk.step(|state| Ok(work(&state.tables)))
    }

    pub(super) async fn begin(&self) -> Result<MemoryTx, StoreError> {
        self.is_open()?;
        let turn = Arc::clone(&self.disk.gate).write_owned().await;
        MemoryTx::begin(self.disk.clone(), turn)
    }

    pub(super) async fn add_code(
        &self,
        code_hash: &str,
        role: &str,
        sites: String,
        expires_ms: i64,
    ) -> Result<(), StoreError> {
        let code = Code { role: role.to_owned(), sites, expires_ms, used_ms: None };
        self.alone(|state| {
            if state.tables.codes.contains_key(code_hash) {
                return Err(StoreError::Lost("the code is there already"));
            }
            state.put(|tables| &mut tables.codes, code_hash.to_owned(), code);
            Ok(())
        })
        .await
    }

    pub(super) async fn revoke(&self, device_id: &str, now_ms: i64) -> Result<bool, StoreError> {
        self.alone(|state| {
            let Some(mut device) = state.tables.devices.get(device_id).cloned() else { return Ok(false) };
            device.revoked_ms = Some(now_ms);
            state.put(|tables| &mut tables.devices, device_id.to_owned(), device);
            Ok(true)
        })
        .await
    }

    async fn alone<T>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.is_open()?;
        let _turn = self.disk.gate.write().await;
        self.disk.write(work)
    }

    fn is_open(&self) -> Result<(), StoreError> {
        if self.closed.load(Ordering::SeqCst) { Err(StoreError::Lost("it was closed")) } else { Ok(()) }
    }
}

const FAULT: &str = "a fault was planned here";
