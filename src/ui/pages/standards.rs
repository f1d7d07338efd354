//! The book: search and departments.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::domain::clause::Department;
use crate::standards;
use crate::ui::components::frame::Page;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, lang, say, tr};
use crate::ui::icons;

/// Every clause and practice, narrowed by words and department.
#[component]
pub fn StandardsPage() -> impl IntoView {
    let query = RwSignal::new(String::new());
    let department = RwSignal::new(None::<Department>);
    let filter = move |wanted: Option<Department>, word: &'static str| {
        view! {
            <button type="button" class="filter-chip"
                aria-pressed=move || if department.get() == wanted { "true" } else { "false" }
                on:click=move |_| department.set(wanted)>
                {word}
            </button>
        }
    };
    let filters: Vec<_> = Department::ALL.into_iter().map(|d| filter(Some(d), i18n::department(d))).collect();
    view! {
        <Page title=tr(Msg::Standards) class="standards">
            <div class="search-field">
                <Icon paths=icons::SEARCH />
                <label class="visually-hidden" for="search">{tr(Msg::Search)}</label>
                <input id="search" type="search" data-testid="search-input" placeholder=tr(Msg::SearchHint)
                    prop:value=move || query.get()
                    on:input:target=move |event| query.set(event.target().value()) />
            </div>
            <div class="filters" role="group" aria-label=tr(Msg::Department)>
                {filter(None, tr(Msg::All))}
                {filters}
            </div>
            {move || results(&query.get(), department.get())}
        </Page>
    }
}

fn results(query: &str, department: Option<Department>) -> AnyView {
    let found: Vec<_> = standards::search(query, lang())
        .into_iter()
        .filter(|entry| department.is_none_or(|d| entry.department() == d))
        .collect();
    if found.is_empty() {
        return view! {
            <div class="empty" data-testid="empty-standards">
                <p class="empty-title">{tr(Msg::NothingFound)}</p>
                <p>{tr(Msg::NothingFoundNext)}</p>
            </div>
        }
        .into_any();
    }
    let count = found.len();
    let mut group = String::new();
    let rows: Vec<_> = found
        .into_iter()
        .map(|entry| {
            let title = format!("{} · {}", i18n::department(entry.department()), say(entry.group()));
            let heading = (title != group).then(|| {
                group.clone_from(&title);
                view! { <li class="group-title">{title}</li> }
            });
            view! {
                {heading}
                <li>
                    <A href=format!("/standards/{}", entry.code()) attr:class="clause-row" attr:data-testid="clause-row" attr:data-code=entry.code().to_owned()>
                        <span class="clause-code">{entry.code().to_owned()}</span>
                        <span class="clause-row-text">{say(entry.wording())}</span>
                        <span class="clause-row-kinds">{i18n::kinds_of(&entry)}</span>
                    </A>
                </li>
            }
        })
        .collect();
    view! {
        <p class="result-count" role="status">{i18n::found(count)}</p>
        <ul class="clause-list">{rows}</ul>
    }
    .into_any()
}
