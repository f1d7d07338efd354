//! When the program breaks down: its writes are stopped, a line goes into the crash journal, and
//! the start script shows a plain page. There is no unwinding in wasm, so all of it happens in the
//! panic hook, before the trap. Must know nothing of screens.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use super::clock;
use crate::store::{crash, indexed_db};

/// Where the journal is in localStorage; the start script knows it too.
const JOURNAL: &str = "rounds.crashes";
/// The event that the start script waits for.
const EVENT: &str = "rounds-crash";

thread_local! {
    static BROKEN: Cell<bool> = const { Cell::new(false) };
}

/// Sees to every breakdown from now on.
pub fn watch() {
    std::panic::set_hook(Box::new(|info| {
        // A program that broke down may be called again by what it left behind; once is enough.
        if !BROKEN.replace(true) {
            indexed_db::halt();
            note(info);
            if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(EVENT)) {
                let _ = window.dispatch_event(&event);
            }
        }
        console_error_panic_hook::hook(info);
    }));
}

/// What is in the journal.
pub fn read() -> String {
    storage().and_then(|storage| storage.get_item(JOURNAL).ok().flatten()).unwrap_or_default()
}

/// The person was told of what is in it.
pub fn told() {
    keep(&crash::told(&read()));
}

fn note(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or_default();
    let place = info.location().map(|at| crash::place(at.file(), at.line())).unwrap_or_default();
    keep(&crash::add(&read(), clock::now_ms(), env!("CARGO_PKG_VERSION"), &place, message));
}

/// A full or forbidden localStorage only loses the line.
fn keep(journal: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(JOURNAL, journal);
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
