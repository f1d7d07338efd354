//! One push: every outcome decided, stored and numbered in one transaction.

use rounds::sync::protocol::{Outcome, OutcomeStatus, Problem, PushAnswer, Receipt, Seen};

use super::identity::{self, Counter};
use super::items::{self, Inserted, ReceivedItem, number};
use super::{Store, StoreError, Tx, blobs};
use crate::auth::Device;
use crate::clock::Moment;

/// What surrounds the records of a push.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Made once on the phone.
    pub install_id: String,
    /// The number its next record will get.
    pub next_seq: u64,
    /// Records it holds without a receipt.
    pub pending: u64,
    /// The newest it has seen of the store.
    pub seen: Seen,
}

/// One record as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Its id as far as it could be read.
    pub item_id: String,
    /// The item's JSON text, kept when it is refused.
    pub raw: String,
    /// What the checks at the edge made of it.
    pub checked: Result<ReceivedItem, Refused>,
}

/// Why a record cannot be taken as it is.
#[derive(Clone, Debug)]
pub struct Refused(pub Problem);

/// The transaction's own view of the store.
struct Ledger<'a> {
    store_id: &'a str,
    device: &'a Device,
    install_id: &'a str,
    epoch: u64,
    server_seq: i64,
    now: Moment,
}

impl Store {
    /// Takes a push whole; answers only after its commit.
    pub async fn receive(
        &self,
        device: &Device,
        envelope: &Envelope,
        arrivals: &[Arrival],
        now: Moment,
    ) -> Result<PushAnswer, StoreError> {
        self.take_in(device, Some(envelope), arrivals, now).await
    }

    /// As [`Store::receive`]; without an envelope, records came in a file, and say nothing of the
    /// state of any phone.
    pub async fn take_in(
        &self,
        device: &Device,
        envelope: Option<&Envelope>,
        arrivals: &[Arrival],
        now: Moment,
    ) -> Result<PushAnswer, StoreError> {
        let mut tx = self.begin().await?;
        let store_id = tx.store_id()?;
        let first_seq = identity::lock(&mut tx, Counter::ServerSeq).await?;
        let (epoch, server_seq) = match envelope {
            Some(envelope) => notice_restore(&mut tx, &store_id, &envelope.seen, first_seq).await?,
            None => (identity::read(&mut tx, Counter::Epoch).await?.unsigned_abs(), first_seq),
        };
        let install_id = envelope.map_or("", |envelope| envelope.install_id.as_str());
        let mut ledger = Ledger { store_id: &store_id, device, install_id, epoch, server_seq, now };
        let outcomes = ledger.take_all(&mut tx, arrivals).await?;
        if let Some(envelope) = envelope {
            note_install(&mut tx, device, envelope, left_on_phone(envelope, &outcomes), now).await?;
        }
        identity::write(&mut tx, Counter::ServerSeq, ledger.server_seq).await?;
        let watermark = identity::read(&mut tx, Counter::BackupWatermark).await?;
        tx.commit().await?;
        Ok(PushAnswer { store_id, epoch, backup_watermark: watermark.unsigned_abs(), outcomes })
    }
}

impl Ledger<'_> {
    /// One outcome an arrival. What waits for a record later in the same push is tried again.
    async fn take_all(&mut self, tx: &mut Tx, arrivals: &[Arrival]) -> Result<Vec<Outcome>, StoreError> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; arrivals.len()];
        loop {
            let mut stored_one = false;
            for (arrival, slot) in arrivals.iter().zip(&mut outcomes) {
                if slot.as_ref().is_some_and(|outcome| outcome.status != OutcomeStatus::Deferred) {
                    continue;
                }
                let outcome = self.take(tx, arrival).await?;
                stored_one |= outcome.status == OutcomeStatus::Stored;
                *slot = Some(outcome);
            }
            let waiting = outcomes.iter().flatten().any(|outcome| outcome.status == OutcomeStatus::Deferred);
            if !waiting || !stored_one {
                return Ok(outcomes.into_iter().flatten().collect());
            }
        }
    }

    async fn take(&mut self, tx: &mut Tx, arrival: &Arrival) -> Result<Outcome, StoreError> {
        let received = match &arrival.checked {
            Ok(received) => received,
            Err(Refused(problem)) => return self.refuse(tx, arrival, problem.clone()).await,
        };
        let item = &received.item;
        if let Some(earlier) = &item.supersedes
            && !items::is_known(tx, earlier).await?
        {
            return Ok(without_receipt(OutcomeStatus::Deferred, &item.item_id, missing_dependency()));
        }
        let receipt = self.next_receipt(received);
        let maker = item.origin_install.as_deref().unwrap_or(self.install_id);
        match items::insert(tx, received, &receipt, &self.device.id, maker).await? {
            Inserted::New => {
                self.server_seq += 1;
                // A record whose maker nobody knows says nothing about anyone's numbers.
                if !maker.is_empty() && !items::claim_seq(tx, maker, item).await? {
                    items::add_flag(tx, &item.item_id, "seq-reused").await?;
                }
                blobs::add_refs(tx, &self.device.id, item).await?;
                Ok(with_receipt(OutcomeStatus::Stored, receipt))
            }
            Inserted::Same(first) => {
                // It may have come first by a file that did not say who made it.
                if !maker.is_empty() {
                    items::claim_seq(tx, maker, item).await?;
                }
                blobs::add_refs(tx, &self.device.id, item).await?;
                Ok(with_receipt(OutcomeStatus::Duplicate, first))
            }
            Inserted::Other => self.refuse(tx, arrival, id_reuse()).await,
        }
    }

    async fn refuse(&self, tx: &mut Tx, arrival: &Arrival, problem: Problem) -> Result<Outcome, StoreError> {
        let code = problem.code().to_owned();
        let (id, raw) = (&arrival.item_id, &arrival.raw);
        items::quarantine(tx, &self.device.id, id, &code, raw, self.now.millis()).await?;
        Ok(without_receipt(OutcomeStatus::Rejected, id, problem))
    }

    fn next_receipt(&self, received: &ReceivedItem) -> Receipt {
        Receipt {
            item_id: received.item.item_id.clone(),
            body_sha256: received.item.body_sha256.clone(),
            server_seq: (self.server_seq + 1).unsigned_abs(),
            store_id: self.store_id.to_owned(),
            epoch: self.epoch,
            received_at: self.now.rfc3339(),
        }
    }
}

