//! One item of a task: its clause and subject, its procedures' own screens, verdict, evidence.

mod amend;
mod ask;
mod choice;
pub mod evidence;
mod lines;
mod measure;
mod reasons;
mod role_play;

use crate::ui::prelude::*;

use crate::domain::procedure::Procedure;
use crate::domain::task::Subject;
use crate::domain::verdict::Verdict;
use crate::ui::components::icon::Icon;
use crate::ui::components::person::AnsweredBy;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::state::desk::{ItemDesk, Saved, TaskDesk};

/// One item of a task.
#[component]
pub fn CheckItem(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let clause = item.clause();
    let task_item = item.item();
    let kind = clause.procedures.first().map(Procedure::kind);
    let verdict = item.verdict;
    let open = Memo::new(move |_| desk.is_open(item));
    let procedures = StoredValue::new(clause.procedures.clone());
    let subject = match &task_item.subject {
        Subject::Staff { name, .. } | Subject::Place { name, .. } => Some(say(name)),
        Subject::Site => None,
    };
    let heading = format!("{}-h", task_item.id);
    view! {
        <article
            class="check-item"
            id=task_item.id.clone()
            data-testid="check-item"
            data-item-id=task_item.id.clone()
            data-clause=clause.code.clone()
            data-kind=kind.map(|k| k.token())
            data-verdict=move || verdict.get().map_or("", Verdict::token)
            data-saved=move || (item.saved.get() == Saved::Yes).then_some("true")
            aria-labelledby=heading.clone()
        >
            <header class="check-item-head">
                <span class="kind-badge">{kind.map(i18n::kind_letter)}</span>
                <span class="clause-code">{clause.code.clone()}</span>
                {subject.map(|name| view! { <span class="subject-chip">{name}</span> })}
                <AnsweredBy desk item />
                {clause.critical.then(|| view! { <span class="critical-mark">{tr(Msg::Critical)}</span> })}
                <SavedMark saved=item.saved />
            </header>
            <h2 class="wording" id=heading.clone()>{say(&clause.wording)}</h2>
            {move || open.get().then(|| procedures.with_value(|all| procedure_views(desk, item, all)))}
            {move || open.get().then(|| view! { <VerdictRow desk item /> })}
            {move || (open.get() && verdict.get() == Some(Verdict::Nonconforming))
                .then(|| view! { <reasons::Reasons desk item /> })}
            {move || open.get().then(|| view! { <evidence::Evidence desk item /> })}
            {move || (!open.get()).then(|| view! { <amend::Settled desk item /> })}
            {move || item.amending.get().then(|| view! { <amend::Amending desk item /> })}
        </article>
    }
}

fn procedure_views(desk: TaskDesk, item: ItemDesk, procedures: &[Procedure]) -> Vec<AnyView> {
    procedures
        .iter()
        .cloned()
        .enumerate()
        .map(|(at, procedure)| match procedure {
            Procedure::Ask(ask) => view! { <ask::AskScreen desk item at ask /> },
            Procedure::Check(check) => lines::check_screen(desk, item, at, &check),
            Procedure::Look(look) => lines::look_screen(desk, item, at, &look),
            Procedure::RolePlay(play) => view! { <role_play::RolePlayScreen desk item at play /> },
            Procedure::Measure(measure) => {
                view! { <measure::MeasureScreen desk item at measure /> }
            }
        })
        .collect()
}

/// The three verdict buttons, where the thumb is.
#[component]
fn VerdictRow(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let button = move |verdict: Verdict, test_id, icon, word| {
        let chosen = move || item.verdict.get() == Some(verdict);
        view! {
            <button
                type="button"
                class=format!("verdict {}", verdict.token())
                data-testid=test_id
                aria-pressed=move || if chosen() { "true" } else { "false" }
                on:click=move |_| desk.change(item, |answer| answer.state(verdict))
            >
                <Icon paths=icon />
                <span>{tr(word)}</span>
            </button>
        }
    };
    view! {
        <div class="verdict-row" role="group" aria-label=tr(Msg::Verdict)>
            {button(Verdict::Conforming, "verdict-pass", icons::CHECK, Msg::Pass)}
            {button(Verdict::Nonconforming, "verdict-fail", icons::CROSS, Msg::Fail)}
            {button(Verdict::NotApplicable, "verdict-na", icons::MINUS, Msg::NotApplicable)}
        </div>
    }
}

/// 已存手机: only once the write is complete.
#[component]
fn SavedMark(saved: RwSignal<Saved>) -> impl IntoView {
    view! {
        <span class="saved-mark" data-saved=move || match saved.get() {
            Saved::Untouched => "untouched",
            Saved::Saving => "saving",
            Saved::Yes => "yes",
            Saved::No => "no",
        }>
            {move || match saved.get() {
                Saved::Untouched => "",
                Saved::Saving => tr(Msg::Saving),
                Saved::Yes => tr(Msg::SavedOnPhone),
                Saved::No => tr(Msg::NotSaved),
            }}
        </span>
    }
}
