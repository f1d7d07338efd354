//! 问: the question large; the expected points stay hidden until what was said is recorded.

use crate::ui::prelude::*;

use super::choice::{Words, choice};
use super::lines::{answers, set_answer};
use crate::domain::answer::ProcedureAnswer;
use crate::domain::procedure::Ask;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{Msg, say, tr};
use crate::ui::icons;
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// 问: question, words, then points.
#[component]
pub fn AskScreen(desk: TaskDesk, item: ItemDesk, at: usize, ask: Ask) -> impl IntoView {
    let recorded = Memo::new(move |_| item.answer.with(|answer| said_of(answer.procedures.get(at)).1));
    let said = move || item.answer.with(|answer| said_of(answer.procedures.get(at)).0);
    let typed = move |text: String| {
        desk.change(item, |answer| {
            if let Some(ProcedureAnswer::Ask { said, .. }) = answer.procedures.get_mut(at) {
                *said = text;
            }
        });
    };
    let record = move |_| {
        desk.change(item, |answer| {
            if let Some(ProcedureAnswer::Ask { said, recorded, .. }) = answer.procedures.get_mut(at) {
                *recorded = !said.trim().is_empty();
            }
        });
    };
    let empty = move || said().trim().is_empty();
    let points = StoredValue::new(ask.points);
    let field = format!("{}-said-{at}", item.item().id);
    view! {
        <div class="ask">
            <blockquote class="question">{say(&ask.question)}</blockquote>
            <label class="field-label" for=field.clone()>{tr(Msg::WhatWasSaid)}</label>
            <textarea
                id=field
                class="said"
                data-testid="said-input"
                rows="2"
                prop:value=said
                prop:readOnly=move || recorded.get()
                on:input:target=move |event| typed(event.target().value())
            ></textarea>
            {move || (!recorded.get()).then(|| view! {
                <button type="button" class="button" data-testid="record-said" prop:disabled=empty on:click=record>
                    <Icon paths=icons::CLIPBOARD_CHECK />
                    <span>{tr(Msg::RecordWords)}</span>
                </button>
                <p class="hint">{tr(Msg::PointsHidden)}</p>
            })}
            {move || recorded.get().then(|| points.with_value(|points| {
                let rows: Vec<_> = points.iter().enumerate().map(|(line, point)| {
                    let text = say(&point.text);
                    let words = point.words.as_ref().map(|words| words.zh.clone());
                    let value = Signal::derive(move || {
                        item.answer.with(|answer| answers(answer.procedures.get(at), line))
                    });
                    let set = move |value| {
                        desk.change(item, |answer| set_answer(answer.procedures.get_mut(at), line, value));
                    };
                    let said = Words { yes: Msg::Said, no: Msg::Missed };
                    view! {
                        <li class="line" data-testid="ask-point">
                            <span class="line-text">
                                {text.clone()}
                                {words.map(|words| view! { <q class="prescribed" lang="zh-CN">{words}</q> })}
                            </span>
                            {choice(text, ("point-yes", "point-no"), said, value, set)}
                        </li>
                    }
                }).collect();
                view! { <ul class="points">{rows}</ul> }
            }))}
        </div>
    }
}

fn said_of(procedure: Option<&ProcedureAnswer>) -> (String, bool) {
    match procedure {
        Some(ProcedureAnswer::Ask { said, recorded, .. }) => (said.clone(), *recorded),
        _ => (String::new(), false),
    }
}
