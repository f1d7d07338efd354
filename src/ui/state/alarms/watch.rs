//! Gathering the facts: storage, clock, room and other pages are watched for as long as the app runs.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{Alarms, office, storage_of};
use crate::domain::alarm::Storage;
use crate::domain::clock::ClockWatch;
use crate::store::room::{self, RoomLeft};
use crate::store::{StoreError, outbox};
use crate::ui::platform::tabs::{News, Tabs};
use crate::ui::platform::{clock, idle, install, prefs, room as browser};
use crate::ui::state::delivery::Delivery;

/// How often both clocks are looked at, milliseconds.
const LOOK_MS: u32 = 5_000;
/// With more room than this nobody asks for how many days it lasts, bytes.
const NEAR_BYTES: u64 = 1 << 30;

impl Alarms {
    pub(super) fn watch_storage(self) {
        let inner = self.inner.get_value();
        let Some((phone, _)) = &inner.open else { return };
        phone.sealed.disk().report_to(Rc::new(move |bytes, outcome| {
            let inner = self.inner.get_value();
            let mut refusal = inner.refusal.get();
            if bytes > 0 {
                refusal.note(bytes, outcome);
                inner.refusal.set(refusal);
            }
            let storage = match outcome {
                Err(StoreError::Full | StoreError::Conflict { .. }) | Ok(()) => Storage::Fine,
                Err(error) => storage_of(error),
            };
            self.learn(|facts| {
                facts.storage = storage;
                facts.write_refused = refusal.stands();
            });
        }));
    }

    pub(super) fn watch_delivery(self, delivery: Delivery) {
        Effect::new(move |_| {
            let enrolled = delivery.enrolment.with(Option::is_some);
            let (counts, office) = delivery.status.with(|status| (status.counts, office(status, enrolled)));
            self.learn(|facts| {
                facts.office = office.unwrap_or(facts.office);
                facts.set_aside = counts.blocked();
                facts.in_use = enrolled || counts.pending_records() > 0;
            });
            if delivery.counted.get() {
                self.mirror_numbers(counts.pending_records());
            }
        });
    }

    /// The copy outside the database follows every change of what is on the phone.
    fn mirror_numbers(self, unsent: u64) {
        let inner = self.inner.get_value();
        if inner.mirrored.replace(Some(unsent)) != Some(unsent) {
            spawn_local(async move {
                let Some((phone, _)) = &inner.open else { return };
                if let Ok(next_seq) = outbox::next_seq(&phone.store).await {
                    prefs::keep_mirror(|mirror| (mirror.next_seq, mirror.unsent) = (next_seq, unsent));
                }
            });
        }
    }

    pub(super) fn watch_clock(self) {
        self.look_at_clock();
        Interval::new(LOOK_MS, move || self.look_at_clock()).forget();
    }

    pub(super) fn look_at_clock(self) {
        if let Some((now, endpoint_ms)) = clock::take_heard() {
            self.change_clock(|watch| watch.heard(now, endpoint_ms));
        }
        if is_visible() {
            let watched = !self.inner.with_value(|inner| inner.unwatched.replace(false));
            self.change_clock(|watch| watch.look(clock::reading(), watched));
        }
    }

    fn change_clock(self, change: impl FnOnce(&mut ClockWatch)) {
        let inner = self.inner.get_value();
        let mut watch = inner.clock.get();
        change(&mut watch);
        inner.clock.set(watch);
        self.learn(|facts| facts.clock = watch.fault());
    }

    /// `has_asked`: the browser was asked to keep the data in this start already.
    pub(super) fn watch_room(self, delivery: Delivery, has_asked: bool) {
        let look = move |ask| {
            spawn_local(async move {
                self.look_at_room(ask).await;
            });
        };
        // Asked at every start: browsers grant it once the app is installed, or used enough.
        idle::when_idle(move || look(!has_asked && delivery.enrolment.with_untracked(Option::is_some)));
        install::watch(move || look(true));
        Effect::new(move |_| {
            // After every pass: room was taken or let go, and the endpoint's time was heard.
            if delivery.news.get() > 0 {
                look(false);
                self.look_at_clock();
            }
        });
        on_visibility(move || {
            if is_visible() {
                look(false);
                self.returned.update(|n| *n += 1);
            } else {
                self.inner.with_value(|inner| inner.unwatched.set(true));
            }
        });
    }

    /// Looks at the room, and asks the browser to keep the data first if wanted; says whether it
    /// will.
    pub(super) async fn look_at_room(self, ask: bool) -> bool {
        let Some(room) = (if ask { browser::ask().await } else { browser::look().await }) else {
            return false;
        };
        let left = (room.quota > 0).then(|| room.quota.saturating_sub(room.used));
        let inner = self.inner.get_value();
        let mut pace = inner.pace.get();
        if let Some((phone, _)) = &inner.open
            && pace.is_none()
            && left.is_some_and(|left| left < NEAR_BYTES)
        {
            pace = room::pace(&phone.store, clock::now_ms()).await.ok().flatten();
            inner.pace.set(pace);
        }
        let days = match room::left(Some((room.used, room.quota)), pace) {
            RoomLeft::Days { days, .. } => Some(days),
            RoomLeft::Unknown | RoomLeft::NoPace { .. } => None,
        };
        prefs::keep_mirror(|mirror| mirror.persisted = Some(room.persisted));
        self.learn(|facts| {
            facts.persisted = Some(room.persisted);
            facts.looks_private = room.looks_private;
            (facts.room_left, facts.room_days) = (left, days);
        });
        room.persisted
    }

    pub(super) fn watch_pages(self) {
        let tabs = Tabs::join(move |news| match news {
            News::Other => self.learn(|facts| facts.other_page = true),
            News::Alone => self.learn(|facts| facts.other_page = false),
            News::Rest => {
                self.resting.set(true);
                self.learn(|facts| facts.other_page = false);
            }
        });
        self.inner.with_value(|inner| *inner.tabs.borrow_mut() = tabs);
    }
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

fn is_visible() -> bool {
    document().is_some_and(|d| d.visibility_state() == web_sys::VisibilityState::Visible)
}

fn on_visibility(heard: impl Fn() + 'static) {
    let Some(document) = document() else { return };
    let heard = Closure::<dyn Fn()>::new(heard);
    let _ = document.add_event_listener_with_callback("visibilitychange", heard.as_ref().unchecked_ref());
    // Listens for the whole life of the page.
    heard.forget();
}
