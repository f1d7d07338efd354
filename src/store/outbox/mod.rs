//! The outbox: every record made on this phone, from the moment it is finished until long after
//! the endpoint has receipted it.
//!
//! A row's group is its state; its number is `Row::seq`. Nothing is removed but by
//! [`tidy`](mod@tidy), whose rule asks for a receipt, a backup and age. Knows nothing of the
//! network or the wire.

mod offer;
mod queue;
mod record;
mod settle;
pub mod tidy;

pub use offer::{next_due, offer_owners, retry_blocked, wake_later};
pub use queue::{Counts, Queue, QueueEntry, Unsent, counts, next_seq, queue, record, undelivered, unsent};
pub use record::{NewRecord, Origin, OutboxRecord, ProblemNote, ReceiptNote, RecordState, enqueue};
pub use settle::{Settlement, Verdict, settle};
pub use tidy::{KEEP_MS, tidy};

/// A limit for reading as many rows as there are.
pub const ALL: usize = u32::MAX as usize;
/// How often a transaction that another tab got ahead of is tried again.
pub(super) const TRIES: usize = 4;
/// No wait that the phone sets a record or photo is longer (the cap of its backoff); a longer one
/// means that the clock was changed.
pub(super) const LONGEST_WAIT_MS: u64 = 5 * 60 * 1000;

/// True when a wait is over, or its end lies so far off that the clock must have been changed.
pub(super) fn is_due(not_before_ms: u64, now_ms: u64) -> bool {
    not_before_ms <= now_ms || not_before_ms - now_ms > LONGEST_WAIT_MS
}
