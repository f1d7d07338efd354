//! Words on the screens, in both languages. The language is set once before a screen is built;
//! changing it builds the screens anew, so no text needs to be a signal.

mod alarms;
mod custody;
mod delivery;
mod drawings;
mod lock;
mod names;
mod people;
mod phrases;
mod words;

use std::cell::Cell;

use crate::domain::text::{Lang, Text};

pub use alarms::*;
pub use custody::*;
pub use delivery::*;
pub use drawings::labelled_drawing;
pub use lock::*;
pub use names::*;
pub use people::*;
pub use phrases::*;
pub use words::Msg;

thread_local! {
    static CURRENT: Cell<Lang> = const { Cell::new(Lang::Zh) };
}

/// The language that screens are built in.
pub fn lang() -> Lang {
    CURRENT.get()
}

/// Sets the language; the screens must be built anew after it.
pub fn set_lang(lang: Lang) {
    CURRENT.set(lang);
}

/// A fixed wording in the present language. Not inlined, or both wordings would be named wherever
/// one is used.
#[inline(never)]
pub fn tr(msg: Msg) -> &'static str {
    msg.in_lang(lang())
}

/// A text of the standard or estate in the present language.
#[inline(never)]
pub fn say(text: &Text) -> String {
    text.get(lang()).to_owned()
}

/// Chooses one of two wordings.
fn pick(zh: String, en: String) -> String {
    match lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
