//! The push's part of the engine: what to send next, and what its answer means for each record.
//!
//! A batch that the endpoint cannot take as a whole is halved until the one record that it cannot
//! take stands alone; that one waits or is set aside, and the others go on.

use super::backoff::{delay_ms, nth_random};
use super::engine::{Now, PhoneView};
use super::protocol::{
    BlobRef, MAX_PUSH_BYTES, MAX_PUSH_ITEMS, PROTOCOL, PushAnswer, PushItem, PushRequest, Seen,
};
use super::receipt::{self, Word};
use super::reply::{self, Trouble, local};
use super::transport::{Method, Request, Response, TransportError};
use crate::store::identity::StoreSeen;
use crate::store::outbox::{OutboxRecord, ProblemNote, Settlement, Unsent, Verdict};

/// Room for what surrounds the items.
const ENVELOPE_BYTES: usize = 4 * 1024;
/// So many records refused one after another say that it is not about the records.
const REFUSED_IN_A_ROW: u32 = 5;

/// Where pushing stands.
#[derive(Clone, Debug)]
pub(super) struct PushLane {
    /// At most so many items in the next push.
    pub(super) limit: usize,
    /// What is on its way.
    pub(super) sent: Vec<(u64, OutboxRecord)>,
    asked_once: bool,
    offered_again: bool,
    refused_in_a_row: u32,
}

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PushStep {
    /// Write this down, then go on pushing.
    Settle(Settlement),
    /// Read the queue and push again, smaller.
    Again,
    /// Nothing more to push.
    Done,
    /// Write this down, then stop pushing.
    Stop(Settlement, Trouble),
}

impl Default for PushLane {
    fn default() -> Self {
        Self {
            limit: MAX_PUSH_ITEMS,
            sent: Vec::new(),
            asked_once: false,
            offered_again: false,
            refused_in_a_row: 0,
        }
    }
}

impl PushLane {
    /// A new pass begins.
    pub(super) fn begin(&mut self) {
        *self = Self { limit: self.limit, ..Self::default() };
    }

    /// True once this pass has pushed.
    pub(super) fn has_begun(&self) -> bool {
        self.asked_once
    }

    /// The next push; `None` when there is nothing more. Each pass pushes once at least, be it with
    /// no items: so a restored store is noticed on either side, and the office sees the numbers.
    pub(super) fn request(&mut self, phone: &PhoneView, unsent: Unsent) -> Option<Request> {
        if unsent.records.is_empty() && self.asked_once {
            return None;
        }
        self.asked_once = true;
        let mut room = MAX_PUSH_BYTES - ENVELOPE_BYTES;
        let mut items = Vec::new();
        self.sent.clear();
        for (seq, record) in unsent.records.into_iter().take(self.limit) {
            let item = item(seq, &record);
            let size = serde_json::to_vec(&item).map_or(usize::MAX, |json| json.len() + 1);
            // One that is too large on its own is sent on its own: the endpoint is to judge.
            if size > room && !items.is_empty() {
                break;
            }
            room = room.saturating_sub(size);
            items.push(item);
            self.sent.push((seq, record));
        }
        let body = PushRequest {
            protocol: PROTOCOL,
            device_id: phone.enrolment.device_id.clone(),
            install_id: phone.install_id.clone(),
            next_seq: unsent.next_seq,
            pending: unsent.pending,
            seen: Seen {
                store_id: phone.seen.store_id.clone(),
                epoch: phone.seen.epoch,
                server_seq: phone.seen.server_seq,
                item_id: phone.seen.item_id.clone(),
            },
            items,
        };
        Some(Request::new(Method::Post, "/v1/push").bearer(&phone.enrolment.token).json(&body))
    }

    /// Reads the answer to what was sent. The watermark is set where the answer was believed.
    pub(super) fn answered(
        &mut self,
        phone: &PhoneView,
        now: Now,
        reply: Result<Response, TransportError>,
        watermark: &mut Option<u64>,
    ) -> PushStep {
        let answer: PushAnswer = match reply::json(reply, now.ms) {
            Ok(answer) => answer,
            Err(trouble) => return self.troubled(now, trouble),
        };
        if let Err(distrust) = receipt::check_answer(&self.sent, &answer) {
            let note = local("answer-not-believed", 200, &distrust.to_string());
            return PushStep::Stop(Settlement::default(), Trouble::Unknown(note));
        }
        let is_new_store = !phone.seen.store_id.is_empty()
            && (phone.seen.store_id != answer.store_id || phone.seen.epoch != answer.epoch);
        if is_new_store && self.offered_again {
            let note = local("store-changes", 200, "two stores answer in turn");
            return PushStep::Stop(Settlement::default(), Trouble::Unknown(note));
        }
        self.offered_again |= is_new_store;
        *watermark = Some(answer.backup_watermark);
        self.refused_in_a_row = 0;
        self.limit = (self.limit * 2).min(MAX_PUSH_ITEMS);
        let verdicts = self.verdicts(now, &answer);
        let seen = seen(&phone.seen, &answer, &verdicts);
        let is_empty = self.sent.is_empty();
        self.sent.clear();
        if is_empty && !is_new_store && seen == phone.seen {
            return PushStep::Done;
        }
        let told = Some(phone.seen.clone());
        PushStep::Settle(Settlement { verdicts, told, seen: Some(seen), offer_again: is_new_store })
    }

