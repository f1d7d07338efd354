//! Letting go when the page is left. WebKit keeps a left page frozen for the way back; a
//! transaction that is open at that moment stays open, and blocks the next page's writes for ever.
//!
//! So on `pagehide` open reads are broken off, open writes too when the page is going to be
//! frozen, and nothing new begins until the page is shown again. A write broken off was not called
//! saved yet; its call is waiting, and is tried again once the page is back.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget, IdbTransaction, IdbTransactionMode};

thread_local! {
    static OPEN: RefCell<Vec<IdbTransaction>> = const { RefCell::new(Vec::new()) };
    static HIDDEN: Cell<bool> = const { Cell::new(false) };
    static HALTED: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static ENDED: Closure<dyn Fn(Event)> = Closure::new(|event: Event| {
        if let Some(ended) = event.target() {
            let is_other = |kept: &IdbTransaction| <IdbTransaction as AsRef<EventTarget>>::as_ref(kept) != &ended;
            OPEN.with_borrow_mut(|open| open.retain(is_other));
        }
    });
}

/// Begins to watch the page; once is enough.
pub(super) fn watch() {
    if WATCHING.replace(true) {
        return;
    }
    let global: EventTarget = js_sys::global().unchecked_into();
    let listen = |name: &str, heard: Closure<dyn Fn(Event)>| {
        // A worker has no such events, and is never frozen with a page.
        let _ = global.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        // Listens for the whole life of the page.
        heard.forget();
    };
    listen("pagehide", Closure::new(|event: Event| leave(is_kept(&event))));
    listen("pageshow", Closure::new(|_| come_back()));
}

/// Keeps an eye on a transaction until it ends.
pub(super) fn track(transaction: &IdbTransaction) {
    OPEN.with_borrow_mut(|open| open.push(transaction.clone()));
    ENDED.with(|ended| {
        for name in ["complete", "abort"] {
            // A transaction takes any listener.
            let _ = transaction.add_event_listener_with_callback(name, ended.as_ref().unchecked_ref());
        }
    });
}

/// Waits while the page is not shown, and for ever once the program broke down.
pub(super) async fn until_shown() {
    poll_fn(|context| {
        if HALTED.get() {
            Poll::Pending
        } else if HIDDEN.get() {
            WAITING.with_borrow_mut(|waiting| waiting.push(context.waker().clone()));
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// The program broke down: whatever is under way is taken back, and nothing begins any more. What
/// was called saved is on disk already.
pub(super) fn halt() {
    HALTED.set(true);
    // The breakdown may have come while the list was in use.
    let open = OPEN.with(|open| open.try_borrow().map(|open| open.clone()).unwrap_or_default());
    for transaction in open {
        // It throws when the transaction has just ended.
        let _ = transaction.abort();
    }
}

fn leave(kept: bool) {
    HIDDEN.set(true);
    for transaction in OPEN.take() {
        let reads = transaction.mode() == Ok(IdbTransactionMode::Readonly);
        if reads || kept {
            // It throws when the transaction has just ended, and then there is nothing to break off.
            let _ = transaction.abort();
        }
    }
}

fn come_back() {
    HIDDEN.set(false);
    WAITING.take().into_iter().for_each(Waker::wake);
}

/// Whether the page is going to be frozen rather than thrown away.
fn is_kept(event: &Event) -> bool {
    Reflect::get(event, &JsValue::from_str("persisted")).is_ok_and(|kept| kept.is_truthy())
}
