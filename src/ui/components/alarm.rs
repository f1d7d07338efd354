//! The alarms on a page: the most urgent in full, the others one line each, above the content and
//! covering none of it. They take their place as the page arrives; one that comes later waits in
//! the top bar until the person wants it or comes back, so that nothing moves under a thumb.

use crate::ui::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::domain::alarm::{Alarm, Step};
use crate::ui::i18n;
use crate::ui::icons;
use crate::ui::state::alarms::{Alarms, use_alarms};

/// What one page shows of the alarms.
#[derive(Clone, Copy)]
pub struct Board {
    alarms: Alarms,
    /// The kinds that have their place on this page, as bits.
    placed: RwSignal<u32>,
    /// This page is about the phone and its delivery.
    keeps: bool,
    /// The first alarm is unfolded, whatever it is.
    unfolds: bool,
}

impl Board {
    /// The board of a page that arrives now; `class` is the page's.
    pub fn arriving(class: &str) -> Self {
        let alarms = use_alarms();
        alarms.note.set(None);
        let keeps = matches!(class, "sync" | "me");
        let board = Self { alarms, placed: RwSignal::new(0), keeps, unfolds: keeps || class == "today" };
        Effect::new(move |_| {
            alarms.returned.track();
            board.place_all();
        });
        board.place_all();
        board
    }

    fn here(self) -> impl Iterator<Item = Alarm> {
        self.alarms.list().into_iter().filter(move |alarm| self.keeps || !alarm.is_hushed())
    }

    fn place_all(self) {
        let placed = untrack(|| self.here()).fold(0, |placed, alarm| placed | bit(alarm));
        if placed != self.placed.get_untracked() {
            self.placed.set(placed);
        }
    }

    fn is_placed(self, alarm: Alarm) -> bool {
        self.placed.get() & bit(alarm) != 0
    }
}

/// The alarms that have their place, at the top of the page.
#[component]
pub fn AlarmList(board: Board) -> impl IntoView {
    let html = move || {
        let shown = board.here().filter(|alarm| board.is_placed(*alarm)).enumerate();
        shown
            .map(|(at, alarm)| markup(board.alarms, alarm, at == 0 && (board.unfolds || alarm.stops_work())))
            .collect()
    };
    view! {
        <Markup html=Box::new(html) />
        <p class="alarm-note" role="status" data-testid="alarm-note">{move || board.alarms.note.get()}</p>
    }
}

/// The alarms where the storage did not open, all unfolded.
#[component]
pub fn ClosedAlarms() -> impl IntoView {
    let alarms = use_alarms();
    let html = move || alarms.list().into_iter().map(|alarm| markup(alarms, alarm, true)).collect();
    view! {
        <Markup html=Box::new(html) />
        <p class="alarm-note" role="status" data-testid="alarm-note">{move || alarms.note.get()}</p>
    }
}

/// In the top bar: alarms that came after the page; a tap gives them their place.
#[component]
pub fn LateAlarms(board: Board) -> impl IntoView {
    let html = move || {
        let mut waiting = board.here().filter(|alarm| !board.is_placed(*alarm));
        let Some(first) = waiting.next() else { return String::new() };
        let count = 1 + waiting.count();
        format!(
            r#"<button type="button" class="alarm-late" data-testid="alarm-late" data-alarm="{}" data-urgency="{}" aria-label="{}">{}{}</button>"#,
            first.token(),
            first.urgency().token(),
            i18n::late_alarms(count),
            svg(icons::WARNING),
            if count > 1 { count.to_string() } else { String::new() },
        )
    };
    let place = move || {
        board.place_all();
        if let Some(window) = web_sys::window() {
            window.scroll_to_with_x_and_y(0.0, 0.0);
        }
    };
    view! { <Markup html=Box::new(html) tapped=Box::new(place) /> }
}

/// Says each new alarm once to those who do not see it; outlives the pages.
#[component]
pub fn AlarmSpeaker() -> impl IntoView {
    let alarms = use_alarms();
    let words = RwSignal::new(None);
    let known = StoredValue::new(0);
    Effect::new(move |_| {
        let list = alarms.list();
        let before = known.get_value();
        known.set_value(list.iter().fold(0, |all, alarm| all | bit(*alarm)));
        let new = list.into_iter().filter(|alarm| before & bit(*alarm) == 0);
        let titles: Vec<_> = new.map(i18n::alarm_title).collect();
        words.set((!titles.is_empty()).then(|| titles.join(" · ")));
    });
    view! { <p class="visually-hidden" role="status" aria-live="polite" data-testid="alarm-speaker">{move || words.get()}</p> }
}

