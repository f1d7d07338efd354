//! Turning the lock on: a PIN, the recovery code on paper, and the proof that it is there.

use crate::ui::prelude::*;

use super::{Aside, Ask, Input, LockForm, read_new_pin};
use crate::store::StoreError;
use crate::store::sealed::vault::Deed;
use crate::store::sealed::{recovery, web};
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;

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
pub(super) fn setup() -> AnyView {
    let step = RwSignal::new(Step::Offer);
    view! {
        {move || match step.get() {
            Step::Offer => view! {
                <p>{tr(Msg::LockExplain)}</p>
                <button type="button" class="button" data-testid="lock-on" on:click=move |_| step.set(Step::Pin)>
                    <Icon paths=icons::LOCK /><span>{tr(Msg::LockTurnOn)}</span>
                </button>
            },
            Step::Pin => view! { <LockForm ask=ask_pin(step) /> },
            Step::Code(code) => show_code(step, code),
            Step::Proof(code) => view! { <p>{tr(Msg::LockCodeProve)}</p><LockForm ask=ask_proof(step, code) /> },
        }}
    }
}

fn ask_pin(step: RwSignal<Step>) -> Ask {
    let [first, again] = Input::new_pin(Msg::LockPin);
    Ask {
        inputs: vec![first.clone(), again.clone()],
        word: Msg::LockNext,
        counted: false,
        read: Box::new(move || {
            step.set(Step::Code(code(read_new_pin(&first, &again)?)?));
            Ok(None)
        }),
        done: Box::new(|| ()),
        aside: aside(Msg::Cancel, step, Step::Offer),
    }
}

fn show_code(step: RwSignal<Step>, code: Code) -> AnyView {
    let groups: Vec<_> =
        recovery::groups(&code.bits).into_iter().map(|group| view! { <li>{group}</li> }).collect();
    view! {
        <h3>{tr(Msg::LockCodeTitle)}</h3>
        <p>{tr(Msg::LockCodeExplain)}</p>
        <ol class="lock-code" data-testid="lock-code-groups" translate="no">{groups}</ol>
        <button type="button" class="button primary" data-testid="lock-submit"
            on:click=move |_| step.set(Step::Proof(code.clone()))>{tr(Msg::LockCodeWritten)}</button>
    }
}

fn ask_proof(step: RwSignal<Step>, code: Code) -> Ask {
    let ids = ["lock-group-a", "lock-group-b"];
    let inputs: Vec<Input> =
        ids.into_iter().zip(code.asked).map(|(id, at)| Input::plain(&i18n::code_group(at + 1), id)).collect();
    let (typed, back) = (inputs.clone(), Step::Code(code.clone()));
    let groups = recovery::groups(&code.bits);
    Ask {
        inputs,
        word: Msg::LockTurnOn,
        counted: false,
        read: Box::new(move || {
            let fits = |(input, at): (&Input, usize)| recovery::fold(&input.text()) == groups[at];
            if typed.iter().zip(code.asked).all(fits) {
                Ok(Some(Deed::TurnOn(code.pin.clone(), code.bits)))
            } else {
                Err(tr(Msg::LockCodeWrong).to_owned())
            }
        }),
        done: Box::new(|| ()),
        aside: aside(Msg::LockCodeShowAgain, step, back),
    }
}

fn aside(word: Msg, step: RwSignal<Step>, to: Step) -> Aside {
    Aside { word, id: "lock-back", act: Box::new(move || step.set(to.clone())) }
}

fn code(pin: String) -> Result<Code, String> {
    // 16 bytes for the code, two to choose the groups that are asked for.
    let random = web::random::<18>();
    let [bits @ .., first, step] =
        random.map_err(|_| i18n::store_problem(&StoreError::Other(String::new())))?;
    let one = usize::from(first) % recovery::GROUPS;
    let two = (one + 1 + usize::from(step) % (recovery::GROUPS - 1)) % recovery::GROUPS;
    Ok(Code { pin, bits, asked: [one.min(two), one.max(two)] })
}
