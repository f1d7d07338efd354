//! Gathering the facts: storage, clock, room and other pages are watched for as long as the app runs.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{Alarms, storage_of};
use crate::domain::alarm::Storage;
use crate::domain::clock::{ClockWatch, Reading};
use crate::store::{StoreError, outbox};
use crate::ui::platform::room::{self, Room};
use crate::ui::platform::tabs::{News, Tabs};
use crate::ui::platform::{clock, idle, install, prefs};
use crate::ui::state::delivery::Delivery;

/// How often both clocks are looked at, milliseconds.
const LOOK_MS: u32 = 5_000;

impl Alarms {
    pub(super) fn watch_storage(self) {
        let inner = self.inner.get_value();
        let Some((phone, delivery)) = &inner.open else { return };
        let (store, delivery) = (phone.store.clone(), *delivery);
        phone.store.report_to(Rc::new(move |bytes, outcome| {
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
        // The copy outside the database follows every change of what is on the phone.
        let unsent = Memo::new(move |_| {
            let counted = delivery.counted.get();
            counted.then(|| delivery.status.with(|status| status.counts.pending_records()))
        });
        Effect::new(move |_| {
            let (Some(unsent), store) = (unsent.get(), store.clone()) else { return };
            spawn_local(async move {
                if let Ok(next_seq) = outbox::next_seq(&store).await {
                    prefs::keep_mirror(|mirror| (mirror.next_seq, mirror.unsent) = (next_seq, unsent));
                }
            });
        });
    }

    pub(super) fn watch_clock(self, delivery: Delivery) {
        self.look_at_clock();
        Interval::new(LOOK_MS, move || self.look_at_clock()).forget();
        Effect::new(move |_| {
            let Some(endpoint_ms) = delivery.endpoint_ms.get() else { return };
            self.change_clock(|watch| watch.heard(reading(), endpoint_ms));
        });
    }

    pub(super) fn look_at_clock(self) {
        let inner = self.inner.get_value();
        if is_visible() {
            let watched = !inner.unwatched.replace(false);
            self.change_clock(|watch| watch.look(reading(), watched));
        }
    }

    fn change_clock(self, change: impl FnOnce(&mut ClockWatch)) {
        let inner = self.inner.get_value();
        let mut watch = inner.clock.get();
        change(&mut watch);
        inner.clock.set(watch);
        self.learn(|facts| facts.clock = watch.fault());
    }

    pub(super) fn watch_room(self, delivery: Delivery) {
        let look = move || {
            spawn_local(async move { self.learn_room(room::look().await) });
        };
        idle::when_idle(move || {
            let in_use = delivery.enrolment.with_untracked(Option::is_some);
            spawn_local(async move {
                // Asked at every start: browsers grant it once the app is installed, or used enough.
                self.learn_room(if in_use { room::ask().await } else { room::look().await });
            });
        });
        install::watch(move || spawn_local(async move { self.learn_room(room::ask().await) }));
        Effect::new(move |before: Option<()>| {
            delivery.news.track();
            if before.is_some() {
                look();
            }
        });
        on_visibility(move || {
            if is_visible() {
                look();
                self.returned.update(|n| *n += 1);
            } else {
                self.inner.with_value(|inner| inner.unwatched.set(true));
            }
        });
    }

    pub(super) fn learn_room(self, room: Option<Room>) {
        let Some(room) = room else { return };
        prefs::keep_mirror(|mirror| mirror.persisted = Some(room.persisted));
        self.learn(|facts| {
            facts.persisted = Some(room.persisted);
            facts.looks_private = room.looks_private;
            facts.room_left = (room.quota > 0).then(|| room.quota.saturating_sub(room.used));
        });
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

fn reading() -> Reading {
    Reading { wall_ms: clock::now_ms(), mono_ms: clock::mono_ms() }
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
