//! What is believed of a push's answer: nothing until every field was checked.

use chrono::DateTime;
use thiserror::Error;

use super::protocol::{Outcome, OutcomeStatus, Problem, PushAnswer, Receipt};
use crate::store::outbox::{OutboxRecord, ProblemNote, ReceiptNote};

/// Why an answer or a receipt is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Distrust {
    /// The answer names no store.
    #[error("the answer names no store")]
    NoStore,
    /// Not one outcome for each item, in order: nothing in the answer is believed.
    #[error("the outcomes are not those of the items sent")]
    OtherItems,
    /// `stored` or `duplicate` without a receipt.
    #[error("there is no receipt")]
    NoReceipt,
    /// The receipt is another record's.
    #[error("the receipt names another record")]
    OtherRecord,
    /// The receipt is for other bytes.
    #[error("the receipt is for other bytes")]
    OtherBytes,
    /// The receipt is another store's.
    #[error("the receipt is another store's")]
    OtherStore,
    /// The receipt's epoch cannot be right.
    #[error("the receipt's epoch cannot be right")]
    WrongEpoch,
    /// The receipt has no number.
    #[error("the receipt has no number")]
    NoNumber,
    /// The receipt has no time.
    #[error("the receipt has no time")]
    NoTime,
    /// `rejected` without a problem: nobody could be told why.
    #[error("a refusal gives no reason")]
    NoReason,
}

/// What an outcome says, once believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Durably stored.
    Received(ReceiptNote),
    /// Will never be stored as it is.
    Refused(ProblemNote),
    /// Not yet.
    NotYet(ProblemNote),
}

/// Checks that an answer is about just the records sent, in their order.
///
/// # Errors
/// [`Distrust`]; the whole batch is unknown then.
pub fn check_answer(sent: &[(u64, OutboxRecord)], answer: &PushAnswer) -> Result<(), Distrust> {
    if answer.store_id.is_empty() {
        return Err(Distrust::NoStore);
    }
    let named = answer.outcomes.iter().map(|outcome| &outcome.item_id);
    if sent.iter().map(|(_, record)| &record.item_id).eq(named) { Ok(()) } else { Err(Distrust::OtherItems) }
}

/// Checks one outcome, field by field, against the record and the answer it came in.
///
/// A `duplicate` carries the first receipt, so its epoch may be an earlier one: after a restore the
/// endpoint still has what its backup had.
///
/// # Errors
/// [`Distrust`]; the record is kept and offered again.
pub fn check_outcome(
    record: &OutboxRecord,
    outcome: &Outcome,
    answer: &PushAnswer,
) -> Result<Word, Distrust> {
    let problem = outcome.problem.as_ref();
    match outcome.status {
        OutcomeStatus::Rejected => {
            let problem = problem.ok_or(Distrust::NoReason)?;
            let note = note(problem);
            Ok(if problem.retryable { Word::NotYet(note) } else { Word::Refused(note) })
        }
        OutcomeStatus::Deferred => Ok(Word::NotYet(problem.map(note).unwrap_or_default())),
        OutcomeStatus::Stored | OutcomeStatus::Duplicate => {
            let receipt = outcome.receipt.as_ref().ok_or(Distrust::NoReceipt)?;
            check_receipt(record, receipt, answer, outcome.status).map(Word::Received)
        }
    }
}

/// What is kept of a problem.
pub fn note(problem: &Problem) -> ProblemNote {
    ProblemNote {
        code: problem.code().to_owned(),
        status: problem.status,
        title: problem.title.clone(),
        detail: problem.detail.clone(),
    }
}

fn check_receipt(
    record: &OutboxRecord,
    receipt: &Receipt,
    answer: &PushAnswer,
    status: OutcomeStatus,
) -> Result<ReceiptNote, Distrust> {
    if receipt.item_id != record.item_id {
        return Err(Distrust::OtherRecord);
    }
    if receipt.body_sha256 != record.body_sha256 {
        return Err(Distrust::OtherBytes);
    }
    if receipt.store_id != answer.store_id {
        return Err(Distrust::OtherStore);
    }
    let is_epoch_right = match status {
        OutcomeStatus::Duplicate => receipt.epoch <= answer.epoch,
        _ => receipt.epoch == answer.epoch,
    };
    if !is_epoch_right {
        return Err(Distrust::WrongEpoch);
    }
    if receipt.server_seq == 0 {
        return Err(Distrust::NoNumber);
    }
    let time = DateTime::parse_from_rfc3339(&receipt.received_at).map_err(|_| Distrust::NoTime)?;
    let received_ms = u64::try_from(time.timestamp_millis()).map_err(|_| Distrust::NoTime)?;
    Ok(ReceiptNote {
        server_seq: receipt.server_seq,
        store_id: receipt.store_id.clone(),
        epoch: receipt.epoch,
        received_at: receipt.received_at.clone(),
        received_ms,
    })
}
