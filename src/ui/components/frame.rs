//! The frame of every page: top bar with the way back and the sync chip, tab bar, notices.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use super::alarm::{AlarmList, Board, LateAlarms};
use super::chip::SyncChip;
use super::icon::Icon;
use crate::ui::address::current;
use crate::ui::i18n::{Msg, tr};
use crate::ui::icons;
use crate::ui::platform::worker;

/// A page with its title; `back` is where the way back leads.
#[component]
pub fn Page(
    #[prop(into)] title: String,
    #[prop(optional, into)] subtitle: Option<String>,
    #[prop(optional)] back: Option<&'static str>,
    #[prop(optional)] class: &'static str,
    children: Children,
) -> impl IntoView {
    let board = Board::arriving(class);
    view! {
        <header class="topbar">
            {back.map(|href| view! {
                <a href=href class="back-link" aria-label=tr(Msg::Back)><Icon paths=icons::BACK /></a>
            })}
            <div class="topbar-title">
                <h1>{title}</h1>
                {subtitle.map(|text| view! { <p class="topbar-subtitle">{text}</p> })}
            </div>
            <LateAlarms board />
            <SyncChip />
        </header>
        <main class=format!("page {class}") id="main" tabindex="-1">
            <AlarmList board />
            {children()}
        </main>
    }
}

/// The tab bar at the thumb; a rail on wide screens.
#[component]
pub fn TabBar() -> impl IntoView {
    let tab = |href: &'static str, test_id: &'static str, icon, word| {
        let here = current(href);
        view! {
            <a href=href class="tab" data-testid=test_id aria-current=here>
                <Icon paths=icon />
                <span>{tr(word)}</span>
            </a>
        }
    };
    view! {
        <nav class="tabbar" aria-label=tr(Msg::Sections)>
            {tab("/", "nav-today", icons::TODAY, Msg::Today)}
            {tab("/standards", "nav-standards", icons::STANDARDS, Msg::Standards)}
            {tab("/sync", "nav-sync", icons::SYNC, Msg::Sync)}
            {tab("/me", "nav-me", icons::ME, Msg::Me)}
        </nav>
    }
}

/// The bar that offers a new version. Taking it is the person's choice; drafts are on disk.
#[component]
pub fn UpdateOffer() -> impl IntoView {
    let offered = RwSignal::new(false);
    spawn_local(worker::watch(move || {
        offered.try_set(true);
    }));
    view! {
        {move || offered.get().then(|| view! {
            <div class="update-offer" data-testid="update-offer" role="status">
                <p>{tr(Msg::UpdateReady)}</p>
                <button type="button" class="button primary" data-testid="update-accept" on:click=move |_| spawn_local(worker::take_over())>
                    {tr(Msg::UpdateNow)}
                </button>
                <button type="button" class="button quiet" data-testid="update-later" on:click=move |_| offered.set(false)>
                    {tr(Msg::Later)}
                </button>
            </div>
        })}
    }
}
