//! The alarms as the screens see them: facts are gathered from storage, delivery, clock, room and
//! other pages; `domain::alarm` decides; the next steps are carried out here.

mod steps;
mod watch;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;

use super::delivery::Delivery;
use super::phone::Phone;
use crate::domain::alarm::{self, Alarm, Facts, Office, Storage};
use crate::domain::clock::ClockWatch;
use crate::store::refusal::Refusal;
use crate::store::room::Pace;
use crate::store::{StoreError, crash};
use crate::sync::Phase;
use crate::sync::status::SyncStatus;
use crate::ui::platform::tabs::Tabs;
use crate::ui::platform::{clock, journal, prefs, room};

/// What the endpoint says to a phone of another protocol.
const OTHER_PROTOCOL: &str = "unknown-protocol";

/// The alarms in the screens' context. One trigger and plain cells: a signal or memo of each of the
/// types in here would cost the app some kilobytes.
#[derive(Clone, Copy)]
pub struct Alarms {
    /// What came of the last step taken.
    pub note: RwSignal<Option<String>>,
    /// This page rests: the person uses another.
    pub resting: RwSignal<bool>,
    /// Raised when the person comes back to the page: what is new may take its place.
    pub returned: RwSignal<u32>,
    changed: Trigger,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

#[derive(Default)]
struct Inner {
    /// Absent when the storage did not open.
    open: Option<(Phone, Delivery)>,
    facts: Cell<Facts>,
    list: RefCell<Vec<Alarm>>,
    refusal: Cell<Refusal>,
    clock: Cell<ClockWatch>,
    unwatched: Cell<bool>,
    mirrored: Cell<Option<u64>>,
    pace: Cell<Option<Pace>>,
    tabs: RefCell<Option<Tabs>>,
}

/// Begins to watch over the opened phone, once, for as long as the app runs: outside any screen,
/// since the lock takes the screens away and what is watched for goes on.
pub async fn start(phone: Phone, delivery: Delivery) -> Alarms {
    let mirror = prefs::mirror();
    let in_use = delivery.enrolment.with_untracked(Option::is_some);
    // Refused the last time may be granted by now: an alarm that goes at once moves the page.
    let has_asked = mirror.persisted == Some(false) && in_use;
    let persisted =
        if has_asked { Some(room::ask_briefly().await.unwrap_or(false)) } else { mirror.persisted };
    let facts = Facts {
        loss: phone.loss,
        persisted,
        hushed: alarm::is_hushed(mirror.hushed_until_ms, clock::now_ms()),
        in_use,
        crashed: crash::is_news(&journal::read()),
        ..Facts::default()
    };
    let alarms = Alarms::new(facts, Some((phone, delivery)));
    alarms.watch_storage();
    alarms.watch_delivery(delivery);
    alarms.watch_clock();
    alarms.watch_room(delivery, has_asked);
    alarms.watch_pages();
    alarms
}

/// Provides the alarms to the screens.
pub fn provide_alarms(alarms: Alarms) {
    provide_context(alarms);
}

/// The alarms where the storage did not open.
pub fn provide_closed(error: &StoreError) {
    let facts = Facts {
        storage: match error {
            StoreError::Damaged(_) => Storage::Unreadable,
            error => storage_of(error),
        },
        write_refused: *error == StoreError::Full,
        crashed: crash::is_news(&journal::read()),
        ..Facts::default()
    };
    provide_context(Alarms::new(facts, None));
}

/// The alarms provided above.
pub fn use_alarms() -> Alarms {
    use_context().expect("alarms are provided before any page is built")
}

impl Alarms {
    fn new(facts: Facts, open: Option<(Phone, Delivery)>) -> Self {
        let list = RefCell::new(alarm::alarms(&facts));
        let inner = Inner { open, facts: Cell::new(facts), list, ..Inner::default() };
        Self {
            note: RwSignal::new(None),
            resting: RwSignal::new(false),
            returned: RwSignal::new(0),
            changed: Trigger::new(),
            inner: StoredValue::new_local(Rc::new(inner)),
        }
    }

    /// What must be told, the most urgent first; tracks later changes.
    pub fn list(&self) -> Vec<Alarm> {
        self.changed.track();
        self.inner.with_value(|inner| inner.list.borrow().clone())
    }

    /// Photos are to be kept small.
    pub fn is_tight(&self) -> bool {
        let is_room = |alarm: &Alarm| matches!(alarm, Alarm::Full | Alarm::Tight { .. });
        self.inner.with_value(|inner| inner.list.borrow().iter().any(is_room))
    }

    /// Whether the phone is enrolled, so that its tasks can be fetched.
    pub fn can_pull(&self) -> bool {
        let inner = self.inner.get_value();
        inner.open.as_ref().is_some_and(|(_, delivery)| delivery.enrolment.with_untracked(Option::is_some))
    }

    /// The person uses this page after all.
    pub fn wake(&self) {
        self.resting.set(false);
        self.with_tabs(Tabs::take);
    }

    fn with_tabs(&self, act: impl FnOnce(&Tabs)) {
        if let Some(tabs) = self.inner.with_value(|inner| inner.tabs.borrow().clone()) {
            act(&tabs);
        }
    }

    /// Most of what is learnt changes nothing.
    fn learn(self, change: impl FnOnce(&mut Facts)) {
        let inner = self.inner.get_value();
        let mut facts = inner.facts.get();
        change(&mut facts);
        inner.facts.set(facts);
        let list = alarm::alarms(&facts);
        if *inner.list.borrow() != list {
            *inner.list.borrow_mut() = list;
            self.changed.notify();
        }
    }
}

/// `None` while a pass is under way: what was last made of the phone stands.
fn office(status: &SyncStatus, enrolled: bool) -> Option<Office> {
    let is_other = |status: &SyncStatus| {
        status.last_problem.as_ref().is_some_and(|problem| problem.code == OTHER_PROTOCOL)
    };
    match status.phase {
        Phase::Sending => None,
        Phase::Revoked => Some(Office::Revoked),
        Phase::NeedsEnrolment if enrolled => Some(Office::Ended),
        _ if is_other(status) => Some(Office::OtherProtocol),
        _ => Some(Office::Fine),
    }
}

fn storage_of(error: &StoreError) -> Storage {
    match error {
        StoreError::TooNew => Storage::Newer,
        StoreError::Blocked => Storage::Blocked,
        StoreError::Absent(_) => Storage::Forbidden,
        StoreError::Full => Storage::Fine,
        _ => Storage::Stopped,
    }
}
