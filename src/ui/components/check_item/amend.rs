//! A finished item: what was recorded, and amending it with a reason.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::domain::judge;
use crate::domain::verdict::Verdict;
use crate::store::finish::FinishError;
use crate::ui::components::icon::Icon;
use crate::ui::components::thumbnail::Thumbnail;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// What was recorded for a finished item.
#[component]
pub fn Settled(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let clause = item.clause();
    view! {
        <div class="settled">
            {move || item.answer.with(|answer| {
                let verdict = item.verdict.get();
                let reasons: Vec<_> = judge::failing_reasons(&clause, answer)
                    .iter()
                    .filter_map(|code| clause.reason(code))
                    .map(|reason| view! { <li>{say(&reason.text)}</li> })
                    .collect();
                let photos: Vec<_> = answer.photos.iter().map(|photo| view! {
                    <div class="photo" data-testid="photo" data-sha256=photo.sha256.clone()>
                        <Thumbnail sha256=photo.sha256.clone() />
                    </div>
                }).collect();
                view! {
                    <p class="verdict-mark" data-verdict=verdict.map_or("", Verdict::token)>
                        <Icon paths=verdict_icon(verdict) />
                        <span>{i18n::verdict_word(verdict)}</span>
                    </p>
                    {(!reasons.is_empty()).then(|| view! { <ul class="settled-reasons">{reasons}</ul> })}
                    {(!answer.note.is_empty()).then(|| view! { <p class="settled-note">{answer.note.clone()}</p> })}
                    {(!photos.is_empty()).then(|| view! { <div class="photo-strip">{photos}</div> })}
                }
            })}
            <button type="button" class="button quiet" data-testid="amend-item" on:click=move |_| desk.begin_amending(item)>
                <Icon paths=icons::EDIT />
                <span>{tr(Msg::Amend)}</span>
            </button>
        </div>
    }
}

/// The reason and the two ways out of amending.
#[component]
pub fn Amending(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let delivery = use_delivery();
    let reason = RwSignal::new(item.amend_reason());
    let problem = RwSignal::new(None::<FinishError>);
    let field = format!("{}-amend", item.item().id);
    let save = move |_| {
        spawn_local(async move {
            match desk.amend(item, &delivery.author()).await {
                Ok(()) => {
                    problem.set(None);
                    delivery.poke();
                }
                Err(error) => problem.set(Some(error)),
            }
        });
    };
    view! {
        <div class="amending">
            <label class="field-label" for=field.clone()>{tr(Msg::AmendReason)}</label>
            <textarea
                id=field
                data-testid="amend-reason"
                rows="2"
                prop:value=move || reason.get()
                on:input:target=move |event| {
                    let text = event.target().value();
                    reason.set(text.clone());
                    desk.set_amend_reason(item, text);
                }
            ></textarea>
            {move || problem.get().map(|error| view! { <p class="field-problem" role="alert">{i18n::finish_problem(&error)}</p> })}
            <div class="button-row">
                <button type="button" class="button primary" data-testid="amend-save" on:click=save>{tr(Msg::AmendSave)}</button>
                <button type="button" class="button quiet" data-testid="amend-cancel" on:click=move |_| desk.give_up_amending(item)>
                    {tr(Msg::Cancel)}
                </button>
            </div>
        </div>
    }
}

fn verdict_icon(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Conforming) => icons::CHECK,
        Some(Verdict::Nonconforming) => icons::CROSS,
        Some(Verdict::NotApplicable) => icons::MINUS,
        None => icons::QUESTION,
    }
}
