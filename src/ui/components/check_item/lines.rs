//! 查 and 看: a list of things, records or sights, each answered on its own.

use crate::ui::prelude::*;

use super::choice::{Words, choice};
use crate::domain::answer::ProcedureAnswer;
use crate::domain::procedure::{Check, Look, Requirement};
use crate::ui::i18n::{Msg, say};
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// 查: each thing present, works, complete or done.
pub fn check_screen(desk: TaskDesk, item: ItemDesk, at: usize, check: &Check) -> AnyView {
    let rows = check.lines.iter().map(|line| (say(&line.text), words_of(line.must_be))).collect();
    rows_view("check-lines", "check-line", desk, item, at, rows)
}

/// 看: one sight is judged by the verdict buttons themselves; several, each on its own.
pub fn look_screen(desk: TaskDesk, item: ItemDesk, at: usize, look: &Look) -> AnyView {
    if let [sight] = look.sights.as_slice() {
        return view! {
            <div class="look">
                <p class="sight-single" data-testid="sight">{say(&sight.text)}</p>
            </div>
        };
    }
    let words = Words { yes: Msg::Seen, no: Msg::NotSeen };
    let rows = look.sights.iter().map(|sight| (say(&sight.text), words)).collect();
    rows_view("look", "sight", desk, item, at, rows)
}

fn rows_view(
    class: &'static str,
    test_id: &'static str,
    desk: TaskDesk,
    item: ItemDesk,
    at: usize,
    rows: Vec<(String, Words)>,
) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .enumerate()
        .map(|(line, (text, words))| {
            let value =
                Signal::derive(move || item.answer.with(|answer| answers(answer.procedures.get(at), line)));
            let set = move |value| {
                desk.change(item, |answer| set_answer(answer.procedures.get_mut(at), line, value))
            };
            view! {
                <li class="line" data-testid=test_id>
                    <span class="line-text">{text.clone()}</span>
                    {choice(text, ("line-yes", "line-no"), words, value, set)}
                </li>
            }
        })
        .collect();
    view! { <ul class=class>{rows}</ul> }
}

fn words_of(requirement: Requirement) -> Words {
    match requirement {
        Requirement::Present => Words { yes: Msg::Present, no: Msg::Absent },
        Requirement::Works => Words { yes: Msg::Works, no: Msg::Broken },
        Requirement::Complete => Words { yes: Msg::Complete, no: Msg::Incomplete },
        Requirement::Done => Words { yes: Msg::Done, no: Msg::NotDone },
    }
}

/// The answer to a line of any procedure made of yes and no.
pub(super) fn answers(procedure: Option<&ProcedureAnswer>, line: usize) -> Option<bool> {
    match procedure? {
        ProcedureAnswer::Check { lines: all }
        | ProcedureAnswer::Look { sights: all }
        | ProcedureAnswer::Ask { points: all, .. }
        | ProcedureAnswer::RolePlay { steps: all, .. } => all.get(line).copied().flatten(),
        ProcedureAnswer::Measure { .. } => None,
    }
}

/// Sets the answer to a line of any procedure made of yes and no.
pub(super) fn set_answer(procedure: Option<&mut ProcedureAnswer>, line: usize, value: Option<bool>) {
    let all = match procedure {
        Some(
            ProcedureAnswer::Check { lines: all }
            | ProcedureAnswer::Look { sights: all }
            | ProcedureAnswer::Ask { points: all, .. }
            | ProcedureAnswer::RolePlay { steps: all, .. },
        ) => all,
        _ => return,
    };
    if let Some(slot) = all.get_mut(line) {
        *slot = value;
    }
}
