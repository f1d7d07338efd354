//! Carries out the engine's effects against a store and a transport, one after another.
//!
//! Holds no timer and no lock: the caller runs one pass at a time and comes back when told.

use super::engine::{Effect, Engine, Event, Now, PhoneView};
use super::gate::Wake;
use super::pull;
use super::renew::Renewal;
use super::status::{Phase, SyncStatus};
use super::transport::Transport;
use crate::store::outbox::{self, Counts};
use crate::store::photos::{self, PhotoState};
use crate::store::{Store, StoreError, identity};

/// What only the edge of the program has.
pub trait Edge {
    /// Device wall time, milliseconds since 1970.
    fn now_ms(&self) -> u64;
    /// Uniform over all of `u64`.
    fn random(&self) -> u64;
}

/// Hears of every change.
pub type Publish<'a> = &'a dyn Fn(SyncStatus);

/// The engine with what was last said about it. Lives as long as the app.
#[derive(Clone, Debug, Default)]
pub struct Driver {
    engine: Engine,
    counts: Counts,
    /// What was last published.
    status: SyncStatus,
    renewal: Renewal,
}

impl Driver {
    /// A driver that never ran.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was last published.
    pub fn status(&self) -> &SyncStatus {
        &self.status
    }

    /// Runs one pass, if `wake` may begin one now, and publishes every change. Returns the device
    /// wall time at which to come back with [`Wake::Timer`]; `None`: only another event helps.
    ///
    /// Cut off anywhere (page closed, phone dead), nothing is lost: what is not written as received
    /// is offered again.
    pub async fn run_pass<S: Store, T: Transport, E: Edge>(
        &mut self,
        store: &S,
        transport: &T,
        edge: &E,
        wake: Wake,
        publish: Publish<'_>,
    ) -> Option<u64> {
        let (wake_at_ms, went_through) = self.one_pass(store, transport, edge, wake, publish).await;
        if went_through {
            // Storage that fails here says so at its next real use; the token in place is good.
            let _ = self.renewal.after_success(store, transport, edge.now_ms()).await;
        } else if let Some(token) = self.engine.refused_token()
            && self.renewal.after_refusal(store, token).await
        {
            return self.one_pass(store, transport, edge, wake, publish).await.0;
        }
        wake_at_ms
    }

    async fn one_pass<S: Store, T: Transport, E: Edge>(
        &mut self,
        store: &S,
        transport: &T,
        edge: &E,
        wake: Wake,
        publish: Publish<'_>,
    ) -> (Option<u64>, bool) {
        let mut was_tidied = false;
        let mut photo = PhotoCache::default();
        let mut event = Event::Wake(wake);
        loop {
            let now = Now { ms: edge.now_ms(), random: edge.random() };
            let effect = self.engine.step(now, event);
            let next_try_ms = match &effect {
                Effect::Rest { wake_at_ms } => *wake_at_ms,
                _ => None,
            };
            let has_written = matches!(
                effect,
                Effect::ReadUnsent(_) | Effect::ReadPhotos(_) | Effect::Tidy(_) | Effect::Rest { .. }
            );
            was_tidied |= matches!(effect, Effect::Tidy(_));
            if has_written {
                self.recount(store).await;
            }
            self.publish(next_try_ms, publish);
            event = match effect {
                Effect::Rest { wake_at_ms } => {
                    return (wake_at_ms, was_tidied && self.engine.phase() == Phase::Idle);
                }
                Effect::Send(request) => Event::Replied(transport.send(request).await),
                effect => perform(store, now, effect, &mut photo).await.unwrap_or_else(Event::StorageFailed),
            };
        }
    }

    /// Counts again and publishes, without a pass: after something was put in the outbox.
    pub async fn refresh<S: Store>(&mut self, store: &S, publish: Publish<'_>) {
        self.recount(store).await;
        self.publish(self.status.next_try_ms, publish);
    }

    /// Storage that cannot count now says so at its next real use; the old counts stand till then.
    async fn recount<S: Store>(&mut self, store: &S) {
        if let Ok(counts) = outbox::counts(store).await {
            self.counts = counts;
        }
    }

    fn publish(&mut self, next_try_ms: Option<u64>, publish: Publish<'_>) {
        let status = SyncStatus {
            phase: self.engine.phase(),
            counts: self.counts,
            in_flight: self.engine.in_flight(),
            photo: self.engine.photo_progress(),
            next_try_ms,
            last_ok_ms: self.engine.last_ok_ms(),
            last_problem: self.engine.last_problem().cloned(),
        };
        if status != self.status {
            self.status = status.clone();
            publish(status);
        }
    }
}

/// The photo being sent, so that its bytes are read from storage once and not once a chunk.
#[derive(Debug, Default)]
struct PhotoCache {
    sha256: String,
    bytes: Option<Vec<u8>>,
}

async fn perform<S: Store>(
    store: &S,
    now: Now,
    effect: Effect,
    cache: &mut PhotoCache,
) -> Result<Event, StoreError> {
    Ok(match effect {
        Effect::ReadPhone { all_due } => {
            outbox::wake_later(store, now.ms, all_due).await?;
            photos::wake_later_photos(store, now.ms, all_due).await?;
            Event::Phone(phone(store).await?.map(Box::new))
        }
        Effect::ReadUnsent(limit) => Event::Unsent(outbox::unsent(store, limit).await?),
        Effect::ReadPhotos(limit) => Event::Photos(photos::photos_in(store, PhotoState::Phone, limit).await?),
        Effect::ReadReceivedPhotos => {
            Event::Photos(photos::photos_in(store, PhotoState::Received, outbox::ALL).await?)
        }
        Effect::ReadChunk { sha256, offset, len } => {
            if cache.sha256 != sha256 {
                let bytes = photos::photo_bytes(store, &sha256).await?;
                *cache = PhotoCache { sha256, bytes };
            }
            Event::Chunk(cache.part(offset, len))
        }
        Effect::Settle(settlement) => {
            if outbox::settle(store, &settlement).await? {
                Event::Saved
            } else {
                Event::Outdated
            }
        }
        Effect::SettlePhotos(verdicts) => {
            photos::settle_photos(store, &verdicts).await?;
            Event::Saved
        }
        Effect::SavePull(page) => {
            pull::apply(store, &page).await?;
            Event::Saved
        }
        Effect::ForgetCursor => {
            pull::forget_cursor(store).await?;
            Event::Saved
        }
        Effect::Tidy(watermark) => {
            if let Some(watermark) = watermark {
                outbox::tidy(store, watermark).await?;
            }
            let records = outbox::next_due(store).await?;
            let photos = photos::next_due(store).await?;
            Event::Tidied(records.into_iter().chain(photos).min())
        }
        Effect::Send(_) | Effect::Rest { .. } => unreachable!("carried out by the pass itself"),
    })
}

async fn phone<S: Store>(store: &S) -> Result<Option<PhoneView>, StoreError> {
    let (Some(install_id), Some(enrolment)) =
        (identity::install_id(store).await?, identity::enrolment(store).await?)
    else {
        return Ok(None);
    };
    let (seen, pull) = (identity::seen(store).await?, identity::pull_state(store).await?);
    Ok(Some(PhoneView { install_id, enrolment, seen, pull }))
}

impl PhotoCache {
    fn part(&self, offset: u64, len: usize) -> Option<Vec<u8>> {
        let bytes = self.bytes.as_ref()?;
        let from = usize::try_from(offset).ok()?;
        let to = from.checked_add(len)?.min(bytes.len());
        bytes.get(from..to).map(<[u8]>::to_vec)
    }
}
