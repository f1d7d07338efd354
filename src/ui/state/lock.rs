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

use super::phone::{Phone, PhoneStore, SealedDb};
use crate::store::indexed_db::IndexedDb;
use crate::store::outbox::{self, Counts};
use crate::store::sealed::convert::Converted;
use crate::store::sealed::lock::Lock;
use crate::store::sealed::tries::Moment;
use crate::store::sealed::vault::{Deed, Patience, Vault, VaultError};
use crate::store::sealed::web::{self, WebKeys};
use crate::ui::i18n;
use crate::ui::platform::{clock, idle};

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
        /// Why that stopped; it goes on when asked or at the next start.
        problem: Option<VaultError>,
    },
    /// Nothing.
    Open,
}

/// All that a screen may know of the lock. One signal, since each type of signal costs bytes.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What the app shows.
    pub gate: Gate,
    /// The lock as last read; `None` before that.
    pub lock: Option<Lock>,
    /// Tries and waits, as last read.
    pub patience: Patience,
}

/// The lock in the screens' context.
#[derive(Clone, Copy)]
pub struct PhoneLock {
    /// What a screen may know.
    pub seen: RwSignal<Seen>,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

struct Inner {
    store: PhoneStore,
    sealed: SealedDb,
    vault: Vault<IndexedDb, WebKeys>,
    hidden_at: Cell<Option<Moment>>,
    timer: RefCell<Option<Timeout>>,
}

/// Provides the lock to the screens and begins to watch the page.
pub fn provide_lock(phone: &Phone) -> PhoneLock {
    let sealed = phone.sealed.clone();
    let gate = if sealed.is_locked() { Gate::Closed } else { Gate::Open };
    let lock = PhoneLock {
        seen: RwSignal::new(Seen { gate, lock: None, patience: Patience::default() }),
        inner: StoredValue::new_local(Rc::new(Inner {
            store: phone.store.clone(),
            vault: Vault::new(sealed.clone(), WebKeys),
            sealed,
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

    /// The lock as last read; tracked.
    pub fn lock(self) -> Lock {
        self.seen.with(|seen| seen.lock.clone().unwrap_or_default())
    }

    /// Tries and waits as last read; tracked.
    pub fn patience(self) -> Patience {
        self.seen.with(|seen| seen.patience)
    }

    /// Counts what waits; works behind a closed lock.
    pub async fn counts(self) -> Counts {
        outbox::counts(&self.inner.get_value().store).await.unwrap_or_default()
    }

    /// Does it, and goes on with the rows where that follows; says in words what was against it.
    pub async fn perform(self, deed: Deed) -> Result<(), String> {
        let done = self.inner.get_value().vault.perform(&deed, now()).await;
        if let (Ok(()), Deed::TurnOn(..) | Deed::TurnOff(_)) = (&done, &deed) {
            let seals = matches!(deed, Deed::TurnOn(..));
            self.show(Gate::Working { seals, done: 0, of: 0, problem: None });
        }
        self.read().await;
        match done {
            Ok(()) if matches!(deed, Deed::Grace(_) | Deed::ChangePin(..)) => Ok(()),
            Ok(()) => {
                spawn_local(self.carry_on());
                Ok(())
            }
            Err(VaultError::Wrong) if matches!(deed, Deed::Recover(..)) => {
                Err(i18n::tr(i18n::Msg::LockCodeOther).to_owned())
            }
            Err(error) => Err(i18n::vault_problem(&error, self.seen.with_untracked(|seen| seen.patience))),
        }
    }

    /// Goes on with rows that are yet to be written anew, then shows the screens.
    pub async fn carry_on(self) {
        let inner = self.inner.get_value();
        let state = untrack(|| self.lock().state);
        let show = |so_far: &Converted, problem| {
            let (seals, done, of) = (state.seals(), so_far.done, so_far.of);
            self.show(Gate::Working { seals, done, of, problem });
        };
        if state.is_under_way() {
            show(&Converted::default(), None);
        }
        match inner.vault.carry_on(&|so_far| show(so_far, None)).await {
            Ok(_) => self.show(Gate::Open),
            Err(problem) => show(&Converted::default(), Some(problem)),
        }
        self.read().await;
    }

    /// Leaves rows that are yet to be written anew for the next start.
    pub fn postpone(self) {
        self.show(Gate::Open);
    }

    fn show(self, gate: Gate) {
        self.seen.update(|seen| seen.gate = gate);
    }

    /// Closes the lock, once every write is on disk; false when one could not be written.
    pub async fn close(self) -> bool {
        let inner = self.inner.get_value();
        while inner.sealed.is_writing() {
            idle::breathe().await;
        }
        let quiet = inner.sealed.is_quiet();
        if quiet {
            reload();
        }
        quiet
    }

    /// Reads the lock and its tries again.
    pub async fn read(self) {
        let inner = self.inner.get_value();
        let (lock, patience) = (inner.vault.lock().await, inner.vault.patience(now()).await);
        self.seen.update(|seen| {
            seen.lock = lock.ok().or(seen.lock.take());
            seen.patience = patience.unwrap_or(seen.patience);
        });
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
        let lock = untrack(|| self.lock());
        if !lock.state.is_on() || self.seen.with_untracked(|seen| seen.gate != Gate::Open) {
            return;
        }
        cover(true);
        let inner = self.inner.get_value();
        inner.hidden_at.set(Some(now()));
        let close = move || {
            spawn_local(async move {
                self.close().await;
            });
        };
        *inner.timer.borrow_mut() = Some(Timeout::new(lock.grace_min * 60_000, close));
    }

    /// The page is shown again. A frozen page's timers do not run, so the time away is looked at.
    async fn back(self) {
        let inner = self.inner.get_value();
        inner.timer.borrow_mut().take();
        let was_open = !inner.sealed.is_locked();
        if let Some(since) = inner.hidden_at.take() {
            let grace_ms = u64::from(untrack(|| self.lock()).grace_min) * 60_000;
            let away_ms = (now().wall_ms.saturating_sub(since.wall_ms))
                .max(now().mono_ms.saturating_sub(since.mono_ms));
            if away_ms >= grace_ms && self.close().await {
                return;
            }
        }
        self.read().await;
        // Another page has set a lock meanwhile.
        if was_open && inner.sealed.is_locked() && self.close().await {
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
