//! A task: its items one under another, and finishing it.

use std::sync::Arc;

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::domain::clause::Clause;
use crate::domain::task::Task;
use crate::store::{Store, StoreError, Table};
use crate::ui::components::check_item::CheckItem;
use crate::ui::components::finish::FinishPanel;
use crate::ui::components::frame::Page;
use crate::ui::components::notice::{DeskTrouble, StoreTrouble};
use crate::ui::components::person::OthersAnswers;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::platform::{idle, position};
use crate::ui::state::book::Book;
use crate::ui::state::delivery::{Delivery, use_delivery};
use crate::ui::state::desk::{ItemDesk, TaskDesk};
use crate::ui::state::load::load;
use crate::ui::state::people::provide_people;
use crate::ui::state::phone::{Phone, use_phone};

/// Items built before the first paint: a little more than a tall phone shows.
const FIRST: usize = 8;
/// Items built at a time after it, small enough that a tap never waits.
const CHUNK: usize = 12;

/// Tasks with more items than this leave rows off the screen unlaid.
const LONG: usize = 40;

/// A task by the id in the address.
#[component]
pub fn TaskPage(id: String) -> impl IntoView {
    let phone = use_phone();
    let delivery = use_delivery();
    provide_people();
    let desk = load(move || open(phone.clone(), delivery, id.clone()));
    let shown = move || match desk.get().as_deref() {
        None => view! {
            <Page title=tr(Msg::Task) back="/"><p class="loading" role="status">{tr(Msg::Loading)}</p></Page>
        },
        Some(Ok(Some(desk))) => view! { <DeskView desk=*desk /> },
        Some(Ok(None)) => view! {
            <Page title=tr(Msg::Task) back="/">
                <div class="empty"><p>{tr(Msg::TaskUnknown)}</p></div>
            </Page>
        },
        Some(Err(error)) => {
            let error = error.clone();
            view! { <Page title=tr(Msg::Task) back="/"><StoreTrouble error /></Page> }
        }
    };
    view! { {move || shown()} }
}

async fn open(phone: Phone, delivery: Delivery, id: String) -> Result<Option<TaskDesk>, StoreError> {
    let Some(row) = phone.store.get(Table::Tasks, &id).await? else { return Ok(None) };
    let task: Task = crate::json::read(&row.json).map_err(|e| StoreError::Damaged(format!("{id}: {e}")))?;
    let mut book = Book::default();
    let mut clauses: Vec<Arc<Clause>> = Vec::with_capacity(task.items.len());
    for item in &task.items {
        clauses.push(book.clause(&phone.store, item).await);
    }
    TaskDesk::open(phone, delivery, task, clauses).await.map(Some)
}

#[component]
fn DeskView(desk: TaskDesk) -> impl IntoView {
    let task = desk.task();
    let items = desk.items();
    let total = items.len();
    let chunks = StoredValue::new(chunked(items));
    let built = RwSignal::new(1_usize);
    let long = total > LONG;
    let all = chunks.with_value(Vec::len);
    spawn_local(async move {
        while let Some(count) = built.try_get_untracked().filter(|count| *count < all) {
            idle::breathe().await;
            built.try_set(count + 1);
        }
        if let Some(id) = position::remembered() {
            idle::breathe().await;
            position::show(&id);
        }
    });
    let due = task.due_minute.map(i18n::due_by);
    view! {
        <Page title=say(&task.title) back="/" class="task">
            <header class="task-head">
                <p class="task-meta">{i18n::where_and_whose(&task)}</p>
                {due.map(|due| view! { <p class="task-due">{due}</p> })}
                <progress class="task-progress" max=total.max(1) prop:value=move || f64::from(desk.counts.get().done()) aria-label=tr(Msg::Progress)></progress>
                <p class="task-count">{move || i18n::done_of(desk.counts.get().done(), total as u32)}</p>
            </header>
            <DeskTrouble desk />
            <OthersAnswers desk />
            <div class="items" class:long=long>
                {(0..all).map(|chunk| {
                    let is_due = Memo::new(move |_| built.get() > chunk);
                    view! { {move || is_due.get().then(|| chunks.with_value(|all| items_view(desk, &all[chunk])))} }
                }).collect::<Vec<_>>()}
            </div>
            <FinishPanel desk />
        </Page>
    }
}

fn items_view(desk: TaskDesk, items: &[ItemDesk]) -> Vec<AnyView> {
    items.iter().map(|item| view! { <CheckItem desk item=*item /> }).collect()
}

fn chunked(items: Vec<ItemDesk>) -> Vec<Vec<ItemDesk>> {
    let (first, rest) = items.split_at(items.len().min(FIRST));
    std::iter::once(first.to_vec()).chain(rest.chunks(CHUNK).map(<[ItemDesk]>::to_vec)).collect()
}
