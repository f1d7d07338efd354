//! The device lock as the screens see it: closed, at work, or open.
//!
//! Closing is a reload: nothing that was decrypted, neither the key nor a word on the screen, outlives
//! the page. It waits until every write is on disk, and does not happen while one could not be
//! written. A page that is hidden is covered at once and closed when it was away too long.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::phone::{Phone, PhoneStore};
use crate::store::indexed_db::IndexedDb;
use crate::store::outbox::{self, Counts};
use crate::store::sealed::convert::Converted;
use crate::store::sealed::lock::Lock;
use crate::store::sealed::tries::Moment;
use crate::store::sealed::vault::{Patience, Vault, VaultError};
use crate::store::sealed::web::{self, WebKeys};
use crate::ui::platform::{clock, idle};

/// Minutes away before it closes, unless another choice was made.
const GRACE_MIN: u32 = 5;

/// What stands between the person and the screens.
#[derive(Clone, Debug, PartialEq)]
pub enum Gate {
    /// The PIN is asked for.
    Closed,
    /// Rows are being written anew.
    Working {
        /// Sealed; else plain.
        seals: bool,
        /// Rows done.
        done: u64,
        /// Of so many.
        of: u64,
    },
    /// That stopped; every row still opens, and it goes on when asked or at the next start.
    Stuck(VaultError),
    /// Nothing.
    Open,
}

/// The lock in the screens' context.
#[derive(Clone, Copy)]
pub struct PhoneLock {
    /// What the app shows.
    pub gate: RwSignal<Gate>,
    /// The lock as last read.
    pub lock: RwSignal<Lock>,
    /// Tries and waits, as last read.
    pub patience: RwSignal<Patience>,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

struct Inner {
    store: PhoneStore,
    vault: Vault<IndexedDb, WebKeys>,
    hidden_at: Cell<Option<Moment>>,
    timer: RefCell<Option<Timeout>>,
}

/// Provides the lock to the screens and begins to watch the page.
pub fn provide_lock(phone: &Phone) -> PhoneLock {
    let store = phone.store.clone();
    let gate = if store.is_locked() { Gate::Closed } else { Gate::Open };
    let lock = PhoneLock {
        gate: RwSignal::new(gate),
        lock: RwSignal::new(Lock::default()),
        patience: RwSignal::new(Patience::default()),
        inner: StoredValue::new_local(Rc::new(Inner {
            vault: Vault::new(store.clone(), WebKeys),
            store,
            hidden_at: Cell::new(None),
            timer: RefCell::new(None),
        })),
    };
    provide_context(lock);
    lock.watch();
    spawn_local(lock.read());
    lock
}

/// The lock provided above.
pub fn use_lock() -> PhoneLock {
    use_context().expect("the lock is provided before any screen is built")
}

impl PhoneLock {
    /// True where the browser can encrypt at all.
    pub fn is_possible() -> bool {
        web::is_there()
    }

    /// Counts what waits; works behind a closed lock.
    pub async fn counts(self) -> Counts {
        outbox::counts(&self.inner.get_value().store).await.unwrap_or_default()
    }

    /// Opens the lock and shows the screens.
    pub async fn unlock(self, pin: String) -> Result<(), VaultError> {
        let done = self.inner.get_value().vault.unlock(&pin, now()).await;
        self.follow(done).await
    }

    /// Opens the lock with the recovery code and sets a new PIN.
    pub async fn recover(self, code: [u8; 16], pin: String) -> Result<(), VaultError> {
        let done = self.inner.get_value().vault.recover(&code, &pin).await;
        self.follow(done).await
    }

    /// Turns the lock on.
    pub async fn turn_on(self, pin: String, code: [u8; 16]) -> Result<(), VaultError> {
        let done = self.inner.get_value().vault.turn_on(&pin, &code, GRACE_MIN).await;
        self.follow(done).await
    }

    /// Turns the lock off.
    pub async fn turn_off(self, pin: String) -> Result<(), VaultError> {
        let done = self.inner.get_value().vault.turn_off(&pin, now()).await;
        self.follow(done).await
    }

    /// Puts another PIN in the place of the old.
    pub async fn change_pin(self, old: String, new: String) -> Result<(), VaultError> {
        let done = self.inner.get_value().vault.change_pin(&old, &new, now()).await;
        self.read().await;
        done
    }

