//! Notices about what a page is doing: what is wrong, in plain words, and the next step. What is
//! wrong with the phone itself is told by `alarm`.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::store::StoreError;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::desk::{TaskDesk, Trouble};

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
