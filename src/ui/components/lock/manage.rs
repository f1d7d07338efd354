//! The lock is on: closing it now, how long it waits, another PIN, turning it off.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use super::{Aside, Ask, Input, LockForm, read_new_pin};
use crate::store::sealed::vault::Deed;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::lock::use_lock;

/// The choices of minutes away.
const GRACES: [(u32, &str); 3] = [(1, "lock-grace-1"), (5, "lock-grace-5"), (15, "lock-grace-15")];

/// What can be done with a lock that is on.
pub(super) fn manage() -> AnyView {
    let lock = use_lock();
    // The word of the form that is open, if any.
    let form = RwSignal::new(None::<Msg>);
    let note = RwSignal::new(None::<Msg>);
    let close = move |_| {
        spawn_local(async move {
            if !lock.close().await {
                note.try_set(Some(Msg::LockNotSaved));
            }
        });
    };
    let open = move |word: Msg, id: &'static str, class: &'static str| {
        view! {
            <button type="button" class=class data-testid=id on:click=move |_| form.set(Some(word))>{tr(word)}</button>
        }
    };
    view! {
        <p>{tr(Msg::LockIsOn)}</p>
        <button type="button" class="button primary" data-testid="lock-now" on:click=close>
            <Icon paths=icons::LOCK /><span>{tr(Msg::LockNow)}</span>
        </button>
        {grace()}
        {move || note.get().map(|word| view! { <p class="hint" role="status" data-testid="lock-note">{tr(word)}</p> })}
        {move || match form.get() {
            None => view! {
                <div class="button-row">
                    {open(Msg::LockChangePin, "lock-change", "button")}
                    {open(Msg::LockTurnOff, "lock-off", "button danger")}
                </div>
            },
            Some(word) => view! {
                {(word == Msg::LockTurnOff).then(|| view! { <p>{tr(Msg::LockOffExplain)}</p> })}
                <LockForm ask=ask(form, note, word) />
            },
        }}
    }
}

fn grace() -> AnyView {
    let lock = use_lock();
    let choices = move || {
        let chosen = lock.lock.with(|lock| lock.grace_min);
        let choice = |(minutes, test_id)| {
            view! {
                <button type="button" class="segment" data-testid=test_id
                    aria-pressed=if chosen == minutes { "true" } else { "false" }
                    // A choice that could not be kept shows as not chosen.
                    on:click=move |_| spawn_local(async move { drop(lock.perform(Deed::Grace(minutes)).await) })>
                    {i18n::minutes(minutes)}
                </button>
            }
        };
        GRACES.into_iter().map(choice).collect::<Vec<_>>()
    };
    view! {
        <div class="setting">
            <span class="field-label">{tr(Msg::LockGrace)}</span>
            <div class="segments" role="group" aria-label=tr(Msg::LockGrace)>{choices}</div>
        </div>
    }
}

/// Asks for the present PIN, and for a new one when that is what is wanted.
fn ask(form: RwSignal<Option<Msg>>, note: RwSignal<Option<Msg>>, word: Msg) -> Ask {
    let changes = word == Msg::LockChangePin;
    let present = Input::present(tr(Msg::LockPinNow), "lock-pin-now");
    let [first, again] = Input::new_pin(Msg::LockPinNew);
    let mut inputs = vec![present.clone()];
    if changes {
        inputs.extend([first.clone(), again.clone()]);
    }
    Ask {
        inputs,
        word,
        counted: true,
        read: Box::new(move || {
            Ok(Some(if changes {
                Deed::ChangePin(present.text(), read_new_pin(&first, &again)?)
            } else {
                Deed::TurnOff(present.text())
            }))
        }),
        done: Box::new(move || {
            note.set(changes.then_some(Msg::LockPinChanged));
            form.set(None);
        }),
        aside: Aside { word: Msg::Cancel, id: "lock-back", act: Box::new(move || form.set(None)) },
    }
}
