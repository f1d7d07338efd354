//! Notices: what is wrong, in plain words, and the next step. None blocks what can still be done.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::store::StoreError;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::desk::{TaskDesk, Trouble};
use crate::ui::state::phone::use_phone;

/// Alarms about the phone or its delivery, on top of every page.
#[component]
pub fn Alarms() -> impl IntoView {
    let delivery = use_delivery();
    let lost = use_phone().lost;
    let blocked = Memo::new(move |_| {
        delivery.status.with(|s| i18n::delivery_alarm(s, delivery.enrolment.with(Option::is_some)))
    });
    view! {
        {lost.then(|| view! {
            <div class="notice" data-kind="error" data-testid="alarm-lost" role="alert">
                <Icon paths=icons::WARNING />
                <p>{tr(Msg::StorageLost)}</p>
            </div>
        })}
        {move || blocked.get().map(|text| view! {
            <div class="notice" data-kind="warn" data-testid="alarm-delivery" role="status">
                <Icon paths=icons::WARNING />
                <p>{text}</p>
            </div>
        })}
    }
}

/// Storage did not do what was asked.
#[component]
pub fn StoreTrouble(error: StoreError) -> impl IntoView {
    view! {
        <div class="notice" data-kind="error" data-testid="store-trouble" role="alert">
            <Icon paths=icons::WARNING />
            <p>{i18n::store_problem(&error)}</p>
        </div>
    }
}

/// What the person must be told about the task on the desk.
#[component]
pub fn DeskTrouble(desk: TaskDesk) -> impl IntoView {
    view! {
        {move || desk.trouble.get().map(|trouble| match trouble {
            Trouble::ChangedElsewhere => view! {
                <div class="notice" data-kind="warn" data-testid="changed-elsewhere" role="alert">
                    <Icon paths=icons::WARNING />
                    <p>{tr(Msg::ChangedElsewhere)}</p>
                    <button type="button" class="button quiet" on:click=move |_| desk.trouble.set(None)>{tr(Msg::Understood)}</button>
                </div>
            },
            Trouble::NotSaved(error) => view! {
                <div class="notice sticky" data-kind="error" data-testid="not-saved" role="alert">
                    <Icon paths=icons::WARNING />
                    <p>{i18n::not_saved(&error)}</p>
                    <button type="button" class="button" on:click=move |_| spawn_local(async move { desk.settle().await; })>
                        {tr(Msg::TryAgain)}
                    </button>
                </div>
            },
        })}
    }
}
