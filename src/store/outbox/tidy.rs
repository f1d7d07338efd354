//! The one rule by which a delivered record leaves the phone.
//!
//! Received, and in a backup, and at least 30 days older than the newest thing the endpoint told
//! of. Age is measured on the endpoint's clock alone: a phone whose clock jumps deletes nothing.

use super::{OutboxRecord, RecordState};
use crate::store::identity::{self, StoreSeen};
use crate::store::photos::{self, Photo, PhotoState, photo};
use crate::store::row::Table;
use crate::store::{Batch, Store, StoreError};

/// How long a received record stays at least: 30 days, in milliseconds.
pub const KEEP_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// At most so many go in one pass.
const PAGE: usize = 200;

/// True when a received record may leave the phone.
pub fn may_go(record: &OutboxRecord, seen: &StoreSeen, backup_watermark: u64) -> bool {
    record.receipt.as_ref().is_some_and(|receipt| {
        receipt.store_id == seen.store_id
            && receipt.epoch <= seen.epoch
            && receipt.server_seq <= backup_watermark
            && receipt.received_ms.saturating_add(KEEP_MS) <= seen.latest_ms
    })
}

/// Lets received records go by [`may_go`], and received photos that belong to nothing any more.
/// Returns how many records went. A record stays as long as one of its photos is not received.
///
/// # Errors
/// As the store; nothing has gone then.
pub async fn tidy<S: Store>(store: &S, backup_watermark: u64) -> Result<u64, StoreError> {
    let seen = identity::seen(store).await?;
    let rows = store.group(Table::Outbox, RecordState::Received.group(), PAGE).await?;
    let mut gone = 0;
    for row in rows {
        let Ok(record) = OutboxRecord::from_row(&row) else { continue };
        if !may_go(&record, &seen, backup_watermark) {
            continue;
        }
        let batch =
            Batch::new().expect(Table::Outbox, row.key.clone(), Some(row.rev)).delete(Table::Outbox, row.key);
        let Some(batch) = without_photos(store, batch, &record).await? else { continue };
        match store.commit(batch).await {
            Ok(_) => gone += 1,
            // Another tab was faster; the next pass looks again.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(gone)
}

/// `None` while a photo of the record is still to be delivered.
async fn without_photos<S: Store>(
    store: &S,
    mut batch: Batch,
    record: &OutboxRecord,
) -> Result<Option<Batch>, StoreError> {
    for blob in &record.blobs {
        let Some(row) = store.get(Table::Photos, &blob.sha256).await? else { continue };
        let Some(Photo { state, mut meta, .. }) = photo(store, &blob.sha256).await? else { continue };
        if state != PhotoState::Received {
            return Ok(None);
        }
        meta.records.retain(|id| *id != record.item_id);
        batch = batch.expect(Table::Photos, blob.sha256.clone(), Some(row.rev));
        batch = if meta.records.is_empty() && meta.drafts.is_empty() {
            batch.delete(Table::Photos, &*blob.sha256).delete(Table::PhotoBytes, &*blob.sha256)
        } else {
            batch.put(Table::Photos, photos::row(&blob.sha256, state, &meta))
        };
    }
    Ok(Some(batch))
}
