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
use crate::store::StoreError;
use crate::store::refusal::Refusal;
use crate::sync::Phase;
use crate::sync::status::SyncStatus;
use crate::ui::platform::tabs::Tabs;
use crate::ui::platform::{clock, journal, prefs};

/// What the endpoint says to a phone of another protocol.
const OTHER_PROTOCOL: &str = "unknown-protocol";

/// The alarms in the screens' context.
#[derive(Clone, Copy)]
pub struct Alarms {
    /// What must be told, the most urgent first.
    pub list: Memo<Vec<Alarm>>,
    /// What came of the last step taken.
    pub note: RwSignal<Option<String>>,
    /// This page rests: the person uses another.
    pub resting: RwSignal<bool>,
    /// Raised when the person comes back to the page: what is new may take its place.
    pub returned: RwSignal<u32>,
    facts: RwSignal<Facts>,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

#[derive(Default)]
struct Inner {
    /// Absent when the storage did not open.
    open: Option<(Phone, Delivery)>,
    refusal: Cell<Refusal>,
    clock: Cell<ClockWatch>,
    unwatched: Cell<bool>,
    tabs: RefCell<Option<Tabs>>,
}

/// Begins to watch over the opened phone and provides the alarms to the screens.
pub fn provide_alarms(phone: Phone, delivery: Delivery) {
    let mirror = prefs::mirror();
    let facts = RwSignal::new(Facts {
        loss: phone.loss,
        persisted: mirror.persisted,
        hushed: alarm::is_hushed(mirror.hushed_until_ms, clock::now_ms()),
        crashed: has_crashed(),
        ..Facts::default()
    });
    let office = Memo::new(move |before: Option<&Office>| {
        let enrolled = delivery.enrolment.with(Option::is_some);
        delivery.status.with(|status| office(status, enrolled)).or(before.copied()).unwrap_or_default()
    });
    let list = Memo::new(move |_| {
        let counts = delivery.status.with(|status| status.counts);
        let in_use = delivery.enrolment.with(Option::is_some) || counts.pending_records() > 0;
        alarm::alarms(&Facts { office: office.get(), set_aside: counts.blocked(), in_use, ..facts.get() })
    });
    let inner = Rc::new(Inner { open: Some((phone, delivery)), ..Inner::default() });
    let alarms = Alarms::of(list, facts, inner);
    provide_context(alarms);
    alarms.watch_storage();
    alarms.watch_clock(delivery);
    alarms.watch_room(delivery);
    alarms.watch_pages();
}

/// The alarms where the storage did not open.
pub fn provide_closed(error: &StoreError) {
    let facts = Facts {
        storage: match error {
            StoreError::Damaged(_) => Storage::Unreadable,
            error => storage_of(error),
        },
        write_refused: *error == StoreError::Full,
        crashed: has_crashed(),
        ..Facts::default()
    };
    let facts = RwSignal::new(facts);
    let list = Memo::new(move |_| alarm::alarms(&facts.get()));
    provide_context(Alarms::of(list, facts, Rc::default()));
}

/// The alarms provided above.
pub fn use_alarms() -> Alarms {
    use_context().expect("alarms are provided before any page is built")
}

impl Alarms {
    fn of(list: Memo<Vec<Alarm>>, facts: RwSignal<Facts>, inner: Rc<Inner>) -> Self {
        Self {
            list,
            facts,
            note: RwSignal::new(None),
            resting: RwSignal::new(false),
            returned: RwSignal::new(0),
            inner: StoredValue::new_local(inner),
        }
    }

    /// Photos are to be kept small.
    pub fn is_tight(&self) -> bool {
        let is_room = |alarm: &Alarm| matches!(alarm, Alarm::Full | Alarm::Tight { .. });
        self.list.with_untracked(|list| list.iter().any(is_room))
    }

    /// Whether the phone is enrolled, so that its tasks can be fetched.
    pub fn can_pull(&self) -> bool {
        let inner = self.inner.get_value();
        inner.open.as_ref().is_some_and(|(_, delivery)| delivery.enrolment.with(Option::is_some))
    }

    fn with_tabs(&self, act: impl FnOnce(&Tabs)) {
        if let Some(tabs) = self.inner.with_value(|inner| inner.tabs.borrow().clone()) {
            act(&tabs);
        }
    }

    /// Told only of what is new: most calls change nothing.
    fn learn(self, change: impl FnOnce(&mut Facts)) {
        let before = self.facts.get_untracked();
        let mut after = before;
        change(&mut after);
        if after != before {
            self.facts.set(after);
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

fn has_crashed() -> bool {
    let journal = journal::read();
    !journal.told && !journal.crashes.is_empty()
}
