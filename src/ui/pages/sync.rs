//! The custody ladder: what is on this phone, being sent, received by the company, set aside.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::store::day::{self, DayTask};
use crate::store::outbox::{Queue, QueueEntry, RecordState};
use crate::store::photos::{Photo, PhotoState};
use crate::store::{StoreError, outbox, photos};
use crate::sync::status::SyncStatus;
use crate::ui::components::frame::Page;
use crate::ui::components::icon::Icon;
use crate::ui::components::notice::StoreTrouble;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::platform::clock;
use crate::ui::state::delivery::{Delivery, use_delivery};
use crate::ui::state::load::load;
use crate::ui::state::phone::{PhoneStore, use_phone};

/// How many of the received records are listed; the rest are counted.
const RECEIVED_SHOWN: usize = 50;

/// Where a record or photo stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rung {
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
    let held = load(move || {
        delivery.status.track();
        read(use_phone().store)
    });
    let begun = Signal::derive(move || match held.get().as_deref() {
        Some(Ok(all)) => Some(all.begun),
        _ => None,
    });
    view! {
        <Page title=tr(Msg::Sync) class="sync">
            <Summary delivery begun />
            <div class="button-row">
                <button type="button" class="button primary" data-testid="sync-now" on:click=move |_| delivery.send_now()>
                    <Icon paths=icons::ARROW_UP /><span>{tr(Msg::SendNow)}</span>
                </button>
                <button type="button" class="button" data-testid="export-queue" on:click=move |_| spawn_local(delivery.export())>
                    <Icon paths=icons::DOWNLOAD /><span>{tr(Msg::ExportQueue)}</span>
                </button>
            </div>
            {move || delivery.export_note.get().map(|note| view! { <p class="hint" role="status" data-testid="export-note">{note}</p> })}
            {move || match held.get().as_deref() {
                None => view! { <p class="loading" role="status">{tr(Msg::Loading)}</p> },
                Some(Err(error)) => view! { <StoreTrouble error=error.clone() /> },
                Some(Ok(all)) => ladder(all, delivery),
            }}
        </Page>
    }
}

/// In one line: is everything received, and if not, what happens next.
#[component]
fn Summary(delivery: Delivery, begun: Signal<Option<usize>>) -> impl IntoView {
    view! {
        {move || delivery.status.with(|status| {
            let enrolled = delivery.enrolment.with(Option::is_some);
            let unsent = status.counts.pending_records() + status.counts.pending_photos() > 0;
            // Nothing is called safe before everything was counted.
            let begun = begun.get().filter(|_| delivery.counted.get());
            let safe = enrolled && !unsent && begun == Some(0);
            let next = status.next_try_ms.filter(|_| unsent).map(i18n::next_try);
            view! {
                <div class="custody" data-testid="custody" data-safe=if safe { "true" } else { "false" }>
                    <Icon paths=if safe { icons::RECEIVED } else { icons::PHONE } />
                    <p class="custody-title">{begun.map_or_else(|| tr(Msg::Loading).to_owned(), |begun| i18n::custody(status, enrolled, begun))}</p>
                    <p class="custody-detail">{i18n::custody_detail(status, enrolled)}</p>
                    {next.map(|text| view! { <p class="next-try" data-testid="next-try">{text}</p> })}
                    {status.photo.as_ref().map(|photo| view! {
                        <div class="progress-line">
                            <progress max=photo.len.max(1) prop:value=photo.sent as f64 aria-label=tr(Msg::SendingPhoto)></progress>
                            <span>{tr(Msg::SendingPhoto)}</span>
                        </div>
                    })}
                </div>
            }
        })}
    }
}

/// What the ladder is made of.
struct Ladder {
    queue: Queue,
    photos: Vec<Photo>,
    /// Tasks begun and not finished: their answers are on this phone alone.
    begun: usize,
}

