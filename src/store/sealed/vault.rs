//! What a person does with the lock: turn it on and off, open it, change the PIN, recover.
//!
//! The order on disk is the promise: a try is counted before it is judged, the wrapped key stands
//! before the first row is sealed, and it goes only after the last row is plain again. Knows no
//! screens and no clock; moments are arguments.

use std::cell::Cell;
use std::rc::Rc;

use thiserror::Error;

use super::Sealed;
use super::cipher::{CipherError, KeyMaker, Secret};
use super::convert::{Converted, convert};
use super::lock::{self, LOCK, Lock, LockState, WrappedKeys};
use super::pin;
use super::tries::{Countdown, Moment, Tries};
use crate::store::draft::{parse, to_json};
use crate::store::{Batch, Row, Store, StoreError, Table};

/// The key of the tries' row in [`Table::Meta`].
pub const LOCK_TRIES: &str = "device_lock_tries";

/// Why the lock did not do what was asked. No row was changed but the count of tries.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    /// The PIN or code does not fit.
    #[error("it does not fit")]
    Wrong,
    /// Too many tries: not yet.
    #[error("not before {left_ms} ms have passed")]
    Wait {
        /// Milliseconds.
        left_ms: u64,
    },
    /// The browser's cryptography failed.
    #[error("the browser's cryptography failed: {0}")]
    Keys(String),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many tries are left and how long to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// Free tries left.
    pub tries_left: u32,
    /// Milliseconds until the next try.
    pub wait_ms: u64,
}

/// The lock of one store, for one page.
pub struct Vault<S, K: KeyMaker> {
    sealed: Sealed<S, K::Cipher>,
    maker: K,
    countdown: Cell<Option<Countdown>>,
}

impl<S: Store, K: KeyMaker> Vault<S, K> {
    /// The lock of `sealed`, with keys made by `maker`.
    pub fn new(sealed: Sealed<S, K::Cipher>, maker: K) -> Self {
        Self { sealed, maker, countdown: Cell::new(None) }
    }

    /// The lock as it stands.
    ///
    /// # Errors
    /// As the store.
    pub async fn lock(&self) -> Result<Lock, StoreError> {
        self.sealed.look().await
    }

    /// Makes a key, wraps it under both secrets and turns the lock on; [`Self::carry_on`] then seals
    /// the rows that are there.
    ///
    /// # Errors
    /// [`VaultError`]; [`StoreError::Conflict`] when another page was first.
    pub async fn turn_on(&self, pin: &str, recovery: &[u8; 16], grace_min: u32) -> Result<(), VaultError> {
        let (old, rev) = lock::read(self.sealed.disk()).await?;
        if old.state.is_on() {
            return Err(StoreError::Conflict { key: LOCK.to_owned() }.into());
        }
        let (keys, cipher) = self.maker.create(pin, recovery).await?;
        let lock =
            Lock { state: LockState::Sealing, grace_min, digits: pin::is_digits(pin), keys: Some(keys) };
        // The tries of an earlier lock are forgotten with it.
        let batch = tries_row(Batch::new(), &Tries::default());
        self.write(batch, &lock, rev, Some(Rc::new(cipher))).await
    }

    /// Opens the lock.
    ///
    /// # Errors
    /// [`VaultError::Wrong`], [`VaultError::Wait`]; a count that cannot be written judges nothing.
    pub async fn unlock(&self, pin: &str, now: Moment) -> Result<(), VaultError> {
        let (lock, rev, keys) = self.standing().await?;
        let cipher = self.judged(now, self.maker.unwrap(&keys, Secret::Pin(pin))).await?;
        self.sealed.follow(&lock, rev, Some(Rc::new(cipher)));
        Ok(())
    }

    /// Opens the lock with the recovery code and gives it a new PIN. Its tries are not counted:
    /// nobody guesses 128 bits.
    ///
    /// # Errors
    /// [`VaultError::Wrong`] when it is not this lock's code.
    pub async fn recover(&self, recovery: &[u8; 16], pin: &str) -> Result<(), VaultError> {
        let (mut lock, rev, keys) = self.standing().await?;
        let secret = Secret::Recovery(recovery);
        let cipher = self.maker.unwrap(&keys, secret).await?;
        lock.keys = Some(self.maker.rewrap(&keys, secret, pin).await?);
        lock.digits = pin::is_digits(pin);
        self.write(tries_row(Batch::new(), &Tries::default()), &lock, rev, Some(Rc::new(cipher))).await
    }

    /// Puts the same key under another PIN; no row is written anew.
    ///
    /// # Errors
    /// As [`Self::unlock`].
    pub async fn change_pin(&self, old: &str, new: &str, now: Moment) -> Result<(), VaultError> {
        let (mut lock, rev, keys) = self.standing().await?;
        lock.keys = Some(self.judged(now, self.maker.rewrap(&keys, Secret::Pin(old), new)).await?);
        lock.digits = pin::is_digits(new);
        self.write(Batch::new(), &lock, rev, None).await
    }

