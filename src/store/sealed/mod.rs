//! The device lock: a store that seals what the person wrote before it reaches the disk.
//!
//! [`Sealed`] stands around a backend. While the lock is off it hands everything through; while it is
//! on, rows of the [`SEALED`] tables are sealed before a commit opens its transaction (nothing but
//! IndexedDB may be awaited inside one) and opened after a read. Plain and sealed rows may stand side
//! by side, so the lock is turned on and off in small steps that a crash cannot spoil ([`convert`]).
//!
//! **Several pages.** Every write that is sealed, or would have been, asks that the lock's row stand
//! at the revision this page knows. A page that knows less looks again: it goes on if it has the key,
//! and is [`StoreError::Locked`] otherwise. So no page ever writes a plain row behind a lock that
//! another page has set, nor a sealed one behind a key that is gone.
//!
//! **A row that does not open** with the right key is handed up as it lies, where its reader finds it
//! damaged and sets it aside; it is written back as it lies too. One spoilt row holds up no other,
//! and none is deleted.
//!
//! Keys come from a [`cipher::KeyMaker`]; [`vault`] is what a person does with the lock. Knows
//! nothing of screens.

pub mod cipher;
pub mod convert;
pub mod envelope;
pub mod lock;
pub mod pin;
pub mod recovery;
pub mod tries;
pub mod vault;
#[cfg(target_arch = "wasm32")]
pub mod web;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use self::cipher::{Cipher, CipherError};
use self::lock::{LOCK, Lock};
use super::row::{Row, Table};
use super::{Batch, Committed, Op, Store, StoreError};

pub use envelope::SEALED;

/// How often a write is tried while other pages keep changing the lock.
const TRIES: usize = 4;

/// A store behind the device lock. Clones share the key.
pub struct Sealed<S, C> {
    disk: S,
    held: Rc<Held<C>>,
}

struct Held<C> {
    /// The revision of the lock's row that `mode` follows from.
    rev: Cell<Option<u64>>,
    mode: RefCell<Mode<C>>,
    writing: Cell<u32>,
    /// The last write did not reach the disk, so the screen alone may have something.
    owing: Cell<bool>,
}

/// What a page does with rows.
enum Mode<C> {
    /// The lock is off.
    Plain,
    /// The lock is on and the key is not here.
    Locked,
    /// The key is here.
    Open { cipher: Rc<C>, seals: bool },
}

impl<C> Clone for Mode<C> {
    fn clone(&self) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Locked => Self::Locked,
            Self::Open { cipher, seals } => Self::Open { cipher: Rc::clone(cipher), seals: *seals },
        }
    }
}

impl<S: Clone, C> Clone for Sealed<S, C> {
    fn clone(&self) -> Self {
        Self { disk: self.disk.clone(), held: Rc::clone(&self.held) }
    }
}

impl<S: Store, C: Cipher> Sealed<S, C> {
    /// Stands around `disk`, closed when its lock is on.
    ///
    /// # Errors
    /// As the store; [`StoreError::Damaged`] when the lock's row cannot be read.
    pub async fn new(disk: S) -> Result<Self, StoreError> {
        let sealed = Self::around(disk, Mode::Plain);
        sealed.look().await?;
        Ok(sealed)
    }

    /// Stands around `disk` with this key and no lock's row: for tests of the rows alone.
    pub fn with_key(disk: S, cipher: C) -> Self {
        Self::around(disk, Mode::Open { cipher: Rc::new(cipher), seals: true })
    }

    fn around(disk: S, mode: Mode<C>) -> Self {
        let held = Held {
            rev: Cell::new(None),
            mode: RefCell::new(mode),
            writing: Cell::new(0),
            owing: Cell::new(false),
        };
        Self { disk, held: Rc::new(held) }
    }

    /// What is around nothing: rows as they lie.
    pub fn disk(&self) -> &S {
        &self.disk
    }

    /// True when the lock is on and the key is not here.
    pub fn is_locked(&self) -> bool {
        matches!(*self.held.mode.borrow(), Mode::Locked)
    }

    /// True while a write is under way.
    pub fn is_writing(&self) -> bool {
        self.held.writing.get() > 0
    }

    /// True when no write is under way and the last one reached the disk: nothing is on the screen
    /// alone, as far as the store can know.
    pub fn is_quiet(&self) -> bool {
        !self.is_writing() && !self.held.owing.get()
    }

