//! Carrying out the next steps that alarms offer.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Alarms;
use crate::domain::alarm::{self, Alarm, Step};
use crate::store::{Store, StoreError, Table};
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::platform::tabs::Tabs;
use crate::ui::platform::{clock, download, install, journal, prefs, worker};
use crate::ui::state::delivery::Delivery;
use crate::ui::state::phone::{self, Phone};

impl Alarms {
    /// Takes a step by the words of a screen's `data-alarm` and `data-step`.
    pub fn take_named(self, kind: &str, step: &str) {
        let alarm = untrack(|| self.list()).into_iter().find(|alarm| alarm.token() == kind);
        let step = alarm.and_then(|alarm| alarm.steps().iter().find(|one| one.token() == step));
        if let (Some(alarm), Some(step)) = (alarm, step) {
            self.take(alarm, *step);
        }
    }

    fn take(self, alarm: Alarm, step: Step) {
        self.note.set(None);
        spawn_local(async move {
            let inner = self.inner.get_value();
            let note = match &inner.open {
                Some((phone, delivery)) => self.take_open(alarm, step, phone, *delivery).await,
                None => take_closed(step).await,
            };
            self.note.set(note);
        });
    }

    async fn take_open(self, alarm: Alarm, step: Step, phone: &Phone, delivery: Delivery) -> Option<String> {
        match step {
            Step::Export => {
                delivery.export().await;
                return delivery.export_note.get_untracked();
            }
            Step::TryStorage => {
                phone.sealed.disk().close();
                // How it went is reported as of every other call.
                let read = phone.store.get(Table::Meta, "").await;
                return read.err().map(|error| i18n::store_problem(&error));
            }
            Step::PullAgain | Step::SendNow => delivery.send_now(),
            Step::CheckClock => {
                self.look_at_clock();
                delivery.send_now();
            }
            Step::UseThis => self.wake(),
            Step::RestThis => {
                self.with_tabs(Tabs::rest);
                self.resting.set(true);
            }
            Step::Install => {
                let how = || format!("{} {}", tr(Msg::InstallIos), tr(Msg::InstallAndroid));
                return (!install::ask()).then(how);
            }
            Step::AskToKeep => {
                return (!self.look_at_room(true).await).then(i18n::still_not_kept);
            }
            Step::Hush => {
                prefs::keep_mirror(|mirror| mirror.hushed_until_ms = clock::now_ms() + alarm::HUSH_MS);
                self.learn(|facts| facts.hushed = true);
            }
            Step::Understood if alarm == Alarm::Crashed => {
                journal::told();
                self.learn(|facts| facts.crashed = false);
            }
            Step::Understood => {
                prefs::keep_mirror(|mirror| mirror.loss = None);
                self.learn(|facts| facts.loss = None);
            }
            step => return take_closed(step).await,
        }
        None
    }
}

/// Steps that need no opened storage.
async fn take_closed(step: Step) -> Option<String> {
    match step {
        Step::SaveJournal => {
            let saved = download::offer("rounds-journal.txt", &journal::read());
            saved.is_err().then(|| i18n::store_problem(&StoreError::Other(String::new())))
        }
        Step::Export => Some(phone::rescue().await.unwrap_or_else(|error| i18n::store_problem(&error))),
        Step::Update => (!worker::update().await).then(i18n::no_new_version),
        Step::Understood => {
            journal::told();
            None
        }
        _ => {
            let _ = web_sys::window().map(|window| window.location().reload());
            None
        }
    }
}
