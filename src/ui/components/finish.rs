//! Finishing a task: its summary, what is still open, and the button.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use super::icon::Icon;
use crate::domain::caveat::{self, Caveat};
use crate::domain::violation::Violation;
use crate::store::finish::FinishError;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::platform::{idle, position};
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// Summary and button; what is in the way, once the button was pressed.
#[component]
pub fn FinishPanel(desk: TaskDesk) -> impl IntoView {
    let delivery = use_delivery();
    let asked = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<FinishError>);
    let busy = RwSignal::new(false);
    let finish = move |open_because: Option<String>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match desk.finish(&delivery.author(), open_because).await {
                Ok(()) => delivery.poke(),
                Err(error) => problem.set(Some(error)),
            }
            busy.set(false);
        });
    };
    let first_press = move |_| {
        problem.set(None);
        let (open, flawed) = in_the_way(desk);
        if open.is_empty() && flawed.is_empty() { finish(None) } else { asked.set(true) }
    };
    view! {
        <section class="finish-panel" aria-label=tr(Msg::Summary)>
            {move || desk.finished.get().then(|| view! {
                <div class="task-finished" data-testid="task-finished" role="status">
                    <Icon paths=icons::CHECK />
                    <p class="task-finished-title">{tr(Msg::TaskFinished)}</p>
                    <p>{tr(Msg::TaskFinishedNext)}</p>
                </div>
            })}
            <h2 class="section-title">{tr(Msg::Summary)}</h2>
            <Summary desk />
            {move || (!desk.finished.get()).then(|| view! {
                {move || asked.get().then(|| view! { <InTheWay desk reason finish=Callback::new(finish) /> })}
                {move || problem.get().map(|error| view! {
                    <p class="field-problem" role="alert">{i18n::finish_problem(&error)}</p>
                })}
                <button type="button" class="button primary finish" data-testid="finish-task"
                    prop:disabled=move || busy.get() on:click=first_press>
                    {tr(Msg::FinishTask)}
                </button>
            })}
        </section>
    }
}

/// The counts, and what the verdicts rest on less than they could.
#[component]
fn Summary(desk: TaskDesk) -> impl IntoView {
    let cell = move |kind: &'static str, word: Msg, count: fn(&crate::domain::record::Counts) -> u32| {
        view! {
            <div class="summary-cell" data-kind=kind>
                <dt>{tr(word)}</dt>
                <dd>{move || count(&desk.counts.get())}</dd>
            </div>
        }
    };
    let weak = RwSignal::new(Vec::new());
    let asked = StoredValue::new(false);
    // All items are looked through, so never in the way of a tap, and once for many.
    Effect::new(move |_| {
        desk.changed.track();
        if asked.get_value() {
            return;
        }
        asked.set_value(true);
        idle::when_idle(move || {
            // The task may have been left meanwhile, and everything of its page with it.
            if asked.try_set_value(false).is_none() {
                weak.set(weaknesses(desk));
            }
        });
    });
    view! {
        <dl class="summary">
            {cell("pass", Msg::Pass, |c| c.conforming)}
            {cell("fail", Msg::Fail, |c| c.nonconforming)}
            {cell("na", Msg::NotApplicable, |c| c.not_applicable)}
            {cell("open", Msg::NotDoneYet, |c| c.open)}
        </dl>
        {move || {
            let found = weak.get();
            (!found.is_empty()).then(|| view! {
                <ul class="caveats">
                    {found.into_iter().map(|(caveat, count)| view! { <li>{i18n::caveat_count(caveat, count)}</li> })
                        .collect::<Vec<_>>()}
                </ul>
            })
        }}
    }
}

/// What is open or flawed, each a way to its item; open items may be left with a reason.
#[component]
fn InTheWay(desk: TaskDesk, reason: RwSignal<String>, finish: Callback<Option<String>>) -> impl IntoView {
    view! {
        {move || {
            // Read every verdict, so that the list shrinks as the items are done.
            desk.items().iter().for_each(|item| { item.verdict.track(); item.answer.track(); });
            let (open, flawed) = in_the_way(desk);
            let none_flawed = flawed.is_empty();
            let may_leave = none_flawed && !open.is_empty();
            (!open.is_empty() || !none_flawed).then(|| view! {
                <div class="notice open-list" data-kind="warn" data-testid="open-list">
                    <p class="notice-title">{i18n::still_open(open.len(), flawed.len())}</p>
                    <ul>
                        {flawed.into_iter().chain(open).map(row).collect::<Vec<_>>()}
                    </ul>
                    {may_leave.then(|| view! {
                        <label class="field-label" for="open-reason">{tr(Msg::WhyLeftOpen)}</label>
                        <textarea id="open-reason" data-testid="open-reason" rows="2"
                            prop:value=move || reason.get()
                            on:input:target=move |event| reason.set(event.target().value())></textarea>
                        <button type="button" class="button" data-testid="finish-anyway"
                            prop:disabled=move || reason.get().trim().is_empty()
                            on:click=move |_| finish.run(Some(reason.get_untracked().trim().to_owned()))>
                            {tr(Msg::FinishAnyway)}
                        </button>
                    })}
                </div>
            })
        }}
    }
}

fn row((item, violations): (ItemDesk, Vec<Violation>)) -> impl IntoView {
    let task_item = item.item();
    let words: Vec<_> = violations.iter().map(|violation| i18n::violation(*violation)).collect();
    let id = task_item.id.clone();
    let go = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        position::show(&id);
    };
    view! {
        <li>
            <a class="open-item" data-testid="open-item" href=format!("#{}", task_item.id) on:click=go>
                <span class="clause-code">{task_item.clause}</span>
                <span class="open-item-text">{say(&item.clause().wording)}</span>
                <span class="open-item-why">{words.join(" · ")}</span>
            </a>
        </li>
    }
}

type Held = Vec<(ItemDesk, Vec<Violation>)>;

/// Items without a verdict, and items whose verdict lacks something.
fn in_the_way(desk: TaskDesk) -> (Held, Held) {
    desk.items()
        .into_iter()
        .map(|item| (item, item.violations()))
        .filter(|(_, violations)| !violations.is_empty())
        .partition(|(_, violations)| violations.contains(&Violation::Undecided))
}

fn weaknesses(desk: TaskDesk) -> Vec<(Caveat, usize)> {
    let mut counted: Vec<(Caveat, usize)> = Vec::new();
    for item in desk.items() {
        let found = item.answer.with_untracked(|answer| caveat::caveats(&item.clause(), answer));
        for caveat in found {
            match counted.iter_mut().find(|(known, _)| *known == caveat) {
                Some((_, count)) => *count += 1,
                None => counted.push((caveat, 1)),
            }
        }
    }
    counted
}
