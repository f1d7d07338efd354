//! The one form that all of the lock's questions are asked with: built once, it costs once.

use crate::ui::prelude::*;
use leptos::ev::SubmitEvent;
use leptos::task::spawn_local;

use crate::store::sealed::pin;
use crate::store::sealed::vault::Deed;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::state::lock::use_lock;

/// One thing that is asked.
#[derive(Clone)]
pub struct Input {
    /// What it is called.
    pub label: String,
    /// Its id, and its test id.
    pub id: &'static str,
    /// What is typed; [`Input::secret`] shows it as dots.
    pub value: RwSignal<String>,
    /// The field's `type` and `inputmode`.
    pub shown: (&'static str, Option<&'static str>),
}

/// A button beside the one that submits.
pub struct Aside {
    /// Its word.
    pub word: Msg,
    /// Its test id.
    pub id: &'static str,
    /// What it does.
    pub act: Box<dyn Fn()>,
}

/// What the form asks and does.
pub struct Ask {
    /// In order.
    pub inputs: Vec<Input>,
    /// The word on the button that submits.
    pub word: Msg,
    /// It waits when there were too many tries.
    pub counted: bool,
    /// What follows from what was typed: a deed, nothing more to do, or what is wrong with it.
    pub read: Box<dyn Fn() -> Result<Option<Deed>, String>>,
    /// Called after the deed is done, where the form is still there.
    pub done: Box<dyn Fn()>,
    /// The other way out.
    pub aside: Aside,
}

impl Input {
    /// Shown as dots.
    pub fn secret(label: &str, id: &'static str) -> Self {
        let value = RwSignal::new(String::new());
        Self { label: label.to_owned(), id, value, shown: ("password", None) }
    }

    /// Shown as typed.
    pub fn plain(label: &str, id: &'static str) -> Self {
        Self { shown: ("text", None), ..Self::secret(label, id) }
    }

    /// The lock's present PIN: dots, with a keypad where that is enough.
    pub fn present(label: &str, id: &'static str) -> Self {
        let digits = use_lock().lock.with_untracked(|lock| lock.digits);
        Self { shown: ("password", digits.then_some("numeric")), ..Self::secret(label, id) }
    }

    /// A new PIN, twice.
    pub fn new_pin(label: Msg) -> [Self; 2] {
        [Self::secret(tr(label), "lock-pin"), Self::secret(tr(Msg::LockPinAgain), "lock-pin-again")]
    }

    /// What is typed, with plain digits.
    pub fn text(&self) -> String {
        pin::fold(&self.value.get_untracked())
    }
}

/// The new PIN of [`Input::new_pin`], or why it is refused.
pub fn read_new_pin(first: &Input, again: &Input) -> Result<String, String> {
    let pin = first.text();
    pin::check(&pin).map_err(i18n::pin_problem)?;
    if pin == again.text() { Ok(pin) } else { Err(i18n::pins_differ()) }
}

/// The form.
#[component]
pub fn LockForm(ask: Ask) -> impl IntoView {
    let lock = use_lock();
    let Ask { inputs, word, counted, read, done, aside } = ask;
    let (problem, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let wait_ms = Memo::new(move |_| if counted { lock.patience.get().wait_ms } else { 0 });
    let fields: Vec<_> = inputs.into_iter().map(field).collect();
    let (read, done) = (StoredValue::new_local(read), StoredValue::new_local(done));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let deed = match read.with_value(|read| read()) {
            Ok(Some(deed)) => deed,
            Ok(None) => return,
            Err(text) => return problem.set(Some(text)),
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let outcome = lock.perform(deed).await;
            // The form may be gone: the screens make way while rows are written anew.
            busy.try_set(false);
            match outcome {
                Ok(()) => done.try_with_value(|done| done()).unwrap_or_default(),
                Err(text) => drop(problem.try_set(Some(text))),
            }
        });
    };
    let button = if word == Msg::LockTurnOff { "button danger" } else { "button primary" };
    view! {
        <form class="stack" on:submit=submit>
            {fields}
            {move || {
                let waits = Some(wait_ms.get()).filter(|ms| *ms > 0).map(i18n::wait_for_try);
                waits.or_else(|| problem.get()).map(|text| view! {
                    <p class="field-problem" role="alert" data-testid="lock-problem">{text}</p>
                })
            }}
            <div class="button-row">
                <button type="submit" class=button data-testid="lock-submit" prop:disabled=move || busy.get() || wait_ms.get() != 0>
                    {move || tr(if busy.get() { Msg::LockOpening } else { word })}
                </button>
                <button type="button" class="button quiet" data-testid=aside.id on:click=move |_| (aside.act)()>{tr(aside.word)}</button>
            </div>
        </form>
    }
}

fn field(input: Input) -> AnyView {
    let Input { label, id, value, shown: (kind, mode) } = input;
    view! {
        <div>
            <label class="field-label" for=id>{label}</label>
            <input id=id data-testid=id autocomplete="off" autocapitalize="characters" spellcheck="false"
                type=kind inputmode=mode
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value()) />
        </div>
    }
}
