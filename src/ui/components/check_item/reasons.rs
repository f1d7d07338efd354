//! The clause's own reasons, first thing after a failing.

use crate::ui::prelude::*;

use crate::domain::judge;
use crate::ui::i18n::{Msg, say, tr};
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// Every reason of the clause; those that a procedure found are set and stay so.
#[component]
pub fn Reasons(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let clause = StoredValue::new(item.clause());
    let buttons: Vec<_> = clause
        .with_value(|clause| clause.reasons.clone())
        .into_iter()
        .map(|reason| {
            let text = say(&reason.text);
            let code = StoredValue::new(reason.code);
            let found = Memo::new(move |_| {
                item.answer.with(|answer| {
                    clause
                        .with_value(|clause| judge::found_by_procedures(clause, answer))
                        .contains(&code.get_value())
                })
            });
            let picked = move || item.answer.with(|answer| answer.reasons.contains(&code.get_value()));
            let toggle = move |_| {
                desk.change(item, |answer| {
                    let code = code.get_value();
                    match answer.reasons.iter().position(|picked| *picked == code) {
                        Some(at) => {
                            answer.reasons.remove(at);
                        }
                        None => answer.reasons.push(code),
                    }
                })
            };
            view! {
                <button
                    type="button"
                    class="reason"
                    data-testid="fail-reason"
                    data-reason=text.clone()
                    aria-pressed=move || if found.get() || picked() { "true" } else { "false" }
                    on:click=toggle
                >
                    {text.clone()}
                </button>
            }
        })
        .collect();
    view! {
        <div class="reasons" role="group" aria-label=tr(Msg::WhyNot)>
            <p class="field-label">{tr(Msg::WhyNot)}</p>
            {buttons}
        </div>
    }
}