    fn verdicts(&self, now: Now, answer: &PushAnswer) -> Vec<(String, Verdict)> {
        let pairs = self.sent.iter().zip(&answer.outcomes).enumerate();
        let verdicts = pairs.map(|(nth, ((_, record), outcome))| {
            let verdict = match receipt::check_outcome(record, outcome, answer) {
                Ok(Word::Received(receipt)) => Verdict::Received(receipt),
                Ok(Word::Refused(problem)) => Verdict::Blocked(problem),
                Ok(Word::NotYet(problem)) => later(now, nth, record, problem),
                Err(distrust) => {
                    let note = local("receipt-not-believed", 200, &distrust.to_string());
                    later(now, nth, record, note)
                }
            };
            (record.item_id.clone(), verdict)
        });
        verdicts.collect()
    }

    fn troubled(&mut self, now: Now, trouble: Trouble) -> PushStep {
        let sent = std::mem::take(&mut self.sent);
        let is_halved = sent.len() > 1
            && matches!(
                trouble,
                Trouble::TooLarge(_) | Trouble::Refused(_) | Trouble::Failed { .. } | Trouble::Slow(_)
            );
        if is_halved {
            self.limit = sent.len() / 2;
            return match trouble {
                Trouble::TooLarge(_) | Trouble::Refused(_) => PushStep::Again,
                _ => PushStep::Stop(Settlement::default(), trouble),
            };
        }
        let Some((_, alone)) = sent.first().filter(|_| sent.len() == 1) else {
            return PushStep::Stop(Settlement::default(), trouble);
        };
        let one = |verdict| Settlement {
            verdicts: vec![(alone.item_id.clone(), verdict)],
            ..Settlement::default()
        };
        match &trouble {
            Trouble::TooLarge(note) => {
                self.limit = MAX_PUSH_ITEMS;
                PushStep::Settle(one(Verdict::Blocked(note.clone())))
            }
            Trouble::Refused(note) => {
                self.limit = MAX_PUSH_ITEMS;
                self.refused_in_a_row += 1;
                let settlement = one(later(now, 0, alone, note.clone()));
                if self.refused_in_a_row < REFUSED_IN_A_ROW {
                    PushStep::Settle(settlement)
                } else {
                    PushStep::Stop(settlement, trouble)
                }
            }
            // The record may be what it fails at; the next pass tries the others first.
            Trouble::Failed { note, .. } => {
                self.limit = MAX_PUSH_ITEMS;
                PushStep::Stop(one(later(now, 0, alone, note.clone())), trouble)
            }
            _ => PushStep::Stop(Settlement::default(), trouble),
        }
    }
}

/// A record as the wire has it.
pub(super) fn item(seq: u64, record: &OutboxRecord) -> PushItem {
    let blob = |photo: &crate::domain::answer::PhotoRef| BlobRef {
        sha256: photo.sha256.clone(),
        len: photo.len,
        mime: photo.mime.clone(),
    };
    PushItem {
        item_id: record.item_id.clone(),
        seq,
        kind: record.kind.clone(),
        schema: record.schema,
        author: record.author.clone(),
        captured_at: record.captured.at.clone(),
        tz: record.captured.tz.clone(),
        boot_id: record.captured.boot_id.clone(),
        mono_ms: record.captured.mono_ms,
        body: record.body.clone(),
        body_sha256: record.body_sha256.clone(),
        blobs: record.blobs.iter().map(blob).collect(),
        supersedes: record.supersedes.clone(),
        origin_install: record.origin.as_ref().map(|origin| origin.install_id.clone()),
    }
}

fn later(now: Now, nth: usize, record: &OutboxRecord, problem: ProblemNote) -> Verdict {
    let random = nth_random(now.random, nth as u64);
    let not_before_ms = now.ms.saturating_add(delay_ms(record.attempts + 1, random));
    Verdict::Later { problem, not_before_ms }
}

fn seen(old: &StoreSeen, answer: &PushAnswer, verdicts: &[(String, Verdict)]) -> StoreSeen {
    let is_same = old.store_id == answer.store_id && old.epoch == answer.epoch;
    let base = StoreSeen {
        store_id: answer.store_id.clone(),
        epoch: answer.epoch,
        server_seq: if is_same { old.server_seq } else { 0 },
        item_id: if is_same { old.item_id.clone() } else { String::new() },
        latest_ms: if old.store_id == answer.store_id { old.latest_ms } else { 0 },
    };
    verdicts.iter().fold(base, |mut seen, (item_id, verdict)| {
        if let Verdict::Received(receipt) = verdict {
            seen.latest_ms = seen.latest_ms.max(receipt.received_ms);
            if receipt.server_seq > seen.server_seq {
                (seen.server_seq, seen.item_id) = (receipt.server_seq, item_id.clone());
            }
        }
        seen
    })
}
