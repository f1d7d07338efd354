//! Other pages of the app in the same browser. They are asked and answer for themselves, so that a
//! frozen or dead page, which holds its locks for ever, is not taken for one in use.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

/// The channel's name.
const CHANNEL: &str = "rounds-pages";
/// How long an answer may take, milliseconds; a page in the background is slow.
const PATIENCE_MS: u32 = 3_000;
/// How often a page that answered is asked again, milliseconds.
const AGAIN_MS: u32 = 20_000;

/// "Is anybody there?"
const HELLO: &str = "hello";
/// "I am here, in use."
const HERE: &str = "here";
/// "I am leaving, or resting."
const BYE: &str = "bye";
/// "The person uses me now."
const MINE: &str = "mine";

/// What is heard of the other pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Another page is in use.
    Other,
    /// No other page answers.
    Alone,
    /// The person uses another page: this one rests.
    Rest,
}

/// This page among the others.
#[derive(Clone)]
pub struct Tabs(Rc<Inner>);

struct Inner {
    channel: BroadcastChannel,
    resting: Cell<bool>,
    answered: Cell<bool>,
    timer: RefCell<Option<Timeout>>,
    tell: Box<dyn Fn(News)>,
}

impl Tabs {
    /// Makes this page known and begins to listen; `None` in a browser that cannot tell.
    pub fn join(tell: impl Fn(News) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(CHANNEL).ok()?;
        let tabs = Self(Rc::new(Inner {
            channel,
            resting: Cell::new(false),
            answered: Cell::new(false),
            timer: RefCell::default(),
            tell: Box::new(tell),
        }));
        let heard = Closure::<dyn Fn(MessageEvent)>::new({
            let tabs = tabs.clone();
            move |event: MessageEvent| tabs.hear(event.data().as_string().as_deref())
        });
        tabs.0.channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        // Listens for the whole life of the page.
        heard.forget();
        on("pagehide", {
            let tabs = tabs.clone();
            move || tabs.say(BYE)
        });
        on("pageshow", {
            let tabs = tabs.clone();
            move || tabs.ask()
        });
        tabs.ask();
        Some(tabs)
    }

    /// The person uses this page: the others rest.
    pub fn take(&self) {
        self.0.resting.set(false);
        self.say(MINE);
        self.ask();
    }

    /// The person uses another page: this one no longer counts.
    pub fn rest(&self) {
        self.0.resting.set(true);
        self.say(BYE);
    }

    fn hear(&self, word: Option<&str>) {
        match word {
            Some(HELLO) if !self.0.resting.get() => {
                self.say(HERE);
                self.found();
            }
            Some(HERE) => self.found(),
            Some(BYE) => self.ask(),
            Some(MINE) => {
                self.0.resting.set(true);
                (self.0.tell)(News::Rest);
            }
            _ => {}
        }
    }

    fn found(&self) {
        self.0.answered.set(true);
        if !self.0.resting.get() {
            (self.0.tell)(News::Other);
        }
        self.after(AGAIN_MS, Self::ask);
    }

    fn ask(&self) {
        if self.0.resting.get() {
            return;
        }
        self.0.answered.set(false);
        self.say(HELLO);
        self.after(PATIENCE_MS, |tabs| {
            if !tabs.0.answered.get() {
                (tabs.0.tell)(News::Alone);
            }
        });
    }

    fn after(&self, ms: u32, then: fn(&Self)) {
        let tabs = self.clone();
        let timer = Timeout::new(ms, move || then(&tabs));
        *self.0.timer.borrow_mut() = Some(timer);
    }

    fn say(&self, word: &str) {
        // A closed channel has nobody to hear it.
        let _ = self.0.channel.post_message(&word.into());
    }
}

fn on(name: &str, heard: impl Fn() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let heard = Closure::<dyn Fn()>::new(heard);
    let _ = window.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    // Listens for the whole life of the page.
    heard.forget();
}
