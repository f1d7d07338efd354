//! Connecting the phone to the company: a code from the office, once.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::delivery::use_delivery;

/// The code's field and what came of it.
#[component]
pub fn EnrolPanel() -> impl IntoView {
    let delivery = use_delivery();
    let code = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let code = code.get_untracked();
        if !code.trim().is_empty() {
            spawn_local(async move { delivery.enrol(code.trim().to_owned()).await });
        }
    };
    view! {
        <section class="card enrol-panel" aria-labelledby="enrol-h">
            <h2 id="enrol-h">{tr(Msg::EnrolTitle)}</h2>
            <p>{tr(Msg::EnrolExplain)}</p>
            <form on:submit=submit>
                <label class="field-label" for="enrol-code">{tr(Msg::EnrolCode)}</label>
                <input id="enrol-code" data-testid="enrol-code" autocomplete="one-time-code" autocapitalize="characters"
                    prop:value=move || code.get()
                    on:input:target=move |event| code.set(event.target().value()) />
                <button type="submit" class="button primary" data-testid="enrol-submit" prop:disabled=move || delivery.enrolling.get()>
                    {move || if delivery.enrolling.get() { tr(Msg::Enrolling) } else { tr(Msg::EnrolSubmit) }}
                </button>
            </form>
            {move || delivery.elsewhere.get().map(|(code, unsent)| view! {
                <div class="notice" data-kind="warn" role="alert" data-testid="enrol-elsewhere">
                    <Icon paths=icons::WARNING />
                    <p>{i18n::another_store(unsent)}</p>
                    <div class="button-row hand-over-row">
                        <button type="button" class="button" on:click=move |_| spawn_local(delivery.export())>{tr(Msg::ExportQueue)}</button>
                        <button type="button" class="button" data-testid="enrol-anyway"
                            on:click=move |_| spawn_local(delivery.enrol_here(code.clone()))>{tr(Msg::ConnectAnyway)}</button>
                        <button type="button" class="button quiet" on:click=move |_| delivery.elsewhere.set(None)>{tr(Msg::Cancel)}</button>
                    </div>
                </div>
            })}
            {move || delivery.enrol_problem.get().map(|error| view! {
                <p class="field-problem" role="alert" data-testid="enrol-problem">{i18n::enrol_problem(&error)}</p>
            })}
        </section>
    }
}
