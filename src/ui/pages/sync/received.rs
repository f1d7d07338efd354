//! What the company has, folded by task, a page at a time: thousands of received records cost the
//! screen no more than fifty.

use std::collections::BTreeSet;

use crate::ui::prelude::*;

use super::row::RecordRow;
use crate::store::StoreError;
use crate::store::custody::{self, TaskLines};
use crate::ui::components::notice::StoreTrouble;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::state::custody::Ladder;
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::load::load;
use crate::ui::state::phone::use_phone;

/// Records read at a time.
const PAGE: usize = 50;

type Page = (Vec<TaskLines>, Option<String>);

/// The received records, newest first.
#[component]
pub(super) fn Received(ladder: Ladder) -> impl IntoView {
    let delivery = use_delivery();
    // Those that the screen shows further up stay there.
    let without = ladder.shown();
    let count = Memo::new(move |_| delivery.status.with(|status| status.counts.records_received));
    let any = Memo::new(move |_| count.get() > 0);
    view! {
        {move || any.get().then(|| view! {
            <section class="received" aria-labelledby="received-h">
                <h2 class="section-title" id="received-h">{tr(Msg::RungReceived)}<span class="count">{move || i18n::grouped(count.get())}</span></h2>
                <PageView before=None without=without.clone() />
            </section>
        })}
    }
}

/// One page, and the way to the next.
#[component]
fn PageView(before: Option<String>, without: BTreeSet<String>) -> impl IntoView {
    let is_first = before.is_none();
    let read = {
        let without = without.clone();
        load(move || {
            let (store, before, without) = (use_phone().store, before.clone(), without.clone());
            async move { custody::received(&store, before.as_deref(), PAGE, &without).await }
        })
    };
    view! {
        {move || read.get().map(|page| page_view(&page, is_first, &without))}
    }
}

fn page_view(page: &Result<Page, StoreError>, is_first: bool, without: &BTreeSet<String>) -> AnyView {
    let (tasks, next) = match page {
        Ok(page) => page,
        Err(error) => return view! { <StoreTrouble error=error.clone() /> },
    };
    let folds: Vec<_> = tasks.iter().enumerate().map(|(at, task)| fold(task, is_first && at == 0)).collect();
    let asked = RwSignal::new(false);
    let next = StoredValue::new(next.clone());
    let without = StoredValue::new(without.clone());
    view! {
        {folds}
        {move || next.get_value().map(|key| match asked.get() {
            true => view! { <PageView before=Some(key) without=without.get_value() /> },
            false => view! {
                <button type="button" class="button quiet more" data-testid="more-received" on:click=move |_| asked.set(true)>
                    {tr(Msg::EarlierOnes)}
                </button>
            },
        })}
    }
}

fn fold(task: &TaskLines, is_open: bool) -> AnyView {
    let title = task.title.as_ref().map_or_else(|| tr(Msg::WithoutTask).to_owned(), say);
    let count = task.lines.len();
    let nothing = Memo::new(|_| BTreeSet::new());
    let rows: Vec<_> = task
        .lines
        .iter()
        .map(|line| view! { <RecordRow row=ArcRwSignal::new(line.clone()) sending=nothing /> })
        .collect();
    view! {
        <details class="received-task" data-testid="received-task" open=is_open>
            <summary><span class="received-title">{title}</span><span class="count">{count}</span></summary>
            <ul class="queue">{rows}</ul>
        </details>
    }
}