/// A phone that has seen more than the store holds proves that the store was restored. The epoch
/// rises once for it, and numbers go on above what was seen, so that none is given twice.
async fn notice_restore(
    tx: &mut Tx,
    store_id: &str,
    seen: &Seen,
    server_seq: i64,
) -> Result<(u64, i64), StoreError> {
    let epoch = identity::read(tx, Counter::Epoch).await?.unsigned_abs();
    let lost_epoch = seen.epoch > epoch;
    let lost_records =
        seen.epoch == epoch && (number(seen.server_seq) > server_seq || is_given_again(tx, seen).await?);
    if seen.store_id != store_id || !(lost_epoch || lost_records) {
        return Ok((epoch, server_seq));
    }
    let raised = seen.epoch.max(epoch) + 1;
    let raised = identity::write(tx, Counter::Epoch, number(raised)).await?.unsigned_abs();
    tracing::warn!(epoch = raised, "a phone has seen newer records than this store holds: it was restored");
    Ok((raised, server_seq.max(number(seen.server_seq))))
}

/// The phone counted what was in this push as well; of that, what is here now is not missing.
fn left_on_phone(envelope: &Envelope, outcomes: &[Outcome]) -> u64 {
    let received = outcomes.iter().filter(|outcome| outcome.receipt.is_some()).count();
    envelope.pending.saturating_sub(received as u64)
}

/// Numbers went on from the backup before a phone could tell of it, and what it saw under its
/// highest one is not the record that has it now.
async fn is_given_again(tx: &mut Tx, seen: &Seen) -> Result<bool, StoreError> {
    if seen.item_id.is_empty() || seen.server_seq == 0 {
        return Ok(false);
    }
    Ok(items::id_of_number(tx, number(seen.server_seq)).await?.as_deref() != Some(&*seen.item_id))
}

async fn note_install(
    tx: &mut Tx,
    device: &Device,
    envelope: &Envelope,
    pending: u64,
    now: Moment,
) -> Result<(), StoreError> {
    if envelope.install_id != device.install_id {
        tracing::warn!(device = %device.id, "this phone lost its storage or was copied: another install pushes");
    }
    let sql = match tx {
        Tx::Memory(memory) => {
            return memory.note_install(&device.id, &envelope.install_id, envelope.next_seq);
        }
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "INSERT INTO installs (device_id, install_id, next_seq, pending, seen_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (device_id, install_id) DO UPDATE SET next_seq = excluded.next_seq, \
         pending = excluded.pending, seen_ms = excluded.seen_ms",
    )
    .bind(&device.id)
    .bind(&envelope.install_id)
    .bind(number(envelope.next_seq))
    .bind(number(pending))
    .bind(now.millis())
    .execute(sql.connection())
    .await?;
    Ok(())
}

fn with_receipt(status: OutcomeStatus, receipt: Receipt) -> Outcome {
    Outcome { item_id: receipt.item_id.clone(), status, receipt: Some(receipt), problem: None }
}

fn without_receipt(status: OutcomeStatus, item_id: &str, mut problem: Problem) -> Outcome {
    problem.item_id = Some(item_id.to_owned());
    Outcome { item_id: item_id.to_owned(), status, receipt: None, problem: Some(problem) }
}

fn missing_dependency() -> Problem {
    let detail =
        "The record that this one corrects has not arrived yet. Send that one first, then this one again.";
    Problem::new("missing-dependency", 409, "An earlier record is missing", detail, true)
}

fn id_reuse() -> Problem {
    let detail =
        "Another record has this id already. Both are kept; set this one aside and show it to a manager.";
    Problem::new("id-reuse", 409, "The id is taken", detail, false)
}
