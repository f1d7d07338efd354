//! One record on the ladder with its photos: where it stands, since when or why, what comes next.

use std::collections::BTreeSet;

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::store::custody::{Line, PhotoLine};
use crate::store::outbox::RecordState;
use crate::store::photos::PhotoState;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::platform::clock;
use crate::ui::state::delivery::use_delivery;
use crate::ui::state::people::use_people;

/// Where a record or photo stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rung {
    /// 在这台手机
    Phone,
    /// 正在送
    Sending,
    /// 公司已收到
    Received,
    /// 已搁置
    Blocked,
}

impl Rung {
    pub(super) fn of_record(line: &Line, is_sending: bool) -> Self {
        match line.entry.state {
            RecordState::Blocked => Self::Blocked,
            RecordState::Received => Self::Received,
            RecordState::Phone | RecordState::Later if is_sending => Self::Sending,
            RecordState::Phone | RecordState::Later => Self::Phone,
        }
    }

    fn of_photo(photo: &PhotoLine, is_sending: bool) -> Self {
        match photo.state {
            PhotoState::Blocked => Self::Blocked,
            PhotoState::Received => Self::Received,
            _ if is_sending => Self::Sending,
            _ => Self::Phone,
        }
    }

    fn token(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Sending => "sending",
            Self::Received => "received",
            Self::Blocked => "blocked",
        }
    }

    fn word(self) -> Msg {
        match self {
            Self::Phone => Msg::RungPhone,
            Self::Sending => Msg::RungSending,
            Self::Received => Msg::RungReceived,
            Self::Blocked => Msg::RungBlocked,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Phone => icons::PHONE,
            Self::Sending => icons::ARROW_UP,
            Self::Received => icons::RECEIVED,
            Self::Blocked => icons::WARNING,
        }
    }
}

/// One record.
#[component]
pub(super) fn RecordRow(row: ArcRwSignal<Line>, sending: Memo<BTreeSet<String>>) -> impl IntoView {
    let (id, title) =
        row.with_untracked(|line| (line.entry.record.item_id.clone(), say(&line.entry.record.title)));
    let key = id.clone();
    let line = RwSignal::from(row);
    let rung = Memo::new(move |_| {
        let is_sending = sending.with(|sending| sending.contains(&key));
        line.with(|line| Rung::of_record(line, is_sending))
    });
    let number =
        move || line.with(|line| line.entry.record.receipt.as_ref().map(|r| r.server_seq.to_string()));
    let store = move || line.with(|line| line.entry.record.receipt.as_ref().map(|r| r.store_id.clone()));
    let photos = line.with_untracked(|line| line.photos.len());
    view! {
        <li class="queue-row" data-testid="queue-row" data-record-id=id data-state=move || rung.get().token()
            data-server-seq=number data-store-id=store>
            {move || view! { <Icon paths=rung.get().icon() /> }}
            <div class="queue-main">
                <p class="queue-title">{title}</p>
                <p class="queue-words"><Mark rung />{move || line.with(|line| i18n::record_words(line, clock::now_ms()))}</p>
                {whose(line)}
                {move || (rung.get() == Rung::Blocked).then(|| view! { <SetAside line /> })}
                {(photos > 0).then(|| view! {
                    <ul class="queue-photos">
                        {(0..photos).map(|at| view! { <PhotoRow line at /> }).collect_view()}
                    </ul>
                })}
            </div>
        </li>
    }
}

/// The rung's word; its colour is never alone.
#[component]
fn Mark(rung: Memo<Rung>) -> impl IntoView {
    view! { <span class="rung-mark">{move || tr(rung.get().word())}</span> }
}

/// Who made it, when that is not whoever uses the phone now, and on which phone.
fn whose(line: RwSignal<Line>) -> AnyView {
    let delivery = use_delivery();
    let people = use_people();
    let (author, origin) =
        line.with_untracked(|line| (line.entry.record.author.clone(), line.entry.record.origin.clone()));
    let is_other = author != delivery.author();
    let from = origin.map(|origin| i18n::from_phone(&origin));
    (is_other || from.is_some())
        .then(|| {
            view! {
                <p class="queue-whose" data-testid="record-origin">
                    {move || is_other.then(|| people.name(&author))}
                    {from.map(|from| view! { <span>{from}</span> })}
                </p>
            }
        })
        .into_any()
}

/// What can be done about a record that was set aside.
#[component]
fn SetAside(line: RwSignal<Line>) -> impl IntoView {
    let delivery = use_delivery();
    let shown = RwSignal::new(false);
    let id = line.with_untracked(|line| line.entry.record.item_id.clone());
    let retry = move |_| spawn_local(delivery.retry(id.clone()));
    view! {
        <div class="set-aside">
            <button type="button" class="button" data-testid="retry-record" on:click=retry>{tr(Msg::SendAgain)}</button>
            <button type="button" class="button quiet" data-testid="show-manager" aria-expanded=move || if shown.get() { "true" } else { "false" }
                on:click=move |_| shown.update(|shown| *shown = !*shown)>{tr(Msg::ShowManager)}</button>
        </div>
        {move || shown.get().then(|| view! {
            <dl class="facts for-manager" data-testid="for-manager">
                {line.with(i18n::for_manager).into_iter().map(|(word, value)| view! {
                    <div class="fact"><dt>{tr(word)}</dt><dd>{value}</dd></div>
                }).collect_view()}
            </dl>
        })}
    }
}

/// One photo of a record.
#[component]
fn PhotoRow(line: RwSignal<Line>, at: usize) -> impl IntoView {
    let delivery = use_delivery();
    let sha256 = StoredValue::new(line.with_untracked(|line| line.photos[at].sha256.clone()));
    // How much of it is there, in percent, while it is on its way.
    let sent = Memo::new(move |_| {
        delivery.status.with(|status| {
            let photo =
                status.photo.as_ref().filter(|photo| sha256.with_value(|own| *own == photo.sha256))?;
            Some(photo.sent * 100 / photo.len.max(1))
        })
    });
    let rung = Memo::new(move |_| {
        line.with(|line| {
            line.photos.get(at).map_or(Rung::Phone, |photo| Rung::of_photo(photo, sent.get().is_some()))
        })
    });
    let words = move || {
        line.with(|line| {
            line.photos.get(at).map(|photo| i18n::photo_words(photo, sent.get(), clock::now_ms()))
        })
    };
    let retry = move |_| spawn_local(delivery.retry_photo(sha256.get_value()));
    view! {
        <li class="photo-row" data-testid="photo-row" data-sha256=sha256.get_value() data-state=move || rung.get().token()>
            <Icon paths=icons::CAMERA />
            <p class="queue-words"><Mark rung />{words}</p>
            {move || (rung.get() == Rung::Blocked).then(|| view! {
                <button type="button" class="button quiet" data-testid="retry-photo" on:click=retry>{tr(Msg::SendAgain)}</button>
            })}
        </li>
    }
}
