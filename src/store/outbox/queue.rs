//! Reading the outbox: what to send next, how much there is, what to show.

use super::{ALL, OutboxRecord, RecordState};
use crate::store::photos::PhotoState;
use crate::store::row::{Row, Table};
use crate::store::{Batch, NEXT_SEQ, Store, StoreError};

/// How many records and photos are in which state. Does not read them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records on this phone without a receipt that are not set aside.
    pub records_phone: u64,
    /// Records receipted and still kept.
    pub records_received: u64,
    /// Records set aside.
    pub records_blocked: u64,
    /// Photos of drafts.
    pub photos_draft: u64,
    /// Photos of finished records, not at the endpoint and not set aside.
    pub photos_phone: u64,
    /// Photos at the endpoint and still kept.
    pub photos_received: u64,
    /// Photos set aside.
    pub photos_blocked: u64,
}

/// The next records to offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// With their numbers, by key.
    pub records: Vec<(u64, OutboxRecord)>,
    /// The number the next record will get.
    pub next_seq: u64,
    /// Records without a receipt, whether set aside or not.
    pub pending: u64,
}

/// A record as `/sync` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    /// The record.
    pub record: OutboxRecord,
    /// Its number on this install.
    pub seq: u64,
    /// Where it is.
    pub state: RecordState,
}

/// The outbox as `/sync` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Set aside first, then on the phone, then received with the newest first.
    pub entries: Vec<QueueEntry>,
    /// Keys of rows that could not be read; kept as they are.
    pub damaged: Vec<String>,
}

impl Counts {
    /// Records without a receipt: `data-pending` of the chip.
    pub fn pending_records(&self) -> u64 {
        self.records_phone + self.records_blocked
    }

    /// Photos of finished records that are not at the endpoint.
    pub fn pending_photos(&self) -> u64 {
        self.photos_phone + self.photos_blocked
    }

    /// Records and photos set aside.
    pub fn blocked(&self) -> u64 {
        self.records_blocked + self.photos_blocked
    }
}

/// Counts everything.
///
/// # Errors
/// As the store.
pub async fn counts<S: Store>(store: &S) -> Result<Counts, StoreError> {
    let records = async |state: RecordState| store.count(Table::Outbox, Some(state.group())).await;
    let photos = async |state: PhotoState| store.count(Table::Photos, Some(state.group())).await;
    Ok(Counts {
        records_phone: records(RecordState::Phone).await? + records(RecordState::Later).await?,
        records_received: records(RecordState::Received).await?,
        records_blocked: records(RecordState::Blocked).await?,
        photos_draft: photos(PhotoState::Draft).await?,
        photos_phone: photos(PhotoState::Phone).await? + photos(PhotoState::Later).await?,
        photos_received: photos(PhotoState::Received).await?,
        photos_blocked: photos(PhotoState::Blocked).await?,
    })
}

/// At most `limit` records that are ready to be offered. A row that cannot be read is set aside as
/// it is, so that it holds up no other.
///
/// # Errors
/// As the store.
pub async fn unsent<S: Store>(store: &S, limit: usize) -> Result<Unsent, StoreError> {
    let rows = store.group(Table::Outbox, RecordState::Phone.group(), limit).await?;
    let (good, damaged) = read(rows);
    if !damaged.is_empty() {
        let aside = damaged.into_iter().fold(Batch::new(), |batch, row| {
            let rev = Some(row.rev);
            let moved = Row { group: RecordState::Blocked.group().to_owned(), ..row };
            batch.expect(Table::Outbox, moved.key.clone(), rev).put(Table::Outbox, moved)
        });
        store.commit(aside).await?;
    }
    let records = good.into_iter().map(|(row, record)| (row.seq.unwrap_or_default(), record));
    let counts = counts(store).await?;
    Ok(Unsent {
        records: records.collect(),
        next_seq: next_seq(store).await?,
        pending: counts.pending_records(),
    })
}

/// Everything for `/sync`, at most `received` of the received.
///
/// # Errors
/// As the store; a row that cannot be read is listed, not an error.
pub async fn queue<S: Store>(store: &S, received: usize) -> Result<Queue, StoreError> {
    let mut queue = Queue::default();
    for state in [RecordState::Blocked, RecordState::Phone, RecordState::Later] {
        queue.extend(store.group(Table::Outbox, state.group(), ALL).await?, state);
    }
    let mut rows = store.group(Table::Outbox, RecordState::Received.group(), ALL).await?;
    rows.reverse();
    rows.truncate(received);
    queue.extend(rows, RecordState::Received);
    Ok(queue)
}

/// One record with its state; `None` when it is not in the outbox.
///
/// # Errors
/// [`StoreError::Damaged`] when it cannot be read.
pub async fn record<S: Store>(store: &S, item_id: &str) -> Result<Option<QueueEntry>, StoreError> {
    let Some(row) = store.get(Table::Outbox, item_id).await? else { return Ok(None) };
    let state = RecordState::of_group(&row.group)
        .ok_or_else(|| StoreError::Damaged(format!("{item_id}: no state {}", row.group)))?;
    let record = OutboxRecord::from_row(&row)?;
    Ok(Some(QueueEntry { record, seq: row.seq.unwrap_or_default(), state }))
}

/// Every record without a receipt, for export.
///
/// # Errors
/// As the store; rows that cannot be read are left out.
pub async fn undelivered<S: Store>(store: &S) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
    let queue = queue(store, 0).await?;
    let mut records: Vec<(u64, OutboxRecord)> = Vec::with_capacity(queue.entries.len());
    for entry in queue.entries {
        let at = records.partition_point(|(seq, _)| *seq <= entry.seq);
        records.insert(at, (entry.seq, entry.record));
    }
    Ok(records)
}

impl Queue {
    fn extend(&mut self, rows: Vec<Row>, state: RecordState) {
        let (good, damaged) = read(rows);
        self.damaged.extend(damaged.into_iter().map(|row| row.key));
        self.entries.extend(good.into_iter().map(|(row, record)| QueueEntry {
            record,
            seq: row.seq.unwrap_or_default(),
            state,
        }));
    }
}

fn read(rows: Vec<Row>) -> (Vec<(Row, OutboxRecord)>, Vec<Row>) {
    let mut good = Vec::with_capacity(rows.len());
    let mut damaged = Vec::new();
    for row in rows {
        match OutboxRecord::from_row(&row) {
            Ok(record) => good.push((row, record)),
            Err(_) => damaged.push(row),
        }
    }
    (good, damaged)
}

/// The number the next record will get, from 1.
///
/// # Errors
/// [`StoreError::Damaged`] when it cannot be read.
pub async fn next_seq<S: Store>(store: &S) -> Result<u64, StoreError> {
    match store.get(Table::Meta, NEXT_SEQ).await? {
        None => Ok(1),
        Some(row) => row.json.parse().map_err(|_| StoreError::Damaged(NEXT_SEQ.to_owned())),
    }
}
