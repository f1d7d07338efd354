//! The custody ladder: what is on this phone, being sent, received by the company, set aside; and
//! carrying it by hand.

mod carry;
mod received;
mod row;
mod summary;

use crate::ui::prelude::*;

use self::carry::Carry;
use self::received::Received;
use self::row::{RecordRow, Rung};
use self::summary::Summary;
use crate::ui::components::frame::Page;
use crate::ui::components::notice::StoreTrouble;
use crate::ui::components::room::RoomLine;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::state::custody::{Ladder, TaskRows};
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::people::provide_people;

/// The custody ladder.
#[component]
pub fn SyncPage() -> impl IntoView {
    let delivery = use_delivery();
    provide_people();
    let ladder = Ladder::open(delivery);
    // Nothing is shown, and nothing called safe, before everything was counted: nothing jumps then.
    let is_read = Memo::new(move |_| {
        let failed = ladder.tasks.with(|tasks| matches!(tasks, Some(Err(_))));
        failed || (delivery.counted.get() && ladder.left.with(Option::is_some))
    });
    let none_waits =
        Memo::new(move |_| ladder.tasks.with(|tasks| matches!(tasks, Some(Ok(tasks)) if tasks.is_empty())));
    let none_received = Memo::new(move |_| delivery.status.with(|s| s.counts.records_received == 0));
    view! {
        <Page title=tr(Msg::Sync) class="sync">
            {move || match is_read.get() {
                false => view! { <p class="hint">{tr(Msg::Loading)}</p> },
                true => view! {
                    <Summary ladder />
                    <Carry />
                    {move || ladder.tasks.get().map(|tasks| match tasks {
                        Err(error) => view! { <StoreTrouble error /> },
                        Ok(tasks) => tasks.into_iter().map(|task| view! { <TaskSection ladder task /> }).collect_view().into_any(),
                    })}
                    <More ladder />
                    {move || (none_waits.get() && none_received.get()).then(|| view! {
                        <div class="empty" data-testid="empty-sync">
                            <p class="empty-title">{tr(Msg::NothingToSend)}</p>
                            <p>{tr(Msg::NothingToSendNext)}</p>
                        </div>
                    })}
                    <RoomLine />
                    <Received ladder />
                },
            }}
        </Page>
    }
}

/// One task's records, with how many of them the company has.
#[component]
fn TaskSection(ladder: Ladder, task: TaskRows) -> impl IntoView {
    let rows: Vec<_> = task.rows.iter().filter_map(|key| ladder.row(key)).collect();
    let (shown, total) = (rows.len() as u64, task.total);
    let signals = StoredValue::new(rows.clone());
    let done = Memo::new(move |_| {
        let there = |row: &ArcRwSignal<_>| row.with(|line| Rung::of_record(line, false) == Rung::Received);
        let received = signals.with_value(|rows| rows.iter().filter(|row| there(row)).count());
        // Those that are not listed were received before.
        total - shown + received as u64
    });
    let title = task.title.as_ref().map_or_else(|| tr(Msg::WithoutTask).to_owned(), say);
    view! {
        <section class="custody-task" data-task-id=task.task data-done=move || done.get().to_string() data-total=total.to_string()>
            <h2 class="custody-task-title">
                <span>{title}</span>
                <span class="count">{move || i18n::received_of(done.get(), total)}</span>
            </h2>
            <progress max=total.max(1) prop:value=move || done.get() as f64 aria-label=tr(Msg::RungReceived)></progress>
            <ul class="queue" class:long={shown > 40}>
                {rows.into_iter().map(|row| view! { <RecordRow row sending=ladder.sending /> }).collect_view()}
            </ul>
        </section>
    }
}

/// The way to rows that are not built yet.
#[component]
fn More(ladder: Ladder) -> impl IntoView {
    let more = Memo::new(move |_| ladder.left.with(|left| left.as_ref().map_or(0, |left| left.more)));
    view! {
        {move || (more.get() > 0).then(|| view! {
            <button type="button" class="button quiet more" data-testid="more-waiting" on:click=move |_| ladder.show_more()>
                {i18n::more_waiting(more.get())}
            </button>
        })}
    }
}