/// In place of the app while another page is used. The app stays as it is behind it.
#[component]
pub fn Resting() -> impl IntoView {
    let alarms = use_alarms();
    let [title, text, button] = i18n::resting();
    let html = move || {
        if !alarms.resting.get() {
            return String::new();
        }
        format!(
            r#"<main class="page resting" data-testid="resting"><h1>{title}</h1><p>{text}</p><button type="button" class="button primary" data-testid="use-here">{button}</button></main>"#
        )
    };
    view! { <Markup html=Box::new(html) tapped=Box::new(move || alarms.wake()) /> }
}

/// Words of our own as markup. Alarms are many small elements of one kind each, and every kind of
/// element costs its own renderer; as text they are a fraction of it. Only our own words and figures
/// get in, nothing that a person typed.
#[component]
fn Markup(
    html: Box<dyn Fn() -> String + Send>,
    /// What a tap on its one button does; without it, buttons take the step they name.
    #[prop(optional)]
    tapped: Option<Box<dyn Fn()>>,
) -> impl IntoView {
    let alarms = use_alarms();
    let click = move |event: leptos::ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(button) = target.and_then(|target| target.closest("button").ok().flatten()) else { return };
        let Some(tapped) = &tapped else {
            let read = |element: &Element, name| element.get_attribute(name).unwrap_or_default();
            let kind = button.closest("details").ok().flatten().map(|alarm| read(&alarm, "data-alarm"));
            return alarms.take_named(&kind.unwrap_or_default(), &read(&button, "data-step"));
        };
        tapped();
    };
    view! { <div class="alarms" inner_html=html on:click=click></div> }
}

/// One alarm: its line always, its sentence and next steps when unfolded.
fn markup(alarms: Alarms, alarm: Alarm, open: bool) -> String {
    let steps: String = alarm
        .steps()
        .iter()
        .enumerate()
        .map(|(at, step)| step_markup(alarms, alarm, *step, if at == 0 { "button" } else { "button quiet" }))
        .collect();
    format!(
        r#"<details class="alarm" data-testid="alarm" data-alarm="{}" data-urgency="{}"{}><summary>{}<span class="alarm-title">{}</span></summary><p>{}</p><div class="button-row">{steps}</div></details>"#,
        alarm.token(),
        alarm.urgency().token(),
        if open { " open" } else { "" },
        svg(icon(alarm)),
        i18n::alarm_title(alarm),
        i18n::alarm_text(alarm),
    )
}

fn step_markup(alarms: Alarms, alarm: Alarm, step: Step, class: &str) -> String {
    let word = i18n::alarm_step(alarm, step, alarms.can_pull());
    let step_token = step.token();
    let href = match step {
        Step::Enrol => "/me",
        Step::PullAgain if !alarms.can_pull() => "/me",
        Step::OpenSync => "/sync",
        _ => {
            return format!(
                r#"<button type="button" class="{class}" data-testid="alarm-action" data-step="{step_token}">{word}</button>"#
            );
        }
    };
    format!(
        r#"<a class="{class}" href="{href}" data-testid="alarm-action" data-step="{step_token}">{word}</a>"#
    )
}

fn svg(paths: &str) -> String {
    format!(r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{paths}</svg>"#)
}

fn bit(alarm: Alarm) -> u32 {
    1 << alarm.kind()
}

fn icon(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::Clock(_) => icons::CLOCK,
        Alarm::OtherPage | Alarm::Blocked => icons::PAGES,
        Alarm::Full | Alarm::Tight { .. } | Alarm::Stopped | Alarm::PersistRefused { .. } => icons::DISK,
        Alarm::Revoked | Alarm::EnrolmentEnded => icons::PHONE,
        Alarm::MaybePrivate | Alarm::Forbidden => icons::EYE,
        Alarm::OlderThanData | Alarm::OlderThanOffice => icons::ARROW_UP,
        _ => icons::WARNING,
    }
}