async fn read(store: PhoneStore) -> Result<Ladder, StoreError> {
    let queue = outbox::queue(&store, RECEIVED_SHOWN).await?;
    let day = day::read(&store, clock::today_in(clock::DEFAULT_ZONE)).await?;
    let is_begun = |t: &&DayTask| t.progress.finished.is_none() && t.progress.counts.done() > 0;
    let begun = day.overdue.iter().chain(&day.today).filter(is_begun).count();
    Ok(Ladder { queue, photos: photos::undelivered(&store).await?, begun })
}

fn ladder(all: &Ladder, delivery: Delivery) -> AnyView {
    if all.queue.entries.is_empty() && all.photos.is_empty() {
        return view! {
            <div class="empty" data-testid="empty-sync">
                <p class="empty-title">{tr(Msg::NothingToSend)}</p>
                <p>{tr(Msg::NothingToSendNext)}</p>
            </div>
        };
    }
    let status = delivery.status.get_untracked();
    let received = status.counts.records_received;
    let held: Vec<Held> = all.queue.entries.iter().map(|entry| held_of(entry, &status)).collect();
    let rungs = [Rung::Blocked, Rung::Sending, Rung::Phone, Rung::Received];
    let sections: Vec<_> = rungs
        .into_iter()
        .filter_map(|rung| {
            let rows: Vec<_> =
                held.iter().filter(|h| h.rung == rung).cloned().map(|h| row(h, delivery)).collect();
            let photo_rows: Vec<_> = all
                .photos
                .iter()
                .filter(|p| photo_rung(p, &status) == rung)
                .map(|p| photo_row(rung, p))
                .collect();
            let count =
                if rung == Rung::Received { received } else { (rows.len() + photo_rows.len()) as u64 };
            (!rows.is_empty() || !photo_rows.is_empty()).then(|| {
                view! {
                    <section class="rung" data-rung=rung.token()>
                        <h2 class="section-title">{tr(rung.word())}<span class="count">{count}</span></h2>
                        <ul class="queue">{rows}{photo_rows}</ul>
                    </section>
                }
            })
        })
        .collect();
    view! { <div class="ladder">{sections}</div> }
}

fn held_of(entry: &QueueEntry, status: &SyncStatus) -> Held {
    let record = &entry.record;
    let rung = match entry.state {
        RecordState::Blocked => Rung::Blocked,
        RecordState::Received => Rung::Received,
        RecordState::Phone | RecordState::Later if status.is_sending(&record.item_id) => Rung::Sending,
        RecordState::Phone | RecordState::Later => Rung::Phone,
    };
    let words = match (&record.receipt, &record.problem) {
        (Some(receipt), _) if rung == Rung::Received => {
            i18n::received_as(&clock::short_moment(&receipt.received_at), receipt.server_seq)
        }
        (_, Some(problem)) => i18n::problem(problem),
        _ => i18n::captured(&clock::short_moment(&record.captured.at)),
    };
    Held { id: record.item_id.clone(), title: say(&record.title), rung, words }
}

fn photo_rung(photo: &Photo, status: &SyncStatus) -> Rung {
    match photo.state {
        PhotoState::Blocked => Rung::Blocked,
        PhotoState::Received => Rung::Received,
        _ if status.photo.as_ref().is_some_and(|p| p.sha256 == photo.sha256) => Rung::Sending,
        _ => Rung::Phone,
    }
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
}

fn photo_row(rung: Rung, photo: &Photo) -> AnyView {
    let words = match &photo.meta.problem {
        Some(problem) => i18n::problem(problem),
        None => i18n::kilobytes(photo.meta.len),
    };
    view! {
        <li class="queue-row photo-row" data-testid="photo-row" data-sha256=photo.sha256.clone() data-state=rung.token()>
            <Icon paths=icons::CAMERA />
            <span class="queue-title">{tr(Msg::Photo)}</span>
            <span class="queue-words">{words}</span>
        </li>
    }
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
