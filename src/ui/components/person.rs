//! Who uses the phone, changing that and handing it over, and whose answers are whose. Nothing here
//! deletes or moves a record: each stays in the name of whoever made it.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::domain::estate::Site;
use crate::store::custody::{self, Unfinished};
use crate::store::{Store, StoreError, Table};
use crate::ui::components::icon::Icon;
use crate::ui::components::notice::StoreTrouble;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::state::delivery::{Delivery, use_delivery};
use crate::ui::state::desk::{ItemDesk, TaskDesk};
use crate::ui::state::load::load;
use crate::ui::state::people::{People, provide_people, use_people};
use crate::ui::state::phone::{PhoneStore, use_phone};

/// What the phone holds of whom at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Records not received, by author.
    pub records: Vec<(String, u64)>,
    /// Photos not received.
    pub photos: u64,
    /// Tasks begun and not finished.
    pub unfinished: Vec<Unfinished>,
}

/// What is shown below the choice.
#[derive(Clone, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// The person was changed from this one, who left something.
    Changed(Option<String>, Holdings),
    /// Asked to hand over with something left.
    Asked(Holdings),
    /// Handed over by this one.
    HandedOver(Option<String>),
    /// The change is not on disk, so it did not take place.
    NotKept(StoreError),
}

/// Who uses this phone; every record names its author.
#[component]
pub fn Person() -> impl IntoView {
    let delivery = use_delivery();
    let people = provide_people();
    let change = Change {
        delivery,
        shown: RwSignal::new(Shown::Nothing),
        store: StoredValue::new_local(use_phone().store),
    };
    let shown = change.shown;
    view! {
        <section class="settings-group" aria-labelledby="person-h">
            <h2 id="person-h">{tr(Msg::Person)}</h2>
            <SiteAndRole />
            <div>
                <label class="field-label" for="person">{tr(Msg::WhoUsesPhone)}</label>
                {move || {
                    let chosen = delivery.person.get();
                    let options: Vec<_> = people.staff().into_iter().map(|person| {
                        let selected = chosen.as_deref() == Some(person.id.as_str());
                        let words = i18n::name_and_role(&person);
                        view! { <option value=person.id selected=selected>{words}</option> }
                    }).collect();
                    view! {
                        <select id="person" data-testid="person-name" on:change:target=move |event| change.choose(event.target().value())>
                            <option value="" selected=chosen.is_none()>{tr(Msg::PersonNotSaid)}</option>
                            {options}
                        </select>
                    }
                }}
                <p class="hint">{tr(Msg::WhoUsesPhoneHint)}</p>
            </div>
            {move || shown_below(change, people)}
            {move || (delivery.person.with(Option::is_some) && !matches!(shown.get(), Shown::Asked(_))).then(|| view! {
                <button type="button" class="button" data-testid="hand-over" on:click=move |_| change.ask()>
                    <Icon paths=icons::PHONE /><span>{tr(Msg::HandOver)}</span>
                </button>
            })}
        </section>
    }
}

/// Changing who uses the phone. It takes place at once and can be put back; what is left is told.
#[derive(Clone, Copy)]
struct Change {
    delivery: Delivery,
    shown: RwSignal<Shown>,
    store: StoredValue<PhoneStore, LocalStorage>,
}

impl Change {
    fn choose(self, id: String) {
        self.to(
            id,
            |before, left| {
                if left.is_empty() { Shown::Nothing } else { Shown::Changed(before, left) }
            },
        );
    }

    fn ask(self) {
        spawn_local(async move {
            match holdings(&self.store.get_value()).await {
                Ok(left) if left.is_empty() => self.hand_over(),
                left => {
                    self.shown.try_set(Shown::Asked(left.unwrap_or_default()));
                }
            }
        });
    }

    fn hand_over(self) {
        self.to(String::new(), |before, _| Shown::HandedOver(before));
    }

    fn put_back(self, person: Option<String>) {
        self.to(person.unwrap_or_default(), |_, _| Shown::Nothing);
    }

    /// Changes the person, and says so once it is on disk.
    fn to(self, id: String, then: fn(Option<String>, Holdings) -> Shown) {
        let before = self.delivery.person.get_untracked();
        spawn_local(async move {
            // What cannot be read cannot be told; nothing of it is touched either way.
            let left = holdings(&self.store.get_value()).await.unwrap_or_default();
            self.shown.try_set(match self.delivery.set_person(id).await {
                Ok(()) => then(before, left),
                Err(error) => Shown::NotKept(error),
            });
        });
    }
}

/// The sites and the role that enrolment gave.
#[component]
fn SiteAndRole() -> impl IntoView {
    let delivery = use_delivery();
    let sites = load(move || {
        delivery.news.track();
        let store = use_phone().store;
        async move {
            let rows = store.group(Table::Reference, "site", usize::MAX).await.unwrap_or_default();
            rows.iter().filter_map(|row| crate::json::read::<Site>(&row.json).ok()).collect::<Vec<_>>()
        }
    });
    // Laid out before it is read, so that nothing jumps.
    let names = move || {
        let names = sites.get().map(|sites| sites.iter().map(|site| say(&site.name)).collect::<Vec<_>>());
        names.unwrap_or_default().join(" · ")
    };
    view! {
        <dl class="facts">
            <div class="fact"><dt>{tr(Msg::Site)}</dt><dd>{names}</dd></div>
            <div class="fact"><dt>{tr(Msg::RoleWord)}</dt><dd>{move || delivery.enrolment.with(|e| e.as_ref().map(|e| i18n::device_role(&e.role)))}</dd></div>
        </dl>
    }
}

