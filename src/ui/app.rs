//! Boot and the only route table.

use crate::ui::prelude::*;

use super::address::{Screen, provide_address};
use super::components::alarm::{AlarmSpeaker, ClosedAlarms, Resting};
use super::components::frame::{TabBar, UpdateOffer};
use super::i18n;
use super::pages::clause::ClausePage;
use super::pages::me::MePage;
use super::pages::not_found::NotFoundPage;
use super::pages::standards::StandardsPage;
use super::pages::sync::SyncPage;
use super::pages::task::TaskPage;
use super::pages::today::TodayPage;
use super::platform::journal;
use super::state::alarms::{provide_alarms, provide_closed, use_alarms};
use super::state::delivery::{Delivery, provide_delivery};
use super::state::load::load;
use super::state::phone::{Phone, provide_phone};
use super::state::settings::provide_settings;
use crate::store::StoreError;

/// Mounts the app in place of the shell that painted before it.
pub fn start() {
    journal::watch();
    let document = web_sys::window().and_then(|w| w.document()).expect("the app runs in a page");
    let root = document.get_element_by_id("app").expect("index.html has the app's element");
    leptos::mount::mount_to(wasm_bindgen::JsCast::unchecked_into(root), App).forget();
}

/// Opens the phone, then builds the screens; builds them anew when the language changes.
#[component]
fn App() -> impl IntoView {
    let settings = provide_settings();
    let lang = settings.lang();
    let phone = load(open);
    view! {
        {move || phone.get().map(|opened| match &*opened {
            Ok((phone, delivery)) => {
                remove_shell();
                provide_phone(phone.clone());
                provide_delivery(*delivery);
                provide_alarms(phone.clone(), *delivery);
                view! { {move || {
                    // Read, not only tracked: a memo that nobody has read hears of no change.
                    let _ = lang.get();
                    view! { <Screens /> }
                }} }
            }
            Err(error) => {
                remove_shell();
                view! { <NoStorage error=error.clone() /> }
            }
        })}
    }
}

async fn open() -> Result<(Phone, Delivery), StoreError> {
    let phone = Phone::open().await?;
    let delivery = Delivery::start(&phone).await?;
    Ok((phone, delivery))
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
