//! Behind the lock: the PIN is asked for, or rows are being written anew. Shows counts alone, for
//! nothing else can be read.

use crate::ui::prelude::*;
use gloo_timers::callback::Timeout;
use leptos::ev::SubmitEvent;
use leptos::task::spawn_local;

use crate::store::sealed::vault::VaultError;
use crate::store::sealed::{pin, recovery};
use crate::ui::components::icon::Icon;
use crate::ui::components::lock::{Field, NewPin, Problem, new_pin};
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
    view! {
        <main class="page lock-page" data-testid="lock-screen"
            data-tries-left=move || patience.get().tries_left
            data-wait-s=move || patience.get().wait_ms.div_ceil(1_000)>
            <div class="lock-head">
                <Icon paths=icons::LOCK />
                <h1>{tr(Msg::AppName)}" · "{tr(Msg::LockClosed)}</h1>
                <p data-testid="lock-waiting">{move || counts.get().map(|counts| i18n::waiting_behind_lock(&counts))}</p>
            </div>
            {move || if recovering.get() {
                view! { <Recover recovering /> }
            } else {
                view! { <Enter recovering /> }
            }}
        </main>
    }
}

#[component]
fn Enter(recovering: RwSignal<bool>) -> impl IntoView {
    let lock = use_lock();
    let typed = RwSignal::new(String::new());
    let (problem, busy) = (RwSignal::new(None), RwSignal::new(false));
    let waits = Memo::new(move |_| lock.patience.get().wait_ms > 0);
    let digits = Memo::new(move |_| lock.lock.with(|lock| lock.digits));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let pin = pin::fold(&typed.get_untracked());
        if pin.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            if let Err(error) = lock.unlock(pin).await {
                let patience = lock.patience.get_untracked();
                // A wait is told by the countdown, which moves.
                let text = (patience.wait_ms == 0).then(|| i18n::vault_problem(&error, patience));
                problem.try_set(text);
                typed.try_set(String::new());
                busy.try_set(false);
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            {move || {
                let digits = digits.get();
                view! { <Field label="PIN" id="lock-pin" value=typed digits /> }
            }}
            {move || {
                let wait_ms = lock.patience.get().wait_ms;
                (wait_ms > 0).then(|| view! { <p class="field-problem" role="status">{i18n::wait_for_try(wait_ms)}</p> })
            }}
            <Problem text=problem />
            <button type="submit" class="button primary" data-testid="lock-submit" prop:disabled=move || busy.get() || waits.get()>
                {move || if busy.get() { tr(Msg::LockOpening) } else { tr(Msg::LockOpen) }}
            </button>
            <button type="button" class="button quiet" data-testid="lock-recover" on:click=move |_| recovering.set(true)>
                {tr(Msg::LockForgot)}
            </button>
        </form>
    }
}

#[component]
fn Recover(recovering: RwSignal<bool>) -> impl IntoView {
    let lock = use_lock();
    let text = || RwSignal::new(String::new());
    let (code, first, again) = (text(), text(), text());
    let (problem, busy) = (RwSignal::new(None), RwSignal::new(false));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let slip = || tr(Msg::LockCodeSlip).to_owned();
        let asked = recovery::read(&code.get_untracked()).ok_or_else(slip);
        let (bits, pin) = match asked.and_then(|bits| Ok((bits, new_pin(first, again)?))) {
            Ok(both) => both,
            Err(text) => return problem.set(Some(text)),
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            if let Err(error) = lock.recover(bits, pin).await {
                let text = match error {
                    VaultError::Wrong => tr(Msg::LockCodeOther).to_owned(),
                    error => i18n::vault_problem(&error, lock.patience.get_untracked()),
                };
                problem.try_set(Some(text));
                busy.try_set(false);
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <p>{tr(Msg::LockRecoverExplain)}</p>
            <Field label=tr(Msg::LockRecoverCode) id="lock-code" value=code plain=true />
            <NewPin label=Msg::LockPinNew first again />
            <Problem text=problem />
            <button type="submit" class="button primary" data-testid="lock-submit" prop:disabled=move || busy.get()>
                {move || if busy.get() { tr(Msg::LockOpening) } else { tr(Msg::LockOpen) }}
            </button>
            <button type="button" class="button quiet" on:click=move |_| recovering.set(false)>{tr(Msg::Back)}</button>
        </form>
    }
}

/// Rows are being sealed or opened for good.
#[component]
pub fn LockWork(seals: bool, done: u64, of: u64) -> impl IntoView {
    view! {
        <main class="page lock-page" data-testid="lock-work">
            <div class="lock-head">
                <Icon paths=icons::LOCK />
                <h1>{tr(if seals { Msg::LockSealing } else { Msg::LockUnsealing })}</h1>
            </div>
            <progress max=of.max(1) prop:value=done as f64 aria-label=tr(Msg::Progress)></progress>
            <p role="status">{i18n::lock_progress(done, of)}</p>
            <p class="hint">{tr(Msg::LockWorkExplain)}</p>
        </main>
    }
}

/// That stopped, and can wait: every row still opens.
#[component]
pub fn LockStuck(error: VaultError) -> impl IntoView {
    let lock = use_lock();
    view! {
        <main class="page lock-page" data-testid="lock-stuck">
            <div class="notice" data-kind="error" role="alert">
                <Icon paths=icons::WARNING />
                <p>{i18n::vault_problem(&error, lock.patience.get_untracked())}</p>
            </div>
            <p>{tr(Msg::LockWorkExplain)}</p>
            <div class="button-row">
                <button type="button" class="button primary" on:click=move |_| spawn_local(lock.carry_on())>{tr(Msg::TryAgain)}</button>
                <button type="button" class="button quiet" on:click=move |_| lock.postpone()>{tr(Msg::Later)}</button>
            </div>
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
