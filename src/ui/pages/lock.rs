//! Behind the lock: the PIN is asked for, or rows are being written anew. Shows counts alone, for
//! nothing else can be read.

use crate::ui::prelude::*;
use gloo_timers::callback::Timeout;
use leptos::task::spawn_local;

use crate::store::sealed::recovery;
use crate::store::sealed::vault::{Deed, VaultError};
use crate::ui::components::icon::Icon;
use crate::ui::components::lock::{Aside, Ask, Input, LockForm, read_new_pin};
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::load::load;
use crate::ui::state::lock::use_lock;

const SECOND_MS: u64 = 1_000;

/// The lock is closed.
#[component]
pub fn LockScreen() -> impl IntoView {
    let lock = use_lock();
    let counts = load(move || lock.counts());
    let recovering = RwSignal::new(false);
    let patience = lock.patience;
    count_down();
    // Read before the form is built, which asks whether a keypad is enough.
    let known = Memo::new(move |_| lock.lock.with(|lock| lock.state.is_on()));
    view! {
        <main class="page lock-page" data-testid="lock-screen"
            data-tries-left=move || patience.get().tries_left
            data-wait-s=move || patience.get().wait_ms.div_ceil(SECOND_MS)>
            <div class="lock-head">
                <Icon paths=icons::LOCK />
                <h1>{tr(Msg::LockClosed)}</h1>
                <p data-testid="lock-waiting">{move || counts.get().map(|counts| i18n::waiting_behind_lock(&counts))}</p>
            </div>
            {move || known.get().then(|| {
                let ask = if recovering.get() { recover(recovering) } else { enter(recovering) };
                view! { <LockForm ask /> }
            })}
        </main>
    }
}

fn enter(recovering: RwSignal<bool>) -> Ask {
    let pin = Input::present("PIN", "lock-pin");
    let aside =
        Aside { word: Msg::LockForgot, id: "lock-recover", act: Box::new(move || recovering.set(true)) };
    Ask {
        inputs: vec![pin.clone()],
        word: Msg::LockOpen,
        counted: true,
        read: Box::new(move || {
            let typed = pin.text();
            pin.value.set(String::new());
            Ok(Some(Deed::Unlock(typed)).filter(|deed| *deed != Deed::Unlock(String::new())))
        }),
        done: Box::new(|| ()),
        aside,
    }
}

fn recover(recovering: RwSignal<bool>) -> Ask {
    let code = Input::plain(tr(Msg::LockRecoverCode), "lock-code");
    let [first, again] = Input::new_pin(Msg::LockPinNew);
    Ask {
        inputs: vec![code.clone(), first.clone(), again.clone()],
        word: Msg::LockOpen,
        counted: false,
        read: Box::new(move || {
            let bits = recovery::read(&code.text()).ok_or_else(|| tr(Msg::LockCodeSlip).to_owned())?;
            Ok(Some(Deed::Recover(bits, read_new_pin(&first, &again)?)))
        }),
        done: Box::new(|| ()),
        aside: Aside { word: Msg::Back, id: "lock-back", act: Box::new(move || recovering.set(false)) },
    }
}

/// Rows are being sealed or opened for good, or that stopped; every row opens all the while.
#[component]
pub fn LockWork(seals: bool, done: u64, of: u64, problem: Option<VaultError>) -> impl IntoView {
    let lock = use_lock();
    view! {
        <main class="page lock-page" data-testid="lock-work">
            <div class="lock-head">
                <Icon paths=icons::LOCK />
                <h1>{tr(if seals { Msg::LockSealing } else { Msg::LockUnsealing })}</h1>
            </div>
            <progress max=of.max(1) prop:value=done as f64 aria-label=tr(Msg::Progress)></progress>
            <p class="hint" role="status">{format!("{done} / {of}")}</p>
            <p class="hint">{tr(Msg::LockWorkExplain)}</p>
            {problem.map(|error| view! {
                <p class="field-problem" role="alert" data-testid="lock-problem">{i18n::vault_problem(&error, lock.patience.get_untracked())}</p>
                <div class="button-row">
                    <button type="button" class="button primary" on:click=move |_| spawn_local(lock.carry_on())>{tr(Msg::TryAgain)}</button>
                    <button type="button" class="button quiet" on:click=move |_| lock.postpone()>{tr(Msg::Later)}</button>
                </div>
            })}
        </main>
    }
}

/// Keeps the wait on the screen moving until it is over.
fn count_down() {
    let lock = use_lock();
    let timer = StoredValue::new_local(None);
    Effect::new(move |_| {
        let wait_ms = lock.patience.get().wait_ms;
        let again = Timeout::new(wait_ms.min(SECOND_MS) as u32, move || spawn_local(lock.read()));
        timer.set_value((wait_ms > 0).then_some(again));
    });
}