fn shown_below(change: Change, people: People) -> AnyView {
    let Change { delivery, shown, .. } = change;
    match shown.get() {
        Shown::Nothing => ().into_any(),
        Shown::NotKept(error) => view! { <StoreTrouble error /> },
        Shown::Changed(before, left) => view! {
            <div class="notice" data-kind="warn" role="status" data-testid="person-changed">
                <Icon paths=icons::WARNING />
                <div>{holdings_view(&left, people)}<p>{tr(Msg::StaysTheirs)}</p></div>
                <button type="button" class="button quiet" data-testid="person-back" on:click=move |_| change.put_back(before.clone())>{tr(Msg::PutBack)}</button>
            </div>
        },
        Shown::Asked(left) => view! {
            <div class="notice" data-kind="warn" role="status" data-testid="hand-over-panel">
                <Icon paths=icons::WARNING />
                <div>{holdings_view(&left, people)}<p>{tr(Msg::StaysTheirs)}</p></div>
                <div class="button-row hand-over-row">
                    <button type="button" class="button primary" data-testid="hand-over-send" on:click=move |_| delivery.send_now()>{tr(Msg::SendNow)}</button>
                    <button type="button" class="button" data-testid="hand-over-export" on:click=move |_| spawn_local(delivery.export())>{tr(Msg::ExportQueue)}</button>
                    <button type="button" class="button" data-testid="hand-over-confirm" on:click=move |_| change.hand_over()>{tr(Msg::HandOverAnyway)}</button>
                    <button type="button" class="button quiet" on:click=move |_| shown.set(Shown::Nothing)>{tr(Msg::Cancel)}</button>
                </div>
                {move || delivery.export_note.get().map(|note| view! { <p class="hint">{note}</p> })}
            </div>
        },
        Shown::HandedOver(before) => view! {
            <div class="notice" data-kind="ok" role="status" data-testid="handed-over">
                <Icon paths=icons::CHECK />
                <p>{tr(Msg::HandedOver)}</p>
                <button type="button" class="button quiet" data-testid="person-back" on:click=move |_| change.put_back(before.clone())>{tr(Msg::PutBack)}</button>
            </div>
        },
    }
}

fn holdings_view(left: &Holdings, people: People) -> AnyView {
    let mut lines: Vec<String> =
        left.records.iter().map(|(author, count)| i18n::records_of(&people.name(author), *count)).collect();
    if left.photos > 0 {
        lines.push(i18n::photos_waiting(left.photos));
    }
    for task in &left.unfinished {
        let names: Vec<String> = task.authors.iter().map(|author| people.name(author)).collect();
        lines.push(i18n::begun_by(task, &names));
    }
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect();
    view! {
        <p class="notice-title">{i18n::left_on_phone()}</p>
        <ul class="left">{lines}</ul>
    }
}

async fn holdings(store: &PhoneStore) -> Result<Holdings, StoreError> {
    let photos = crate::store::outbox::counts(store).await?.pending_photos();
    Ok(Holdings {
        records: custody::unsent_by_author(store).await?.into_iter().collect(),
        photos,
        unfinished: custody::unfinished(store).await?,
    })
}

impl Holdings {
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.photos == 0 && self.unfinished.is_empty()
    }
}

/// On a task: how many answers are somebody else's, and what becomes of them.
#[component]
pub fn OthersAnswers(desk: TaskDesk) -> impl IntoView {
    let delivery = use_delivery();
    let people = use_people();
    let authors = move || {
        let me = me(delivery);
        let mut others: Vec<(String, usize)> = Vec::new();
        for item in desk.items() {
            let author = item.author.get();
            if author.is_empty() || author == me || item.verdict.get().is_none() {
                continue;
            }
            match others.iter_mut().find(|(known, _)| *known == author) {
                Some((_, count)) => *count += 1,
                None => others.push((author, 1)),
            }
        }
        others
    };
    view! {
        {move || {
            let others: Vec<_> =
                authors().into_iter().map(|(author, count)| (people.name(&author), count)).collect();
            (!desk.finished.get() && !others.is_empty()).then(|| view! {
                <div class="notice" data-kind="info" role="status" data-testid="others-answers">
                    <Icon paths=icons::ME />
                    <p>{i18n::others_answers(&others)}</p>
                </div>
            })
        }}
    }
}

/// On an item that somebody else answered: who.
#[component]
pub fn AnsweredBy(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let delivery = use_delivery();
    let people = use_people();
    let other = Memo::new(move |_| {
        let author = item.author.get();
        (!desk.finished.get() && !author.is_empty() && author != me(delivery)).then_some(author)
    });
    view! {
        {move || other.get().map(|author| view! {
            <span class="answered-by" data-testid="answered-by" data-author=author.clone()>{i18n::answered_by(&people.name(&author))}</span>
        })}
    }
}

/// Whoever makes records now; tracked.
fn me(delivery: Delivery) -> String {
    delivery.person.track();
    delivery.enrolment.track();
    delivery.author()
}
