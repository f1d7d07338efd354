//! Turning the lock on: a PIN, the recovery code on paper, and the proof that it is there.

use crate::ui::prelude::*;
use leptos::ev::SubmitEvent;
use leptos::task::spawn_local;

use super::{Field, NewPin, Problem, new_pin};
use crate::store::sealed::{recovery, web};
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::lock::use_lock;

/// How far it is.
#[derive(Clone)]
enum Step {
    Offer,
    Pin,
    Code(Code),
    Proof(Code),
}

/// What is decided so far.
#[derive(Clone)]
struct Code {
    pin: String,
    bits: [u8; 16],
    /// Which groups are asked for, from 0.
    asked: [usize; 2],
}

/// The lock is off: what it does, and the steps to turn it on.
#[component]
pub fn Setup() -> impl IntoView {
    let step = RwSignal::new(Step::Offer);
    view! {
        {move || match step.get() {
            Step::Offer => view! {
                <p>{tr(Msg::LockExplain)}</p>
                <button type="button" class="button" data-testid="lock-on" on:click=move |_| step.set(Step::Pin)>
                    <Icon paths=icons::LOCK /><span>{tr(Msg::LockTurnOn)}</span>
                </button>
            },
            Step::Pin => view! { <PinStep step /> },
            Step::Code(code) => view! { <CodeStep step code /> },
            Step::Proof(code) => view! { <ProofStep step code /> },
        }}
    }
}

#[component]
fn PinStep(step: RwSignal<Step>) -> impl IntoView {
    let (first, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problem = RwSignal::new(None);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match new_pin(first, again).and_then(code) {
            Ok(code) => step.set(Step::Code(code)),
            Err(text) => problem.set(Some(text)),
        }
    };
    view! {
        <form class="stack" on:submit=submit>
            <NewPin label=Msg::LockPin first again />
            <Problem text=problem />
            <div class="button-row">
                <button type="submit" class="button primary" data-testid="lock-submit">{tr(Msg::LockNext)}</button>
                <GiveUp step />
            </div>
        </form>
    }
}

#[component]
fn CodeStep(step: RwSignal<Step>, code: Code) -> impl IntoView {
    let groups: Vec<_> =
        recovery::groups(&code.bits).into_iter().map(|group| view! { <li>{group}</li> }).collect();
    view! {
        <div class="stack">
            <h3>{tr(Msg::LockCodeTitle)}</h3>
            <p>{tr(Msg::LockCodeExplain)}</p>
            <ol class="lock-code" data-testid="lock-code-groups" translate="no">{groups}</ol>
            <div class="button-row">
                <button type="button" class="button primary" data-testid="lock-submit"
                    on:click=move |_| step.set(Step::Proof(code.clone()))>{tr(Msg::LockCodeWritten)}</button>
                <GiveUp step />
            </div>
        </div>
    }
}

#[component]
fn ProofStep(step: RwSignal<Step>, code: Code) -> impl IntoView {
    let lock = use_lock();
    let typed = [RwSignal::new(String::new()), RwSignal::new(String::new())];
    let (problem, busy) = (RwSignal::new(None), RwSignal::new(false));
    let groups = recovery::groups(&code.bits);
    let [one, two] = code.asked;
    let back = code.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let fits = |at: usize| recovery::fold(&typed[at].get_untracked()) == groups[code.asked[at]];
        if busy.get_untracked() || !(fits(0) && fits(1)) {
            problem.set(Some(tr(Msg::LockCodeWrong).to_owned()));
            return;
        }
        busy.set(true);
        let (pin, bits) = (code.pin.clone(), code.bits);
        spawn_local(async move {
            if let Err(error) = lock.turn_on(pin, bits).await {
                problem.try_set(Some(i18n::vault_problem(&error, lock.patience.get_untracked())));
                busy.try_set(false);
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <p>{tr(Msg::LockCodeProve)}</p>
            <Field label=i18n::code_group(one + 1) id="lock-group-a" value=typed[0] plain=true />
            <Field label=i18n::code_group(two + 1) id="lock-group-b" value=typed[1] plain=true />
            <Problem text=problem />
            <div class="button-row">
                <button type="submit" class="button primary" data-testid="lock-submit" prop:disabled=move || busy.get()>
                    {tr(Msg::LockTurnOn)}
                </button>
                <button type="button" class="button quiet" on:click=move |_| step.set(Step::Code(back.clone()))>
                    {tr(Msg::LockCodeShowAgain)}
                </button>
            </div>
        </form>
    }
}

#[component]
fn GiveUp(step: RwSignal<Step>) -> impl IntoView {
    view! {
        <button type="button" class="button quiet" on:click=move |_| step.set(Step::Offer)>{tr(Msg::Cancel)}</button>
    }
}

fn code(pin: String) -> Result<Code, String> {
    let failed = |_| i18n::store_problem(&crate::store::StoreError::Other(String::new()));
    let bits = web::random::<16>().map_err(failed)?;
    let [first, step] = web::random::<2>().map_err(failed)?;
    let one = usize::from(first) % recovery::GROUPS;
    let two = (one + 1 + usize::from(step) % (recovery::GROUPS - 1)) % recovery::GROUPS;
    Ok(Code { pin, bits, asked: [one.min(two), one.max(two)] })
}
