//! The fields of the lock's forms.

use crate::ui::prelude::*;

use crate::store::sealed::pin;
use crate::ui::i18n::{self, Msg, tr};

/// A field that shows dots, or letters where `plain`.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    id: &'static str,
    value: RwSignal<String>,
    /// A keypad is enough.
    #[prop(optional)]
    digits: bool,
    /// What is typed may be read by whoever looks on.
    #[prop(optional)]
    plain: bool,
) -> impl IntoView {
    view! {
        <div>
            <label class="field-label" for=id>{label}</label>
            <input id=id data-testid=id autocomplete="off" autocapitalize="characters" spellcheck="false"
                type=if plain { "text" } else { "password" }
                inputmode=digits.then_some("numeric")
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value()) />
        </div>
    }
}

/// A new PIN, twice.
#[component]
pub fn NewPin(label: Msg, first: RwSignal<String>, again: RwSignal<String>) -> impl IntoView {
    view! {
        <Field label=tr(label) id="lock-pin" value=first />
        <Field label=tr(Msg::LockPinAgain) id="lock-pin-again" value=again />
    }
}

/// The new PIN as it will be used, or why it is refused.
pub fn new_pin(first: RwSignal<String>, again: RwSignal<String>) -> Result<String, String> {
    let (pin, same) = (pin::fold(&first.get_untracked()), pin::fold(&again.get_untracked()));
    pin::check(&pin).map_err(i18n::pin_problem)?;
    if pin == same { Ok(pin) } else { Err(i18n::pins_differ()) }
}

/// What went wrong, in words.
#[component]
pub fn Problem(text: RwSignal<Option<String>>) -> impl IntoView {
    view! {
        {move || text.get().map(|text| view! { <p class="field-problem" role="alert" data-testid="lock-problem">{text}</p> })}
    }
}