    /// Sets after how many minutes in the background the lock closes.
    ///
    /// # Errors
    /// As the store.
    pub async fn set_grace(&self, minutes: u32) -> Result<(), VaultError> {
        let (mut lock, rev) = lock::read(self.sealed.disk()).await?;
        lock.grace_min = minutes;
        self.write(Batch::new(), &lock, rev, None).await
    }

    /// Begins to turn the lock off; [`Self::carry_on`] then writes the rows plain.
    ///
    /// # Errors
    /// As [`Self::unlock`].
    pub async fn turn_off(&self, pin: &str, now: Moment) -> Result<(), VaultError> {
        let (mut lock, rev, keys) = self.standing().await?;
        let cipher = self.judged(now, self.maker.unwrap(&keys, Secret::Pin(pin))).await?;
        lock.state = LockState::Opening;
        self.write(Batch::new(), &lock, rev, Some(Rc::new(cipher))).await
    }

    /// Goes on with sealing or opening rows where that was begun, to its end. Asked for with nothing
    /// under way it does nothing.
    ///
    /// # Errors
    /// As [`convert`]; to be called again then.
    pub async fn carry_on(&self, tell: impl Fn(&Converted)) -> Result<Converted, VaultError> {
        let lock = self.sealed.look().await?;
        if !lock.state.is_under_way() {
            return Ok(Converted::default());
        }
        let converted = convert(&self.sealed, tell).await?;
        let rev = self.sealed.held.rev.get();
        let lock = match lock.state {
            LockState::Sealing => Lock { state: LockState::On, ..lock },
            // A row that did not open may be opened by someone cleverer, as long as its key is there.
            _ => {
                Lock { state: LockState::Off, keys: lock.keys.filter(|_| !converted.left.is_empty()), ..lock }
            }
        };
        self.write(Batch::new(), &lock, rev, None).await?;
        Ok(converted)
    }

    /// How many tries are left and how long to wait.
    ///
    /// # Errors
    /// As the store.
    pub async fn patience(&self, now: Moment) -> Result<Patience, StoreError> {
        let (tries, rev) = self.tries().await?;
        Ok(Patience { tries_left: tries.left(), wait_ms: self.left_ms(&tries, rev, now) })
    }

    /// Counts a try on disk, then lets `judge` judge it.
    async fn judged<T>(
        &self,
        now: Moment,
        judge: impl Future<Output = Result<T, CipherError>>,
    ) -> Result<T, VaultError> {
        let (tries, rev) = self.tries().await?;
        let left_ms = self.left_ms(&tries, rev, now);
        if left_ms > 0 {
            return Err(VaultError::Wait { left_ms });
        }
        let counted = tries_row(Batch::new(), &tries.with_one_more(now.wall_ms));
        self.sealed.disk().commit(counted.expect(Table::Meta, LOCK_TRIES, rev)).await?;
        let right = judge.await?;
        let forgotten = Tries { seen_ms: tries.seen_ms.max(now.wall_ms), ..Tries::default() };
        self.sealed.disk().commit(tries_row(Batch::new(), &forgotten)).await?;
        Ok(right)
    }

    fn left_ms(&self, tries: &Tries, rev: Option<u64>, now: Moment) -> u64 {
        let countdown = Countdown::follow(self.countdown.get(), tries, rev, now);
        self.countdown.set(Some(countdown));
        countdown.left_ms(now)
    }

    async fn tries(&self) -> Result<(Tries, Option<u64>), StoreError> {
        match self.sealed.disk().get(Table::Meta, LOCK_TRIES).await? {
            Some(row) => Ok((parse(&row)?, Some(row.rev))),
            None => Ok((Tries::default(), None)),
        }
    }

    async fn standing(&self) -> Result<(Lock, Option<u64>, WrappedKeys), VaultError> {
        let (lock, rev) = lock::read(self.sealed.disk()).await?;
        let keys = lock.keys.clone().filter(|_| lock.state.is_on());
        let keys = keys.ok_or_else(|| StoreError::Conflict { key: LOCK.to_owned() })?;
        Ok((lock, rev, keys))
    }

    /// Writes the lock's row on condition that it stands at `rev`, and follows it.
    async fn write(
        &self,
        batch: Batch,
        lock: &Lock,
        rev: Option<u64>,
        key: Option<Rc<K::Cipher>>,
    ) -> Result<(), VaultError> {
        let batch = batch.expect(Table::Meta, LOCK, rev).put(Table::Meta, lock::row(lock));
        self.sealed.disk().commit(batch).await?;
        match key {
            Some(key) => self.sealed.follow(lock, Some(rev.unwrap_or(0) + 1), Some(key)),
            None => drop(self.sealed.look().await?),
        }
        Ok(())
    }
}

impl From<CipherError> for VaultError {
    fn from(error: CipherError) -> Self {
        match error {
            CipherError::Broken => Self::Wrong,
            CipherError::Failed(why) => Self::Keys(why),
        }
    }
}

fn tries_row(batch: Batch, tries: &Tries) -> Batch {
    batch.put(Table::Meta, Row::new(LOCK_TRIES, "", to_json(tries)))
}
