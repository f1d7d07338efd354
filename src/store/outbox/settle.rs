//! What became of records that were offered, written in one transaction.

use super::offer::everything_ready;
use super::{OutboxRecord, ProblemNote, ReceiptNote, RecordState, TRIES};
use crate::store::identity::{self, PullState, StoreSeen};
use crate::store::row::{Row, Table};
use crate::store::{Batch, Store, StoreError};

/// What became of one record. Receipts are checked before they come here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Durably stored at the endpoint.
    Received(ReceiptNote),
    /// Set aside; shown, exported, never dropped.
    Blocked(ProblemNote),
    /// Still on this phone; offered again, not before a time.
    Later {
        /// What was against it.
        problem: ProblemNote,
        /// Milliseconds since 1970.
        not_before_ms: u64,
    },
}

/// One answer of the endpoint, as far as the phone's storage is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// By record id.
    pub verdicts: Vec<(String, Verdict)>,
    /// What the request told of the newest seen; `None` where nothing was answered.
    pub told: Option<StoreSeen>,
    /// The newest seen of the endpoint's store, where the answer told it.
    pub seen: Option<StoreSeen>,
    /// The store is another or was restored: everything still on the phone is offered again, but
    /// for what `verdicts` says was received just now, and pulling begins anew.
    pub offer_again: bool,
}

/// Writes a settlement, all or nothing. False when it was not believed: another page saw more of the
/// store than the request told it.
///
/// # Errors
/// As the store; nothing was changed then, and the same records are offered again.
pub async fn settle<S: Store>(store: &S, settlement: &Settlement) -> Result<bool, StoreError> {
    let mut lost = StoreError::Other("no try was made".to_owned());
    for _ in 0..TRIES {
        if let Some(told) = &settlement.told
            && !is_what_was_told(&identity::seen(store).await?, told)
        {
            return Ok(false);
        }
        let mut batch = Batch::new();
        for (id, verdict) in &settlement.verdicts {
            let Some(row) = store.get(Table::Outbox, id).await? else { continue };
            batch = judge(batch, row, verdict)?;
        }
        if settlement.offer_again {
            let done: Vec<&str> = settlement.verdicts.iter().map(|(id, _)| id.as_str()).collect();
            batch = everything_ready(store, batch, &done).await?;
            batch = identity::put_pull_state(batch, &PullState::default());
        }
        if let Some(seen) = &settlement.seen {
            batch = identity::raise_seen(store, batch, seen).await?;
        }
        if batch.ops.is_empty() {
            return Ok(true);
        }
        match store.commit(batch).await {
            Err(conflict @ StoreError::Conflict { .. }) => lost = conflict,
            done => return done.map(|_| true),
        }
    }
    Err(lost)
}

/// Whether the phone still knows of the store what the request told it. Another page may have seen
/// more meanwhile; then the store was not asked whether it still has that, and its answer may be that
/// of a store restored in between.
fn is_what_was_told(known: &StoreSeen, told: &StoreSeen) -> bool {
    (&known.store_id, known.epoch, known.server_seq, &known.item_id)
        == (&told.store_id, told.epoch, told.server_seq, &told.item_id)
}

fn judge(batch: Batch, row: Row, verdict: &Verdict) -> Result<Batch, StoreError> {
    let was_received = row.group == RecordState::Received.group();
    let mut record = OutboxRecord::from_row(&row)?;
    let state = match verdict {
        Verdict::Received(receipt) => {
            record.receipt = Some(receipt.clone());
            (record.problem, record.not_before_ms) = (None, 0);
            RecordState::Received
        }
        // Another tab saw the receipt meanwhile; a refusal or a wait cannot undo it.
        Verdict::Blocked(_) | Verdict::Later { .. } if was_received => return Ok(batch),
        Verdict::Blocked(problem) => {
            record.attempts += 1;
            (record.problem, record.not_before_ms) = (Some(problem.clone()), 0);
            RecordState::Blocked
        }
        Verdict::Later { problem, not_before_ms } => {
            record.attempts += 1;
            (record.problem, record.not_before_ms) = (Some(problem.clone()), *not_before_ms);
            RecordState::Later
        }
    };
    let new = record.row(state, row.seq);
    Ok(batch.expect(Table::Outbox, row.key, Some(row.rev)).put(Table::Outbox, new))
}
