//! 演: the scene, the steps in order with the prescribed words, and a timer.

use crate::ui::prelude::*;
use gloo_timers::callback::Interval;

use super::choice::{Words, choice};
use super::lines::{answers, set_answer};
use crate::domain::answer::ProcedureAnswer;
use crate::domain::procedure::RolePlay;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{Msg, say, seconds, tr};
use crate::ui::icons;
use crate::ui::platform::clock;
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// 演: scene, timer, steps.
#[component]
pub fn RolePlayScreen(desk: TaskDesk, item: ItemDesk, at: usize, play: RolePlay) -> impl IntoView {
    let rows: Vec<_> = play
        .steps
        .iter()
        .enumerate()
        .map(|(line, step)| {
            let text = say(&step.text);
            let words = step.words.as_ref().map(|words| words.zh.clone());
            let value =
                Signal::derive(move || item.answer.with(|answer| answers(answer.procedures.get(at), line)));
            let set =
                move |value| desk.change(item, |answer| set_answer(answer.procedures.get_mut(at), line, value));
            view! {
                <li class="line step" data-testid="step">
                    <span class="line-text">
                        {text.clone()}
                        {words.map(|words| view! { <q class="prescribed" lang="zh-CN">{words}</q> })}
                    </span>
                    {choice(text, ("line-yes", "line-no"), Words { yes: Msg::Done, no: Msg::NotDone }, value, set)}
                </li>
            }
        })
        .collect();
    view! {
        <div class="script">
            <p class="scene">{say(&play.scene)}</p>
            <Timer desk item at />
            <ol class="steps">{rows}</ol>
        </div>
    }
}

/// How long the scene ran. Counted on the monotonic clock, kept when stopped.
#[component]
fn Timer(desk: TaskDesk, item: ItemDesk, at: usize) -> impl IntoView {
    let kept = move || {
        item.answer.with(|answer| match answer.procedures.get(at) {
            Some(ProcedureAnswer::RolePlay { elapsed_ms, .. }) => *elapsed_ms,
            _ => None,
        })
    };
    let running = RwSignal::new(None::<u64>);
    let shown = RwSignal::new(0_u64);
    let ticking = StoredValue::new_local(None::<Interval>);
    let toggle = move |_| match running.get_untracked() {
        None => {
            let begun = clock::mono_ms();
            running.set(Some(begun));
            shown.set(0);
            ticking.set_value(Some(Interval::new(500, move || {
                shown.set(clock::mono_ms().saturating_sub(begun));
            })));
        }
        Some(begun) => {
            running.set(None);
            ticking.set_value(None);
            let elapsed = clock::mono_ms().saturating_sub(begun);
            desk.change(item, |answer| {
                if let Some(ProcedureAnswer::RolePlay { elapsed_ms, .. }) = answer.procedures.get_mut(at) {
                    *elapsed_ms = Some(elapsed);
                }
            });
        }
    };
    view! {
        <button type="button" class="button quiet timer" data-testid="timer-start" on:click=toggle>
            <Icon paths=icons::CLOCK />
            <span>{move || if running.get().is_some() { tr(Msg::StopTimer) } else { tr(Msg::StartTimer) }}</span>
            <span class="elapsed">{move || match (running.get(), kept()) {
                (Some(_), _) => seconds(shown.get()),
                (None, Some(elapsed)) => seconds(elapsed),
                (None, None) => String::new(),
            }}</span>
        </button>
    }
}