    /// Reads the lock's row again and follows it: another page may have changed it.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn look(&self) -> Result<Lock, StoreError> {
        let (lock, rev) = lock::read(&self.disk).await?;
        let key = match &*self.held.mode.borrow() {
            Mode::Open { cipher, .. } => Some(Rc::clone(cipher)),
            _ => None,
        };
        self.follow(&lock, rev, key);
        Ok(lock)
    }

    /// Follows the lock as it stands at `rev`, with `key` if it is the lock's.
    fn follow(&self, lock: &Lock, rev: Option<u64>, key: Option<Rc<C>>) {
        let fits = |key: &Rc<C>| lock.keys.as_ref().is_some_and(|keys| keys.id == key.id());
        let mode = match key.filter(fits) {
            _ if !lock.state.is_on() => Mode::Plain,
            Some(cipher) => Mode::Open { cipher, seals: lock.state.seals() },
            None => Mode::Locked,
        };
        self.held.mode.replace(mode);
        self.held.rev.set(rev);
    }

    fn mode(&self) -> Result<Mode<C>, StoreError> {
        match self.held.mode.borrow().clone() {
            Mode::Locked => Err(StoreError::Locked),
            mode => Ok(mode),
        }
    }

    async fn commit_guarded(&self, batch: &Batch) -> Result<Committed, StoreError> {
        for _ in 0..TRIES {
            let (mode, rev) = (self.mode()?, self.held.rev.get());
            let sealed = seal_all(&mode, batch.clone()).await?.expect(Table::Meta, LOCK, rev);
            match self.disk.commit(sealed).await {
                Err(StoreError::Conflict { key }) if key == LOCK => self.look().await?,
                done => return done,
            };
        }
        Err(StoreError::Conflict { key: LOCK.to_owned() })
    }

    async fn open_row(&self, table: Table, row: Row) -> Result<Row, StoreError> {
        let Some(id) = envelope::key_id(&row) else { return Ok(row) };
        let mut mode = self.mode()?;
        // Sealed after this page last looked at the lock.
        if !matches!(&mode, Mode::Open { cipher, .. } if cipher.id() == id) {
            self.look().await?;
            mode = self.mode()?;
        }
        let Mode::Open { cipher, .. } = mode else { return Ok(row) };
        match envelope::open(&*cipher, table, row.clone()).await {
            Ok(opened) => Ok(opened),
            Err(CipherError::Broken) => Ok(row),
            Err(CipherError::Failed(why)) => Err(StoreError::Other(why)),
        }
    }

    async fn open_rows(&self, table: Table, rows: Vec<Row>) -> Result<Vec<Row>, StoreError> {
        if !envelope::is_for(table) {
            return Ok(rows);
        }
        self.mode()?;
        let opening = rows.into_iter().map(|row| self.open_row(table, row));
        together(opening).await.into_iter().collect()
    }
}

impl<S: Store, C: Cipher> Store for Sealed<S, C> {
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError> {
        let row = self.disk.get(table, key).await?;
        Ok(self.open_rows(table, row.into_iter().collect()).await?.pop())
    }

    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.open_rows(table, self.disk.group(table, group, limit).await?).await
    }

    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.open_rows(table, self.disk.page(table, after, limit).await?).await
    }

    /// Counts stay readable behind a closed lock: a person should see how much waits.
    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError> {
        self.disk.count(table, group).await
    }

    async fn keys(&self, table: Table, group: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.disk.keys(table, group).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        if !batch.tables().into_iter().any(envelope::is_for) {
            return self.disk.commit(batch).await;
        }
        let held = &self.held;
        held.writing.update(|n| n + 1);
        let done = self.commit_guarded(&batch).await;
        held.writing.update(|n| n - 1);
        // A conflict is settled by reading; it leaves nothing on the screen alone.
        held.owing.set(!matches!(done, Ok(_) | Err(StoreError::Conflict { .. })));
        done
    }
}

async fn seal_all<C: Cipher>(mode: &Mode<C>, mut batch: Batch) -> Result<Batch, StoreError> {
    let Mode::Open { cipher, seals: true } = mode else { return Ok(batch) };
    let sealing = batch.ops.into_iter().map(async |op| {
        Ok(match op {
            Op::Put { table, row } if envelope::is_for(table) => {
                Op::Put { table, row: envelope::seal(&**cipher, table, row).await? }
            }
            Op::Number { table, row } if envelope::is_for(table) => {
                Op::Number { table, row: envelope::seal(&**cipher, table, row).await? }
            }
            other => other,
        })
    });
    let sealed: Result<Vec<Op>, CipherError> = together(sealing).await.into_iter().collect();
    batch.ops = sealed.map_err(|error| StoreError::Other(error.to_string()))?;
    Ok(batch)
}

/// Drives all of these at once: a browser's cipher works beside the page, and asking one after another
/// would wait for it each time.
async fn together<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waits = false;
        for (future, done) in &mut running {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(output) => *done = Some(output),
                    std::task::Poll::Pending => waits = true,
                }
            }
        }
        if waits { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}
