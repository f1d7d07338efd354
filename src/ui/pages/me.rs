//! 我: person, site, language, theme, text size, device, room, installing.

use crate::ui::prelude::*;

use crate::domain::text::Lang;
use crate::sync::Phase;
use crate::ui::components::enrol::EnrolPanel;
use crate::ui::components::frame::Page;
use crate::ui::components::lock::LockSection;
use crate::ui::components::person::Person;
use crate::ui::components::room::RoomLine;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::platform::prefs::{Prefs, TextSize, Theme};
use crate::ui::platform::room;
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::load::load;
use crate::ui::state::phone::use_phone;
use crate::ui::state::settings::use_settings;

/// Person and settings.
#[component]
pub fn MePage() -> impl IntoView {
    let delivery = use_delivery();
    view! {
        <Page title=tr(Msg::Me) class="me">
            {move || if delivery.enrolment.with(Option::is_some) {
                view! { <EnrolAgain /><Person /> }
            } else {
                view! { <EnrolPanel /> }
            }}
            <Appearance />
            <LockSection />
            <Device />
            <Installing />
        </Page>
    }
}

/// The code's field again, for a phone whose enrolment ran out or was revoked.
#[component]
fn EnrolAgain() -> impl IntoView {
    let delivery = use_delivery();
    let needed = Memo::new(move |_| {
        delivery.status.with(|status| matches!(status.phase, Phase::NeedsEnrolment | Phase::Revoked))
    });
    view! { {move || needed.get().then(|| view! { <EnrolPanel /> })} }
}

#[component]
fn Appearance() -> impl IntoView {
    let settings = use_settings();
    view! {
        <section class="settings-group" aria-labelledby="look-h">
            <h2 id="look-h">{tr(Msg::Appearance)}</h2>
            <Segments label=Msg::Language options=vec![
                ("lang-zh", "中文", Box::new(|p: &mut Prefs| p.lang = Lang::Zh) as Change, settings.get().lang == Lang::Zh),
                ("lang-en", "English", Box::new(|p: &mut Prefs| p.lang = Lang::En), settings.get().lang == Lang::En),
            ] />
            {move || {
                let theme = settings.get().theme;
                let text = settings.get().text;
                view! {
                    <Segments label=Msg::Theme options=vec![
                        ("theme-system", tr(Msg::ThemeSystem), Box::new(|p: &mut Prefs| p.theme = Theme::System) as Change, theme == Theme::System),
                        ("theme-light", tr(Msg::ThemeLight), Box::new(|p: &mut Prefs| p.theme = Theme::Light), theme == Theme::Light),
                        ("theme-dark", tr(Msg::ThemeDark), Box::new(|p: &mut Prefs| p.theme = Theme::Dark), theme == Theme::Dark),
                    ] />
                    <Segments label=Msg::TextSize options=vec![
                        ("text-normal", tr(Msg::TextNormal), Box::new(|p: &mut Prefs| p.text = TextSize::Normal) as Change, text == TextSize::Normal),
                        ("text-large", tr(Msg::TextLarge), Box::new(|p: &mut Prefs| p.text = TextSize::Large), text == TextSize::Large),
                        ("text-larger", tr(Msg::TextLarger), Box::new(|p: &mut Prefs| p.text = TextSize::Larger), text == TextSize::Larger),
                    ] />
                }
            }}
        </section>
    }
}

type Change = Box<dyn Fn(&mut Prefs)>;

/// A few choices side by side.
#[component]
fn Segments(label: Msg, options: Vec<(&'static str, &'static str, Change, bool)>) -> impl IntoView {
    let settings = use_settings();
    let buttons: Vec<_> = options
        .into_iter()
        .map(|(test_id, word, change, chosen)| {
            view! {
                <button type="button" class="segment" data-testid=test_id
                    aria-pressed=if chosen { "true" } else { "false" }
                    on:click=move |_| settings.change(|prefs| change(prefs))>
                    {word}
                </button>
            }
        })
        .collect();
    view! {
        <div class="setting">
            <span class="field-label">{tr(label)}</span>
            <div class="segments" role="group" aria-label=tr(label)>{buttons}</div>
        </div>
    }
}

/// This phone: its name at the endpoint, room left, whether the browser keeps its storage.
#[component]
fn Device() -> impl IntoView {
    let delivery = use_delivery();
    let phone = use_phone();
    let room = load(room::look);
    let install =
        phone.install_id.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    view! {
        <section class="settings-group" aria-labelledby="device-h">
            <h2 id="device-h">{tr(Msg::ThisPhone)}</h2>
            <dl class="facts">
                <div class="fact"><dt>{tr(Msg::InstallMark)}</dt><dd>{install}</dd></div>
                <div class="fact"><dt>{tr(Msg::DeviceAtOffice)}</dt>
                    <dd>{move || delivery.enrolment.with(|e| e.as_ref().map_or_else(|| tr(Msg::NotEnrolled).to_owned(), |e| e.device_id.clone()))}</dd></div>
                <div class="fact"><dt>{tr(Msg::Version)}</dt><dd>{env!("CARGO_PKG_VERSION")}</dd></div>
            </dl>
            {move || {
                let room = room.get().and_then(|room| *room);
                let (used, quota) = room.map_or((0, 0), |room| (room.used, room.quota));
                let wiped_when_short = room.is_some_and(|room| !room.persisted);
                view! {
                    <div class="storage">
                        <meter min="0" max=quota.max(1) prop:value=used as f64 aria-label=tr(Msg::RoomLeft)></meter>
                        <p>{i18n::room(used, quota)}</p>
                        <RoomLine />
                        {wiped_when_short.then(|| view! { <p class="hint" data-testid="not-persisted">{tr(Msg::NotPersisted)}</p> })}
                    </div>
                }
            }}
        </section>
    }
}

/// How to put the app on the home screen.
#[component]
fn Installing() -> impl IntoView {
    view! {
        <section class="settings-group" aria-labelledby="install-h">
            <h2 id="install-h">{tr(Msg::InstallTitle)}</h2>
            <p>{tr(Msg::InstallWhy)}</p>
            <dl class="facts">
                <div class="fact"><dt>"iPhone"</dt><dd>{tr(Msg::InstallIos)}</dd></div>
                <div class="fact"><dt>"Android"</dt><dd>{tr(Msg::InstallAndroid)}</dd></div>
            </dl>
        </section>
    }
}
