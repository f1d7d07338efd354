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
use super::lock::{self, LOCK, Lock, LockState};
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

/// Something to be done with the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Make a key, wrap it under this PIN and recovery code, and turn the lock on.
    TurnOn(String, [u8; 16]),
    /// Open the lock with the PIN.
    Unlock(String),
    /// Open it with the recovery code, and give it a new PIN. Such tries are not counted: nobody
    /// guesses 128 bits.
    Recover([u8; 16], String),
    /// Put the same key under another PIN: the present one, the new one. No row is written anew.
    ChangePin(String, String),
    /// Close after so many minutes in the background.
    Grace(u32),
    /// Turn the lock off, by the PIN.
    TurnOff(String),
}

/// Minutes in the background after which a new lock closes.
const GRACE_MIN: u32 = 5;

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

    /// Does it. After [`Deed::TurnOn`] and [`Deed::TurnOff`] the rows are yet to be written anew:
    /// [`Self::carry_on`].
    ///
    /// # Errors
    /// [`VaultError`]; [`StoreError::Conflict`] when the lock is not as the deed needs it.
    pub async fn perform(&self, deed: &Deed, now: Moment) -> Result<(), VaultError> {
        let (mut lock, rev) = lock::read(self.sealed.disk()).await?;
        let before = lock.clone();
        let needs_on = !matches!(deed, Deed::TurnOn(..));
        if lock.state.is_on() != needs_on {
            return Err(StoreError::Conflict { key: LOCK.to_owned() }.into());
        }
        let key = match deed {
            Deed::TurnOn(pin, recovery) => {
                let (keys, key) = self.maker.create(pin, recovery).await?;
                lock =
                    Lock { state: LockState::Sealing, grace_min: GRACE_MIN, digits: false, keys: Some(keys) };
                Some(key)
            }
            Deed::Grace(minutes) => {
                lock.grace_min = *minutes;
                None
            }
            Deed::Unlock(pin) | Deed::ChangePin(pin, _) | Deed::TurnOff(pin) => {
                self.count_try(now).await?;
                Some(self.unwrap(&mut lock, Secret::Pin(pin), deed).await?)
            }
            Deed::Recover(recovery, _) => {
                Some(self.unwrap(&mut lock, Secret::Recovery(recovery), deed).await?)
            }
        };
        match deed {
            Deed::TurnOn(pin, _) | Deed::Recover(_, pin) | Deed::ChangePin(_, pin) => {
                lock.digits = pin::is_digits(pin);
            }
            Deed::TurnOff(_) => lock.state = LockState::Opening,
            Deed::Unlock(_) | Deed::Grace(_) => {}
        }
        let mut batch = Batch::new();
        // Whoever has the key has earned new tries.
        if key.is_some() {
            batch = put_tries(batch, &Tries::default());
        }
        if lock != before {
            batch = batch.expect(Table::Meta, LOCK, rev).put(Table::Meta, lock::row(&lock));
        }
        self.sealed.disk().commit(batch).await?;
        let rev = if lock == before { rev } else { Some(rev.unwrap_or(0) + 1) };
        match key {
            Some(key) => self.sealed.follow(&lock, rev, Some(Rc::new(key))),
            None => drop(self.sealed.look().await?),
        }
        Ok(())
    }

    /// Goes on with sealing or opening rows where that was begun, to its end. Asked for with nothing
    /// under way it does nothing.
    ///
    /// # Errors
    /// As [`convert`]; to be called again then.
    pub async fn carry_on(&self, tell: &dyn Fn(&Converted)) -> Result<Converted, VaultError> {
        let mut lock = self.sealed.look().await?;
        if !lock.state.is_under_way() {
            return Ok(Converted::default());
        }
        let converted = convert(&self.sealed, tell).await?;
        lock.state = match lock.state {
            LockState::Sealing => LockState::On,
            _ => LockState::Off,
        };
        // A row that did not open may be opened by someone cleverer, as long as its key is there.
        if lock.state == LockState::Off && converted.left.is_empty() {
            lock.keys = None;
        }
        let batch = Batch::new().expect(Table::Meta, LOCK, self.sealed.held.rev.get());
        self.sealed.disk().commit(batch.put(Table::Meta, lock::row(&lock))).await?;
        self.sealed.look().await?;
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

    /// The key, if the secret fits; where the deed has a new PIN, `lock` has it after this.
    async fn unwrap(
        &self,
        lock: &mut Lock,
        secret: Secret<'_>,
        deed: &Deed,
    ) -> Result<K::Cipher, VaultError> {
        let keys = lock.keys.take().ok_or(CipherError::Broken)?;
        let key = self.maker.unwrap(&keys, secret).await?;
        lock.keys = Some(match deed {
            Deed::Recover(_, pin) | Deed::ChangePin(_, pin) => self.maker.rewrap(&keys, secret, pin).await?,
            _ => keys,
        });
        Ok(key)
    }

    /// Counts a try on disk, failed until it is known to be right.
    async fn count_try(&self, now: Moment) -> Result<(), VaultError> {
        let (tries, rev) = self.tries().await?;
        let left_ms = self.left_ms(&tries, rev, now);
        if left_ms > 0 {
            return Err(VaultError::Wait { left_ms });
        }
        let counted = put_tries(Batch::new(), &tries.with_one_more(now.wall_ms));
        self.sealed.disk().commit(counted.expect(Table::Meta, LOCK_TRIES, rev)).await?;
        Ok(())
    }

    fn left_ms(&self, tries: &Tries, rev: Option<u64>, now: Moment) -> u64 {
        let countdown = Countdown::follow(self.countdown.get(), tries, rev, now);
        self.countdown.set(Some(countdown));
        countdown.left_ms(now)
    }

    async fn tries(&self) -> Result<(Tries, Option<u64>), StoreError> {
        match self.sealed.disk().get(Table::Meta, LOCK_TRIES).await? {
            // A count that cannot be read must not shut anybody out for ever.
            Some(row) => Ok((Tries::from(parse::<Vec<u64>>(&row).unwrap_or_default()), Some(row.rev))),
            None => Ok((Tries::default(), None)),
        }
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

fn put_tries(batch: Batch, tries: &Tries) -> Batch {
    batch.put(Table::Meta, Row::new(LOCK_TRIES, "", to_json(&tries.to_list())))
}
