//! The lock is on: closing it now, how long it waits, another PIN, turning it off.

use crate::ui::prelude::*;
use leptos::ev::SubmitEvent;
use leptos::task::spawn_local;

use super::{Field, NewPin, Problem, new_pin};
use crate::store::sealed::pin;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::lock::use_lock;

/// The choices of minutes away.
const GRACES: [(u32, &str); 3] = [(1, "lock-grace-1"), (5, "lock-grace-5"), (15, "lock-grace-15")];

#[derive(Clone, Copy, PartialEq)]
enum Form {
    None,
    ChangePin,
    TurnOff,
}

/// What can be done with a lock that is on.
#[component]
pub fn Manage() -> impl IntoView {
    let lock = use_lock();
    let form = RwSignal::new(Form::None);
    let note = RwSignal::new(None::<&'static str>);
    let close = move |_| {
        spawn_local(async move {
            if !lock.close().await {
                note.try_set(Some(tr(Msg::LockNotSaved)));
            }
        });
    };
    view! {
        <p>{tr(Msg::LockIsOn)}</p>
        <button type="button" class="button primary" data-testid="lock-now" on:click=close>
            <Icon paths=icons::LOCK /><span>{tr(Msg::LockNow)}</span>
        </button>
        <Grace />
        {move || note.get().map(|text| view! { <p class="hint" role="status" data-testid="lock-note">{text}</p> })}
        {move || match form.get() {
            Form::None => view! {
                <div class="button-row">
                    <button type="button" class="button" data-testid="lock-change" on:click=move |_| form.set(Form::ChangePin)>
                        {tr(Msg::LockChangePin)}
                    </button>
                    <button type="button" class="button danger" data-testid="lock-off" on:click=move |_| form.set(Form::TurnOff)>
                        {tr(Msg::LockTurnOff)}
                    </button>
                </div>
            },
            shown => view! { <PinForm form shown note /> },
        }}
    }
}

#[component]
fn Grace() -> impl IntoView {
    let lock = use_lock();
    let choices = move || {
        let chosen = lock.lock.with(|lock| lock.grace_min);
        GRACES
            .map(|(minutes, test_id)| {
                view! {
                    <button type="button" class="segment" data-testid=test_id
                        aria-pressed=if chosen == minutes { "true" } else { "false" }
                        on:click=move |_| spawn_local(lock.set_grace(minutes))>
                        {i18n::minutes(minutes)}
                    </button>
                }
            })
            .into_iter()
            .collect::<Vec<_>>()
    };
    view! {
        <div class="setting">
            <span class="field-label">{tr(Msg::LockGrace)}</span>
            <div class="segments" role="group" aria-label=tr(Msg::LockGrace)>{choices}</div>
        </div>
    }
}

/// Asks for the present PIN, and for a new one when that is what is wanted.
#[component]
fn PinForm(form: RwSignal<Form>, shown: Form, note: RwSignal<Option<&'static str>>) -> impl IntoView {
    let lock = use_lock();
    let text = || RwSignal::new(String::new());
    let (present, first, again) = (text(), text(), text());
    let (problem, busy) = (RwSignal::new(None), RwSignal::new(false));
    let changes = shown == Form::ChangePin;
    let digits = lock.lock.with_untracked(|lock| lock.digits);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let new = match changes.then(|| new_pin(first, again)).transpose() {
            Ok(new) => new,
            Err(text) => return problem.set(Some(text)),
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let present = pin::fold(&present.get_untracked());
        spawn_local(async move {
            let done = match new {
                Some(new) => lock.change_pin(present, new).await,
                None => lock.turn_off(present).await,
            };
            // The form may be gone: the screens are covered while rows are written anew.
            busy.try_set(false);
            match done {
                Ok(()) => {
                    note.try_set(changes.then(|| tr(Msg::LockPinChanged)));
                    form.try_set(Form::None);
                }
                Err(error) => {
                    problem.try_set(Some(i18n::vault_problem(&error, lock.patience.get_untracked())));
                }
            }
        });
    };
    let (word, class) =
        if changes { (Msg::LockChangePin, "button primary") } else { (Msg::LockTurnOff, "button danger") };
    view! {
        <form class="stack" on:submit=submit>
            {(!changes).then(|| view! { <p>{tr(Msg::LockOffExplain)}</p> })}
            <Field label=tr(Msg::LockPinNow) id="lock-pin-now" value=present digits />
            {changes.then(|| view! { <NewPin label=Msg::LockPinNew first again /> })}
            <Problem text=problem />
            <div class="button-row">
                <button type="submit" class=class data-testid="lock-submit" prop:disabled=move || busy.get()>{tr(word)}</button>
                <button type="button" class="button quiet" on:click=move |_| form.set(Form::None)>{tr(Msg::Cancel)}</button>
            </div>
        </form>
    }
}
