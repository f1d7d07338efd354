//! The book: search and departments.

use crate::ui::prelude::*;

use crate::domain::clause::{Clause, Department};
use crate::domain::standard::Practice;
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
    let wanted = |d: Department| department.is_none_or(|chosen| chosen == d);
    let clauses: Vec<_> = standards::search(standards::pack(), query, lang())
        .into_iter()
        .filter(|found| wanted(found.clause.department))
        .collect();
    let practices: Vec<_> = standards::search_practices(standards::pack(), query)
        .into_iter()
        .filter(|practice| wanted(practice.department))
        .collect();
    let count = clauses.len() + practices.len();
    if count == 0 {
        return view! {
            <div class="empty" data-testid="empty-standards">
                <p class="empty-title">{tr(Msg::NothingFound)}</p>
                <p>{tr(Msg::NothingFoundNext)}</p>
            </div>
        };
    }
    view! {
        <p class="result-count" role="status">{i18n::found(count)}</p>
        {groups(clauses)}
        {practice_group(practices)}
    }
}

/// Clauses under the heading of their department and group.
fn groups(clauses: Vec<standards::Match<'static>>) -> Vec<AnyView> {
    clauses
        .chunk_by(|a, b| heading(a.clause) == heading(b.clause))
        .map(|group| {
            let rows: Vec<_> = group
                .iter()
                .map(|found| {
                    row(&found.clause.code, say(&found.clause.wording), i18n::kinds_of(found.clause))
                })
                .collect();
            view! {
                <section class="clause-group">
                    <h2 class="group-title">{heading(group[0].clause)}</h2>
                    <ul class="clause-list">{rows}</ul>
                </section>
            }
        })
        .collect()
}

fn practice_group(practices: Vec<&'static Practice>) -> Option<AnyView> {
    let rows: Vec<_> = practices
        .iter()
        .map(|practice| {
            row(&practice.code, say(&practice.name), i18n::department(practice.department).to_owned())
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="clause-group">
                <h2 class="group-title">{tr(Msg::Practices)}</h2>
                <ul class="clause-list">{rows}</ul>
            </section>
        }
    })
}

fn row(code: &str, text: String, kinds: String) -> AnyView {
    let code = code.to_owned();
    let (href, shown) = (format!("/standards/{code}"), code.clone());
    view! {
        <li>
            <a href=href class="clause-row" data-testid="clause-row" data-code=code>
                <span class="clause-code">{shown}</span>
                <span class="clause-row-text">{text}</span>
                <span class="clause-row-kinds">{kinds}</span>
            </a>
        </li>
    }
}

fn heading(clause: &Clause) -> String {
    format!("{} · {}", i18n::department(clause.department), say(&clause.group))
}
