//! The custody ladder: what is on this phone, being sent, received by the company, set aside.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::store::outbox::OutboxRecord;
use crate::store::{StoreError, outbox, photos};
use crate::sync::status::Phase;
use crate::ui::components::frame::Page;
use crate::ui::components::icon::Icon;
use crate::ui::components::notice::StoreTrouble;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::platform::clock;
use crate::ui::state::delivery::{Delivery, use_delivery};
use crate::ui::state::phone::use_phone;

/// How many of the received records are listed; the rest are counted.
const RECEIVED_SHOWN: usize = 50;

/// Where each record and photo stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// 这台手机
    Phone,
    /// 正在送
    Sending,
    /// 公司已收到
    Received,
    /// 已搁置
    Blocked,
}

/// One record or photo on the ladder.
#[derive(Clone)]
struct Held {
    id: String,
    title: String,
    rung: Rung,
    words: String,
}

/// The custody ladder.
#[component]
pub fn SyncPage() -> impl IntoView {
    let delivery = use_delivery();
    let load = LocalResource::new(move || {
        delivery.status.track();
        read()
    });
    view! {
        <Page title=tr(Msg::Sync) class="sync">
            <Summary delivery />
            <div class="button-row">
                <button type="button" class="button primary" data-testid="sync-now" on:click=move |_| delivery.send_now()>
                    <Icon paths=icons::ARROW_UP /><span>{tr(Msg::SendNow)}</span>
                </button>
                <button type="button" class="button" data-testid="export-queue" on:click=move |_| spawn_local(delivery.export())>
                    <Icon paths=icons::DOWNLOAD /><span>{tr(Msg::ExportQueue)}</span>
                </button>
            </div>
            {move || delivery.export_note.get().map(|note| view! { <p class="hint" role="status" data-testid="export-note">{note}</p> })}
            {move || match load.get() {
                None => view! { <p class="loading" role="status">{tr(Msg::Loading)}</p> }.into_any(),
                Some(Err(error)) => view! { <StoreTrouble error /> }.into_any(),
                Some(Ok(all)) => ladder(all, delivery),
            }}
        </Page>
    }
}

/// In one line: is everything received, and if not, what happens next.
#[component]
fn Summary(delivery: Delivery) -> impl IntoView {
    view! {
        {move || delivery.status.with(|status| {
            let safe = status.pending_records == 0 && status.pending_photos == 0 && status.blocked == 0;
            let next = match &status.phase {
                Phase::Waiting { until_ms } => Some(i18n::next_try(*until_ms)),
                _ => None,
            };
            view! {
                <div class="custody" data-testid="custody" data-safe=if safe { "true" } else { "false" }>
                    <Icon paths=if safe { icons::RECEIVED } else { icons::PHONE } />
                    <p class="custody-title">{i18n::custody(status)}</p>
                    <p class="custody-detail">{i18n::custody_detail(status)}</p>
                    {next.map(|text| view! { <p class="next-try" data-testid="next-try">{text}</p> })}
                    {status.photo_progress.as_ref().map(|(_, sent, len)| view! {
                        <div class="progress-line">
                            <progress max=(*len).max(1) prop:value=*sent as f64 aria-label=tr(Msg::SendingPhoto)></progress>
                            <span>{tr(Msg::SendingPhoto)}</span>
                        </div>
                    })}
                </div>
            }
        })}
    }
}

struct Ladder {
    records: Vec<(Rung, OutboxRecord)>,
    photos: Vec<(Rung, String, u64)>,
    received: u64,
}

impl Clone for Ladder {
    fn clone(&self) -> Self {
        Self { records: self.records.clone(), photos: self.photos.clone(), received: self.received }
    }
}

