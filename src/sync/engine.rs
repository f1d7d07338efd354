//! Delivery as a state machine: an event goes in, the one next effect comes out.
//!
//! No clock, storage, network or randomness of its own: time and chance come with each event, so
//! that the same code runs in the browser and in a simulator. A pass pushes the text, pulls, sends
//! the photos, lets go of what may go, and rests; a phone that never pulled pulls first.

pub use super::event::{Effect, Event, Now, PhoneView};
use super::gate::{Gate, Verdict as GateVerdict, Wake};
use super::photo_lane::{self, PhotoLane, PhotoStep};
use super::protocol::MAX_PUSH_ITEMS;
use super::pull;
use super::push::{PushLane, PushStep};
use super::reply::Trouble;
use super::status::{Phase, PhotoProgress};
use super::transport::{Response, TransportError};
use crate::store::StoreError;
use crate::store::identity::PullState;
use crate::store::outbox::{ProblemNote, Settlement, Unsent};

/// The state of delivery between and within passes.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    stage: Stage,
    gate: Gate,
    wake: Wake,
    phone: Option<Box<PhoneView>>,
    push: PushLane,
    photos: PhotoLane,
    watermark: Option<u64>,
    has_pulled: bool,
    has_forgotten: bool,
    has_looked_back: bool,
    may_tidy: bool,
    /// A trouble that lets the pass go on with another part, and ends it as it would have.
    soft: Option<Trouble>,
    last_ok_ms: Option<u64>,
    last_problem: Option<ProblemNote>,
}

#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Resting,
    Opening,
    Records,
    Pushing,
    Pulling,
    Photos,
    LookingBack,
    Tidying,
    Saving(After),
}

#[derive(Clone, Debug)]
enum After {
    Push(Settlement),
    StopPush(Trouble),
    Pull { more: bool, cursor: String },
    Forget,
    Photos,
    Fail(Trouble),
}

impl Engine {
    /// An engine that was never woken.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what happened and says what to do next. An event that answers nothing that was asked
    /// ends the pass; nothing is lost by it, since only written answers count.
    pub fn step(&mut self, now: Now, event: Event) -> Effect {
        match (std::mem::take(&mut self.stage), event) {
            (_, Event::Wake(wake)) => self.woken(now, wake),
            (_, Event::StorageFailed(error)) => self.storage_failed(now, &error),
            (Stage::Opening, Event::Phone(phone)) => self.open(phone),
            (Stage::Records, Event::Unsent(unsent)) => self.push(unsent),
            (Stage::Pushing, Event::Replied(reply)) => self.pushed(now, reply),
            (Stage::Pulling, Event::Replied(reply)) => self.pulled(now, reply),
            (Stage::Photos, Event::Photos(photos)) => self.photo(now, |lane, phone| lane.read(phone, photos)),
            (Stage::LookingBack, Event::Photos(photos)) => {
                self.photo(now, |lane, phone| lane.read_received(phone, photos))
            }
            (Stage::Photos, Event::Chunk(bytes)) => self.photo(now, |lane, phone| lane.chunk(phone, bytes)),
            (Stage::Photos, Event::Replied(reply)) => self.photo_answered(now, reply),
            (Stage::Saving(after), Event::Saved) => self.saved(now, after),
            (Stage::Saving(_), Event::Outdated) => {
                // The next pass begins with what the phone knows by then.
                let note = super::reply::local("seen-elsewhere", 200, "another page saw more of the store");
                self.fail(now, Trouble::Unknown(note))
            }
            (Stage::Tidying, Event::Tidied(next_due)) => self.close(now, next_due),
            _ => Effect::Rest { wake_at_ms: self.gate.wake_at_ms() },
        }
    }

    /// What the engine is doing.
    pub fn phase(&self) -> Phase {
        match self.stage {
            Stage::Resting | Stage::Opening => self.gate.phase(),
            _ => Phase::Sending,
        }
    }

