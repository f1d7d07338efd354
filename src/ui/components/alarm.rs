//! The alarms on a page: the most urgent in full, the others one line each, above the content and
//! covering none of it. They take their place as the page arrives; one that comes later waits in
//! the top bar until the person wants it or comes back, so that nothing moves under a thumb.

use crate::ui::prelude::*;

use super::icon::Icon;
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
    view! {
        <div class="alarms">
            {move || board.here().filter(|alarm| board.is_placed(*alarm)).enumerate().map(|(at, alarm)| {
                let open = at == 0 && (board.unfolds || alarm.stops_work());
                view! { <AlarmView alarms=board.alarms alarm open /> }
            }).collect::<Vec<_>>()}
            <p class="alarm-note" role="status" data-testid="alarm-note">{move || board.alarms.note.get()}</p>
        </div>
    }
}

/// One alarm: its line always, its sentence and next steps when unfolded.
#[component]
pub fn AlarmView(alarms: Alarms, alarm: Alarm, open: bool) -> impl IntoView {
    let steps: Vec<_> = alarm
        .steps()
        .iter()
        .enumerate()
        .map(|(at, step)| view! { <StepButton alarms alarm step=*step first=at == 0 /> })
        .collect();
    view! {
        <details class="alarm" data-testid="alarm" data-alarm=alarm.token()
            data-urgency=alarm.urgency().token() open=open>
            <summary><Icon paths=icon(alarm) /><span class="alarm-title">{i18n::alarm_title(alarm)}</span></summary>
            <p>{i18n::alarm_text(alarm)}</p>
            <div class="button-row">{steps}</div>
        </details>
    }
}

#[component]
fn StepButton(alarms: Alarms, alarm: Alarm, step: Step, first: bool) -> impl IntoView {
    let word = i18n::alarm_step(alarm, step, alarms.can_pull());
    let class = if first { "button" } else { "button quiet" };
    let href = match step {
        Step::Enrol => Some("/me"),
        Step::PullAgain if !alarms.can_pull() => Some("/me"),
        Step::OpenSync => Some("/sync"),
        _ => None,
    };
    match href {
        Some(href) => view! {
            <a class=class href=href data-testid="alarm-action" data-step=step.token()>{word}</a>
        },
        None => view! {
            <button type="button" class=class data-testid="alarm-action" data-step=step.token()
                on:click=move |_| alarms.take(alarm, step)>{word}</button>
        },
    }
}

/// In the top bar: alarms that came after the page; a tap gives them their place.
#[component]
pub fn LateAlarms(board: Board) -> impl IntoView {
    let late = move || {
        let mut waiting = board.here().filter(|alarm| !board.is_placed(*alarm));
        waiting.next().map(|first| (first, 1 + waiting.count()))
    };
    let place = move |_| {
        board.place_all();
        if let Some(window) = web_sys::window() {
            window.scroll_to_with_x_and_y(0.0, 0.0);
        }
    };
    view! {
        {move || late().map(|(first, count)| view! {
            <button type="button" class="alarm-late" data-testid="alarm-late" data-alarm=first.token()
                data-urgency=first.urgency().token() aria-label=i18n::late_alarms(count) on:click=place>
                <Icon paths=icons::WARNING />
                {(count > 1).then_some(count)}
            </button>
        })}
    }
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
    view! {
        {move || alarms.resting.get().then(|| view! {
            <main class="page blocked resting" data-testid="resting">
                <h1>{title}</h1>
                <p>{text}</p>
                <button type="button" class="button primary" data-testid="use-here" on:click=move |_| alarms.wake()>{button}</button>
            </main>
        })}
    }
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
