//! Yes or no to one line: a thing, a sight, a point, a step.

use crate::ui::prelude::*;

use crate::ui::components::icon::Icon;
use crate::ui::i18n::{Msg, tr};
use crate::ui::icons;

/// The two words of a choice.
#[derive(Clone, Copy)]
pub struct Words {
    /// For yes.
    pub yes: Msg,
    /// For no.
    pub no: Msg,
}

/// A pair of buttons; pressing the chosen one again takes the answer back.
pub fn choice(
    label: String,
    ids: (&'static str, &'static str),
    words: Words,
    value: Signal<Option<bool>>,
    set: impl Fn(Option<bool>) + Copy + 'static,
) -> impl IntoView {
    let button = move |mine: bool, test_id, icon, word| {
        view! {
            <button
                type="button"
                class=if mine { "choice yes" } else { "choice no" }
                data-testid=test_id
                aria-pressed=move || if value.get() == Some(mine) { "true" } else { "false" }
                on:click=move |_| set(if value.get_untracked() == Some(mine) { None } else { Some(mine) })
            >
                <Icon paths=icon />
                <span>{tr(word)}</span>
            </button>
        }
    };
    view! {
        <div class="choices" role="group" aria-label=label>
            {button(true, ids.0, icons::CHECK, words.yes)}
            {button(false, ids.1, icons::CROSS, words.no)}
        </div>
    }
}
