//! Boot and the only route table.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::ui::prelude::*;

use super::address::{Screen, provide_address};
use super::components::alarm::{AlarmSpeaker, ClosedAlarms, Resting};
use super::components::frame::{TabBar, UpdateOffer};
use super::i18n;
use super::pages::clause::ClausePage;
use super::pages::lock::{LockScreen, LockWork};
use super::pages::me::MePage;
use super::pages::not_found::NotFoundPage;
use super::pages::standards::StandardsPage;
use super::pages::sync::SyncPage;
use super::pages::task::TaskPage;
use super::pages::today::TodayPage;
use super::platform::journal;
use super::state::alarms::{self, Alarms, provide_alarms, provide_closed, use_alarms};
use super::state::delivery::{Delivery, provide_delivery};
use super::state::load::load;
use super::state::lock::{Gate, provide_lock, use_lock};
use super::state::phone::{Phone, provide_phone};
use super::state::settings::{provide_settings, use_settings};
use crate::store::StoreError;

/// Mounts the app in place of the shell that painted before it.
pub fn start() {
    journal::watch();
    let document = web_sys::window().and_then(|w| w.document()).expect("the app runs in a page");
    let root = document.get_element_by_id("app").expect("index.html has the app's element");
    leptos::mount::mount_to(wasm_bindgen::JsCast::unchecked_into(root), App).forget();
}

/// Opens the phone, asks for the PIN where there is a lock, then builds the screens; builds them anew
/// when the language changes.
#[component]
fn App() -> impl IntoView {
    provide_settings();
    let phone = load(Phone::open);
    view! {
        {move || phone.get().map(|opened| match &*opened {
            Ok(phone) => {
                provide_phone(phone.clone());
                provide_lock(phone);
                view! { <Gated phone=phone.clone() /> }
            }
            Err(error) => {
                remove_shell();
                view! { <NoStorage error=error.clone() /> }
            }
        })}
    }
}

/// The screens once the lock is open; delivery starts with them.
#[component]
fn Gated(phone: Phone) -> impl IntoView {
    let (lang, lock) = (use_settings().lang(), use_lock());
    let gate = Memo::new(move |_| lock.seen.with(|seen| seen.gate.clone()));
    let is_open = Memo::new(move |_| gate.get() == Gate::Open);
    // Once is enough: what watches over the open phone stays while rows are written anew.
    let started = Rc::new(OnceCell::new());
    let delivery = load(move || {
        let (open, phone, started) = (is_open.get(), phone.clone(), started.clone());
        async move {
            if open && started.get().is_none() {
                let both = match Delivery::start(&phone).await {
                    Ok(delivery) => Ok((delivery, alarms::start(phone, delivery).await)),
                    Err(error) => Err(error),
                };
                let _ = started.set(both);
            }
            started.get().cloned()
        }
    });
    // Built once: the reading is repeated when the gate moves, the screens are not.
    let is_started = Memo::new(move |_| delivery.get().is_some_and(|started| started.is_some()));
    let opened = move || {
        let started = is_started.get().then(|| untrack(|| delivery.get()))??;
        remove_shell();
        Some(match (*started).clone()? {
            Ok((delivery, alarms)) => view! { <Opened delivery alarms /> },
            Err(error) => view! { <NoStorage error /> },
        })
    };
    let asked = move || {
        let gate = gate.get();
        // Read, not only tracked: a memo that nobody has read hears of no change.
        let _ = lang.get();
        let asked = match gate {
            Gate::Open => return None,
            Gate::Closed => view! { <LockScreen /> },
            Gate::Working { seals, done, of, problem } => view! { <LockWork seals done of problem /> },
        };
        remove_shell();
        Some(asked)
    };
    view! {
        <div class="opened" hidden=move || !is_open.get()>{opened}</div>
        {asked}
    }
}

/// The screens of a phone that is open, with what watches over it.
#[component]
fn Opened(delivery: Delivery, alarms: Alarms) -> impl IntoView {
    provide_delivery(delivery);
    provide_alarms(alarms);
    let lang = use_settings().lang();
    view! {
        {move || {
            let _ = lang.get();
            view! { <Screens /> }
        }}
    }
}

#[component]
fn Screens() -> impl IntoView {
    let address = provide_address();
    let screen = address.screen();
    let resting = use_alarms().resting;
    view! {
        <AlarmSpeaker />
        <Resting />
        <div class="app" hidden=move || resting.get()>
            {move || {
                let built = page(screen.get());
                address.arrived();
                built
            }}
            <TabBar />
            <UpdateOffer />
        </div>
    }
}

fn page(screen: Screen) -> AnyView {
    match screen {
        Screen::Today => view! { <TodayPage /> },
        Screen::Task(id) => view! { <TaskPage id /> },
        Screen::Standards => view! { <StandardsPage /> },
        Screen::Clause(code) => view! { <ClausePage code /> },
        Screen::Sync => view! { <SyncPage /> },
        Screen::Me => view! { <MePage /> },
        Screen::Unknown => view! { <NotFoundPage /> },
    }
}

/// The storage did not open: nothing can be kept, so nothing is asked.
#[component]
fn NoStorage(error: StoreError) -> impl IntoView {
    provide_closed(&error);
    view! {
        <main class="page blocked" data-testid="no-storage">
            <h1>{i18n::tr(i18n::Msg::AppName)}</h1>
            <div role="alert"><ClosedAlarms /></div>
        </main>
    }
}

fn remove_shell() {
    if let Some(shell) =
        web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("shell"))
    {
        shell.remove();
    }
}
