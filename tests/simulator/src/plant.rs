//! Mistakes planted on purpose: each must break a law within a few hundred schedules, or the laws
//! are not worth much.

use rounds::domain::hash::sha256_hex;
use rounds::store::{Batch, Store, Table};
use rounds::sync::protocol::{Outcome, OutcomeStatus, PushAnswer, PushRequest, Receipt};
use rounds::sync::transport::{Method, Request, Response};
use rounds_endpoint::store::memory;

use crate::disk::{Disk, now};
use crate::wire::Reply;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// The endpoint answers before it commits.
    ReceiptBeforeCommit,
    /// The endpoint's table has no UNIQUE on a record's id.
    NoUnique,
    /// The endpoint commits without syncing.
    NoSync,
    /// The endpoint does not raise its epoch when it was restored.
    EpochIgnored,
    /// The phone deletes what it sends before it has the receipt.
    DeletedBeforeReceipt,
    /// The phone drops a whole batch that was answered with a 4xx.
    BatchDropped,
    /// The phone numbers all its records alike.
    SeqReused,
    /// The phone writes a body anew when it sends it.
    BodyRewritten,
    /// The phone sends records as the work of whoever is signed in.
    AuthorRewritten,
    /// The phone takes any answer for a receipt.
    ReceiptNotChecked,
    /// The phone does not notice another epoch or store.
    StoreNotNoticed,
    /// The screen says "saved" before it is.
    SavedTooEarly,
    /// The phone lets go of a photo once its record is received.
    PhotoDroppedWithRecord,
}

impl Plant {
    /// All.
    pub const ALL: [Self; 13] = [
        Self::ReceiptBeforeCommit,
        Self::NoUnique,
        Self::NoSync,
        Self::EpochIgnored,
        Self::DeletedBeforeReceipt,
        Self::BatchDropped,
        Self::SeqReused,
        Self::BodyRewritten,
        Self::AuthorRewritten,
        Self::ReceiptNotChecked,
        Self::StoreNotNoticed,
        Self::SavedTooEarly,
        Self::PhotoDroppedWithRecord,
    ];

    /// The endpoint's own part of it.
    pub fn at_office(self) -> Option<memory::Plant> {
        Some(match self {
            Self::ReceiptBeforeCommit => memory::Plant::AnswerBeforeCommit,
            Self::NoUnique => memory::Plant::NoUnique,
            Self::NoSync => memory::Plant::NoSync,
            Self::EpochIgnored => memory::Plant::EpochIgnored,
            _ => return None,
        })
    }

    /// What a phone with this mistake does to a request that it sends.
    pub fn on_request(self, disk: &Disk, signed_in: &str, request: &mut Request) {
        let Some(mut push) = pushed(request) else { return };
        match self {
            Self::DeletedBeforeReceipt => return delete(disk, &push),
            Self::SeqReused => push.items.iter_mut().for_each(|item| item.seq = 1),
            Self::BodyRewritten => {
                for item in &mut push.items {
                    let body: serde_json::Value = serde_json::from_str(&item.body).unwrap_or_default();
                    item.body = format!("{body:#}");
                    item.body_sha256 = sha256_hex(item.body.as_bytes());
                }
            }
            Self::AuthorRewritten => {
                push.items.iter_mut().for_each(|item| signed_in.clone_into(&mut item.author));
            }
            _ => return,
        }
        request.body = serde_json::to_vec(&push).expect("plain data always has JSON");
    }

    /// What a phone with this mistake makes of an answer. `first_seen` is the first store that it
    /// ever heard of.
    pub fn on_reply(
        self,
        disk: &Disk,
        request: &Request,
        reply: &mut Reply,
        first_seen: &mut Option<(String, u64)>,
    ) {
        let Some(push) = pushed(request) else { return };
        match (self, &mut *reply) {
            (Self::BatchDropped, Ok(answer)) if (400..500).contains(&answer.status) => delete(disk, &push),
            (Self::ReceiptNotChecked, Ok(answer)) if read(answer).is_none() => *reply = Ok(believed(&push)),
            (Self::StoreNotNoticed, Ok(answer)) => {
                let Some(mut told) = read(answer) else { return };
                let (store_id, epoch) =
                    first_seen.get_or_insert_with(|| (told.store_id.clone(), told.epoch)).clone();
                for receipt in told.outcomes.iter_mut().filter_map(|outcome| outcome.receipt.as_mut()) {
                    (receipt.store_id, receipt.epoch) = (store_id.clone(), epoch);
                }
                (told.store_id, told.epoch) = (store_id, epoch);
                answer.body = serde_json::to_vec(&told).expect("plain data always has JSON");
            }
            (Self::PhotoDroppedWithRecord, Ok(answer)) if read(answer).is_some() => {
                let photos = push.items.iter().flat_map(|item| &item.blobs);
                let batch = photos.fold(Batch::new(), |batch, blob| {
                    batch
                        .delete(Table::Photos, blob.sha256.clone())
                        .delete(Table::PhotoBytes, blob.sha256.clone())
                });
                let _ = now(disk.commit(batch));
            }
            _ => {}
        }
    }
}

fn pushed(request: &Request) -> Option<PushRequest> {
    let is_push = request.method == Method::Post && request.path == "/v1/push";
    is_push.then(|| serde_json::from_slice(&request.body).ok()).flatten()
}

fn read(answer: &Response) -> Option<PushAnswer> {
    (answer.status == 200).then(|| serde_json::from_slice(&answer.body).ok()).flatten()
}

fn delete(disk: &Disk, push: &PushRequest) {
    let ids = push.items.iter().map(|item| item.item_id.clone());
    let batch = ids.fold(Batch::new(), |batch, id| batch.delete(Table::Outbox, id));
    let _ = now(disk.commit(batch));
}

/// The answer that someone who checks nothing believes to have read.
fn believed(push: &PushRequest) -> Response {
    let epoch = push.seen.epoch.max(1);
    let store_id = if push.seen.store_id.is_empty() { "store-0" } else { &push.seen.store_id };
    let outcomes = push.items.iter().map(|item| Outcome {
        item_id: item.item_id.clone(),
        status: OutcomeStatus::Stored,
        receipt: Some(Receipt {
            item_id: item.item_id.clone(),
            body_sha256: item.body_sha256.clone(),
            server_seq: push.seen.server_seq + 1,
            store_id: store_id.to_owned(),
            epoch,
            received_at: "2026-11-23T00:00:00Z".to_owned(),
        }),
        problem: None,
    });
    let answer = PushAnswer {
        store_id: store_id.to_owned(),
        epoch,
        backup_watermark: 0,
        outcomes: outcomes.collect(),
    };
    let body = serde_json::to_vec(&answer).expect("plain data always has JSON");
    Response { status: 200, headers: Vec::new(), body }
}