    /// Ids of the records that are on their way.
    pub fn in_flight(&self) -> Vec<String> {
        match self.stage {
            Stage::Pushing => self.push.sent.iter().map(|(_, r)| r.item_id.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// The photo that is on its way.
    pub fn photo_progress(&self) -> Option<PhotoProgress> {
        matches!(self.stage, Stage::Photos).then(|| self.photos.progress()).flatten()
    }

    /// When the endpoint last answered as it should.
    pub fn last_ok_ms(&self) -> Option<u64> {
        self.last_ok_ms
    }

    /// What last went wrong, until a pass goes through.
    pub fn last_problem(&self) -> Option<&ProblemNote> {
        self.last_problem.as_ref()
    }

    /// The token that the endpoint refused, unless it revoked the device.
    pub fn refused_token(&self) -> Option<&str> {
        self.gate.refused_token()
    }

    fn woken(&mut self, now: Now, wake: Wake) -> Effect {
        self.wake = wake;
        match self.gate.knock(now, wake) {
            GateVerdict::Wait => Effect::Rest { wake_at_ms: self.gate.wake_at_ms() },
            GateVerdict::Go => {
                self.stage = Stage::Opening;
                Effect::ReadPhone { all_due: wake == Wake::User }
            }
        }
    }

    fn open(&mut self, phone: Option<Box<PhoneView>>) -> Effect {
        let Some(phone) = phone else {
            self.gate.not_enrolled();
            return self.rest();
        };
        if self.gate.shuts_out(&phone.enrolment.token, self.wake) {
            return self.rest();
        }
        self.push.begin();
        self.photos.begin();
        (self.watermark, self.soft) = (None, None);
        (self.has_pulled, self.has_forgotten) = (false, false);
        self.may_tidy = false;
        // Once an opening is often enough, and whenever a person wants to be sure.
        self.has_looked_back = !matches!(self.wake, Wake::Start | Wake::User);
        let is_new = !phone.pull.is_whole;
        self.phone = Some(phone);
        if is_new { self.pull() } else { self.read_records() }
    }

    fn read_records(&mut self) -> Effect {
        self.stage = Stage::Records;
        Effect::ReadUnsent(self.push.limit.min(MAX_PUSH_ITEMS))
    }

    fn push(&mut self, unsent: Unsent) -> Effect {
        let Some(phone) = &self.phone else { return self.rest() };
        match self.push.request(phone, unsent) {
            Some(request) => {
                self.stage = Stage::Pushing;
                Effect::Send(request)
            }
            None => self.after_push(),
        }
    }

    fn pushed(&mut self, now: Now, reply: Result<Response, TransportError>) -> Effect {
        let Some(phone) = &self.phone else { return self.rest() };
        let before = self.watermark.take();
        let step = self.push.answered(phone, now, reply, &mut self.watermark);
        if self.watermark.is_some() {
            self.gate.progressed();
            self.last_ok_ms = Some(now.ms);
        } else {
            self.watermark = before;
        }
        match step {
            PushStep::Again => self.read_records(),
            PushStep::Done => self.after_push(),
            PushStep::Settle(settlement) => {
                self.save(After::Push(settlement.clone()), Effect::Settle(settlement))
            }
            PushStep::Stop(settlement, trouble) if settlement == Settlement::default() => {
                self.push_stopped(now, trouble)
            }
            PushStep::Stop(settlement, trouble) => {
                self.save(After::StopPush(trouble), Effect::Settle(settlement))
            }
        }
    }

    fn push_stopped(&mut self, now: Now, trouble: Trouble) -> Effect {
        match trouble {
            // The endpoint is there and speaks; what it will not take now is no reason to miss tasks.
            Trouble::TooLarge(_) | Trouble::Refused(_) | Trouble::Failed { .. } if !self.has_pulled => {
                self.soft = Some(trouble);
                self.pull()
            }
            _ => self.fail(now, trouble),
        }
    }

    fn after_push(&mut self) -> Effect {
        if self.has_pulled { self.read_photos() } else { self.pull() }
    }

    fn pull(&mut self) -> Effect {
        let Some(phone) = &self.phone else { return self.rest() };
        let request = pull::request(&phone.enrolment.token, phone.pull.cursor.as_deref());
        self.stage = Stage::Pulling;
        Effect::Send(request)
    }

    fn pulled(&mut self, now: Now, reply: Result<Response, TransportError>) -> Effect {
        let cursor = self.phone.as_ref().and_then(|phone| phone.pull.cursor.clone());
        match pull::answer(reply, now.ms, cursor.as_deref()) {
            Ok(page) => {
                let (more, cursor) = (page.more, page.cursor.clone());
                self.save(After::Pull { more, cursor }, Effect::SavePull(page))
            }
            Err(Trouble::Gone(_)) if cursor.is_some() && !self.has_forgotten => {
                self.has_forgotten = true;
                self.save(After::Forget, Effect::ForgetCursor)
            }
            Err(trouble @ (Trouble::Refused(_) | Trouble::Failed { .. })) if self.soft.is_none() => {
                self.has_pulled = true;
                self.soft = Some(trouble);
                self.after_pull()
            }
            Err(trouble) => self.fail(now, trouble),
        }
    }

    fn after_pull(&mut self) -> Effect {
        if self.push.has_begun() { self.read_photos() } else { self.read_records() }
    }

    fn read_photos(&mut self) -> Effect {
        self.stage = Stage::Photos;
        Effect::ReadPhotos(photo_lane::PAGE)
    }

    fn photo_answered(&mut self, now: Now, reply: Result<Response, TransportError>) -> Effect {
        let mut has_moved = false;
        let effect = self.photo(now, |lane, phone| lane.answered(phone, now, reply, &mut has_moved));
        if has_moved {
            self.gate.progressed();
        }
        effect
    }

    fn photo(&mut self, now: Now, act: impl FnOnce(&mut PhotoLane, &PhoneView) -> PhotoStep) -> Effect {
        let Some(phone) = &self.phone else { return self.rest() };
        let step = act(&mut self.photos, phone);
        self.stage = Stage::Photos;
        match step {
            PhotoStep::ReadChunk { sha256, offset, len } => Effect::ReadChunk { sha256, offset, len },
            PhotoStep::Send(request) => Effect::Send(request),
            PhotoStep::Settle(verdicts) if verdicts.is_empty() => self.read_photos(),
            PhotoStep::Settle(verdicts) => self.save(After::Photos, Effect::SettlePhotos(verdicts)),
            PhotoStep::Stop(verdicts, trouble) if verdicts.is_empty() => self.fail(now, trouble),
            PhotoStep::Stop(verdicts, trouble) => {
                self.save(After::Fail(trouble), Effect::SettlePhotos(verdicts))
            }
            PhotoStep::Done if !self.has_looked_back => {
                self.has_looked_back = true;
                self.may_tidy = true;
                self.stage = Stage::LookingBack;
                Effect::ReadReceivedPhotos
            }
            PhotoStep::Done => {
                self.stage = Stage::Tidying;
                // Nothing leaves in a pass that did not look whether its photos are still there.
                Effect::Tidy(self.watermark.filter(|_| self.may_tidy))
            }
        }
    }

    fn save(&mut self, after: After, effect: Effect) -> Effect {
        self.stage = Stage::Saving(after);
        effect
    }

    fn saved(&mut self, now: Now, after: After) -> Effect {
        match (after, self.phone.as_mut()) {
            (After::Push(settlement), Some(phone)) => {
                if let Some(seen) = settlement.seen {
                    phone.seen = seen;
                }
                if settlement.offer_again {
                    phone.pull = PullState::default();
                    self.has_pulled = false;
                }
                self.read_records()
            }
            (After::StopPush(trouble), _) => self.push_stopped(now, trouble),
            (After::Pull { more, cursor }, Some(phone)) => {
                phone.pull.cursor = Some(cursor);
                if more {
                    return self.pull();
                }
                phone.pull.is_whole = true;
                self.has_pulled = true;
                self.last_ok_ms = Some(now.ms);
                self.after_pull()
            }
            (After::Forget, Some(phone)) => {
                phone.pull = PullState::default();
                self.pull()
            }
            (After::Photos, _) => self.read_photos(),
            (After::Fail(trouble), _) => self.fail(now, trouble),
            (_, None) => self.rest(),
        }
    }

    fn close(&mut self, now: Now, next_due: Option<u64>) -> Effect {
        if let Some(trouble) = self.soft.take() {
            return self.fail(now, trouble);
        }
        self.last_problem = None;
        self.gate.well(now, next_due);
        self.rest()
    }

    fn fail(&mut self, now: Now, trouble: Trouble) -> Effect {
        let trouble = self.soft.take().filter(|_| !trouble.is_final()).unwrap_or(trouble);
        self.last_problem = Some(trouble.note().clone());
        let token = self.phone.as_ref().map(|phone| phone.enrolment.token.clone());
        self.gate.failed(now, &trouble, token.unwrap_or_default());
        self.rest()
    }

    fn storage_failed(&mut self, now: Now, error: &StoreError) -> Effect {
        self.last_problem = Some(super::reply::local("storage", 0, &error.to_string()));
        self.gate.storage_failed(now, error);
        self.rest()
    }

    fn rest(&mut self) -> Effect {
        self.stage = Stage::Resting;
        self.phone = None;
        Effect::Rest { wake_at_ms: self.gate.wake_at_ms() }
    }
}