async fn read() -> Result<Ladder, StoreError> {
    let store = use_phone().store;
    let mut records = Vec::new();
    let mut all_photos = Vec::new();
    for (state, rung) in [
        (outbox::State::Blocked, Rung::Blocked),
        (outbox::State::Phone, Rung::Phone),
        (outbox::State::Received, Rung::Received),
    ] {
        let limit = if rung == Rung::Received { RECEIVED_SHOWN } else { usize::MAX };
        records.extend(outbox::list(&store, state, limit).await?.into_iter().map(|record| (rung, record)));
    }
    for (state, rung) in [(photos::State::Blocked, Rung::Blocked), (photos::State::Phone, Rung::Phone)] {
        let found = photos::list(&store, state, usize::MAX).await?;
        all_photos.extend(found.into_iter().map(|photo| (rung, photo.sha256, photo.len)));
    }
    let received = outbox::count(&store, outbox::State::Received).await?;
    Ok(Ladder { records, photos: all_photos, received })
}

fn ladder(all: Ladder, delivery: Delivery) -> AnyView {
    if all.records.is_empty() && all.photos.is_empty() {
        return view! {
            <div class="empty" data-testid="empty-sync">
                <p class="empty-title">{tr(Msg::NothingToSend)}</p>
                <p>{tr(Msg::NothingToSendNext)}</p>
            </div>
        }
        .into_any();
    }
    let in_flight = delivery.status.with(|status| status.in_flight.clone());
    let mut held: Vec<Held> = all
        .records
        .into_iter()
        .map(|(rung, record)| held_of(rung, &record, &in_flight))
        .collect();
    held.sort_by_key(|h| h.rung as u8);
    let received = all.received as usize;
    let rungs = [Rung::Blocked, Rung::Sending, Rung::Phone, Rung::Received];
    let sections: Vec<_> = rungs
        .into_iter()
        .filter_map(|rung| {
            let rows: Vec<_> = held.iter().filter(|h| h.rung == rung).cloned().map(|h| row(h, delivery)).collect();
            let photo_rows: Vec<_> =
                all.photos.iter().filter(|(r, ..)| *r == rung).map(|(r, sha, len)| photo_row(*r, sha, *len)).collect();
            let count = if rung == Rung::Received { received } else { rows.len() };
            (!rows.is_empty() || !photo_rows.is_empty()).then(|| view! {
                <section class="rung" data-rung=rung.token()>
                    <h2 class="section-title">{tr(rung.word())}<span class="count">{count}</span></h2>
                    <ul class="queue">{rows}{photo_rows}</ul>
                </section>
            })
        })
        .collect();
    view! { <div class="ladder">{sections}</div> }.into_any()
}

fn held_of(rung: Rung, record: &OutboxRecord, in_flight: &[String]) -> Held {
    let rung = if rung == Rung::Phone && in_flight.contains(&record.item.item_id) { Rung::Sending } else { rung };
    let words = match (&record.receipt, &record.problem) {
        (Some(receipt), _) if rung == Rung::Received => {
            i18n::received_as(&clock::short_moment(&receipt.received_at), receipt.server_seq)
        }
        (_, Some(problem)) => i18n::problem(problem),
        _ => i18n::captured(&clock::short_moment(&record.item.captured_at)),
    };
    Held { id: record.item.item_id.clone(), title: say(&record.title), rung, words }
}

fn row(held: Held, delivery: Delivery) -> AnyView {
    let id = StoredValue::new(held.id.clone());
    view! {
        <li class="queue-row" data-testid="queue-row" data-record-id=held.id data-state=held.rung.token()>
            <Icon paths=held.rung.icon() />
            <span class="queue-title">{held.title}</span>
            <span class="queue-words">{held.words}</span>
            {(held.rung == Rung::Blocked).then(|| view! {
                <button type="button" class="button quiet" data-testid="retry-record"
                    on:click=move |_| spawn_local(delivery.retry(id.get_value()))>{tr(Msg::TryAgain)}</button>
            })}
        </li>
    }
    .into_any()
}

fn photo_row(rung: Rung, sha256: &str, len: u64) -> AnyView {
    view! {
        <li class="queue-row photo-row" data-testid="photo-row" data-sha256=sha256.to_owned() data-state=rung.token()>
            <Icon paths=icons::CAMERA />
            <span class="queue-title">{tr(Msg::Photo)}</span>
            <span class="queue-words">{i18n::kilobytes(len)}</span>
        </li>
    }
    .into_any()
}

impl Rung {
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
