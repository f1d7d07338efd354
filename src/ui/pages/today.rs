//! 今日: overdue first, then today's tasks by their time, then what is finished.

use crate::ui::prelude::*;

use crate::store::day::{self, Day, DayTask};
use crate::ui::components::enrol::EnrolPanel;
use crate::ui::components::frame::Page;
use crate::ui::components::notice::StoreTrouble;
use crate::ui::components::task_card::TaskCard;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::platform::clock;
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::load::load;
use crate::ui::state::phone::use_phone;

/// The day as one timeline.
#[component]
pub fn TodayPage() -> impl IntoView {
    let delivery = use_delivery();
    let today = clock::today_in(clock::DEFAULT_ZONE);
    let day = load(move || {
        delivery.news.track();
        let store = use_phone().store;
        async move { day::read(&store, today).await }
    });
    view! {
        <Page title=tr(Msg::Today) subtitle=i18n::date(today) class="today">
            {move || delivery.enrolment.with(Option::is_none).then(|| view! { <EnrolPanel /> })}
            {move || match day.get().as_deref() {
                None => view! { <p class="loading" role="status">{tr(Msg::Loading)}</p> },
                Some(Err(error)) => view! { <StoreTrouble error=error.clone() /> },
                Some(Ok(day)) => timeline(day.clone(), delivery.enrolment.with(Option::is_some)),
            }}
        </Page>
    }
}

fn timeline(day: Day, enrolled: bool) -> AnyView {
    if day.is_empty() {
        return enrolled
            .then(|| {
                view! {
                    <div class="empty" data-testid="empty-today">
                        <svg class="empty-drawing" viewBox="0 0 120 80" aria-hidden="true">
                            <path d="M20 62h80M34 62V26l26-14 26 14v36M50 62V44h20v18M46 34h4M70 34h4" />
                        </svg>
                        <p class="empty-title">{tr(Msg::NothingToday)}</p>
                        <p>{tr(Msg::NothingTodayNext)}</p>
                    </div>
                }
            })
            .into_any();
    }
    let (finished, open): (Vec<_>, Vec<_>) =
        day.today.into_iter().partition(|t| t.progress.finished.is_some());
    view! {
        {section(Msg::Overdue, day.overdue, true)}
        {section(Msg::ToDo, open, false)}
        {section(Msg::Finished, finished, false)}
    }
}

fn section(title: Msg, tasks: Vec<DayTask>, overdue: bool) -> Option<impl IntoView> {
    let now = clock::minute_of_day_in(clock::DEFAULT_ZONE);
    (!tasks.is_empty()).then(|| {
        let count = tasks.len();
        let cards: Vec<_> = tasks
            .into_iter()
            .map(|DayTask { task, progress }| {
                let late = overdue || task.due_minute.is_some_and(|due| due < now);
                view! { <TaskCard task progress late /> }
            })
            .collect();
        view! {
            <section class="day-section">
                <h2 class="section-title">{tr(title)}<span class="count">{count}</span></h2>
                <ol class="timeline">{cards}</ol>
            </section>
        }
    })
}