    /// Chooses after how long away it closes.
    pub async fn set_grace(self, minutes: u32) {
        // A choice that could not be kept shows as not chosen.
        let _ = self.inner.get_value().vault.set_grace(minutes).await;
        self.read().await;
    }

    /// Goes on with rows that are yet to be written anew, then shows the screens.
    pub async fn carry_on(self) {
        let inner = self.inner.get_value();
        let seals = self.lock.with_untracked(|lock| lock.state.seals());
        if self.lock.with_untracked(|lock| lock.state.is_under_way()) {
            self.gate.set(Gate::Working { seals, done: 0, of: 0 });
        }
        let tell = |so_far: &Converted| {
            self.gate.set(Gate::Working { seals, done: so_far.done, of: so_far.of });
        };
        let done = inner.vault.carry_on(tell).await;
        self.read().await;
        self.gate.set(done.map_or_else(Gate::Stuck, |_| Gate::Open));
    }

    /// Leaves rows that are yet to be written anew for the next start.
    pub fn postpone(self) {
        self.gate.set(Gate::Open);
    }

    /// Closes the lock, once every write is on disk; false when one could not be written.
    pub async fn close(self) -> bool {
        let inner = self.inner.get_value();
        while inner.store.is_writing() {
            idle::breathe().await;
        }
        let quiet = inner.store.is_quiet();
        if quiet {
            reload();
        }
        quiet
    }

    /// Reads the lock and its tries again.
    pub async fn read(self) {
        let inner = self.inner.get_value();
        if let Ok(lock) = inner.vault.lock().await {
            self.lock.set(lock);
        }
        if let Ok(patience) = inner.vault.patience(now()).await {
            self.patience.set(patience);
        }
    }

    async fn follow(self, done: Result<(), VaultError>) -> Result<(), VaultError> {
        self.read().await;
        if done.is_ok() {
            spawn_local(self.carry_on());
        }
        done
    }

    fn watch(self) {
        let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
        let seen = document.clone();
        let heard = Closure::<dyn FnMut()>::new(move || {
            if seen.visibility_state() == web_sys::VisibilityState::Visible {
                spawn_local(self.back());
            } else {
                self.away();
            }
        });
        let _ = document.add_event_listener_with_callback("visibilitychange", heard.as_ref().unchecked_ref());
        // Listens for the whole life of the page.
        heard.forget();
    }

    /// The page is hidden: perhaps the camera is open, perhaps the phone changes hands.
    fn away(self) {
        let grace = self.lock.with_untracked(|lock| lock.state.is_on().then_some(lock.grace_min));
        let Some(grace) = grace.filter(|_| self.gate.get_untracked() == Gate::Open) else { return };
        cover(true);
        let inner = self.inner.get_value();
        inner.hidden_at.set(Some(now()));
        let close = move || {
            spawn_local(async move {
                self.close().await;
            });
        };
        *inner.timer.borrow_mut() = Some(Timeout::new(grace * 60_000, close));
    }

    /// The page is shown again. A frozen page's timers do not run, so the time away is looked at.
    async fn back(self) {
        let inner = self.inner.get_value();
        inner.timer.borrow_mut().take();
        let was_open = !inner.store.is_locked();
        if let Some(since) = inner.hidden_at.take() {
            let grace_ms = self.lock.with_untracked(|lock| u64::from(lock.grace_min) * 60_000);
            let away_ms = (now().wall_ms.saturating_sub(since.wall_ms))
                .max(now().mono_ms.saturating_sub(since.mono_ms));
            if away_ms >= grace_ms && self.close().await {
                return;
            }
        }
        self.read().await;
        // Another page has set a lock meanwhile.
        if was_open && inner.store.is_locked() && self.close().await {
            return;
        }
        cover(false);
    }
}

fn now() -> Moment {
    Moment { wall_ms: clock::now_ms(), mono_ms: clock::mono_ms() }
}

fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// Hides everything, also from the pictures that phones take for their list of apps.
fn cover(is_on: bool) {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
    if let Some(root) = root {
        let _ = root.toggle_attribute_with_force("data-covered", is_on);
    }
}
