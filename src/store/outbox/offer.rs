//! What makes a record ready to be offered again.

use super::{ALL, OutboxRecord, RecordState, TRIES, is_due};
use crate::store::photos::{self, PhotoState, photos_in};
use crate::store::row::{Row, Table};
use crate::store::{Batch, Store, StoreError};

const PAGE: usize = 200;

/// Puts a record that was set aside back among those to offer.
///
/// # Errors
/// As the store; nothing happens to a record that is not set aside.
pub async fn retry_blocked<S: Store>(store: &S, item_id: &str) -> Result<(), StoreError> {
    ready(store, vec![item_id.to_owned()], RecordState::Blocked).await
}

/// Puts the received records that a photo belongs to back among those to offer.
///
/// # Errors
/// As the store.
pub async fn offer_owners<S: Store>(store: &S, sha256: &str) -> Result<(), StoreError> {
    let Some(photo) = photos::photo(store, sha256).await? else { return Ok(()) };
    ready(store, photo.meta.records, RecordState::Received).await
}

/// Makes records whose wait is over ready again; all of them when `all`.
///
/// # Errors
/// As the store.
pub async fn wake_later<S: Store>(store: &S, now_ms: u64, all: bool) -> Result<(), StoreError> {
    let waiting = waiting(store).await?;
    let due = waiting.into_iter().filter(|(_, not_before)| all || is_due(*not_before, now_ms));
    ready(store, due.map(|(key, _)| key).collect(), RecordState::Later).await
}

/// When the next waiting record is due, milliseconds since 1970.
///
/// # Errors
/// As the store.
pub async fn next_due<S: Store>(store: &S) -> Result<Option<u64>, StoreError> {
    Ok(waiting(store).await?.into_iter().map(|(_, not_before)| not_before).min())
}

/// Adds to `batch` that every record and photo still on the phone is offered again, but for the
/// records in `done`.
pub(super) async fn everything_ready<S: Store>(
    store: &S,
    mut batch: Batch,
    done: &[&str],
) -> Result<Batch, StoreError> {
    let mut after = String::new();
    loop {
        let rows = store.page(Table::Outbox, &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.key);
        for row in rows {
            if !done.contains(&row.key.as_str()) && row.group != RecordState::Phone.group() {
                batch = put_ready(batch, row);
            }
        }
    }
    for state in [PhotoState::Later, PhotoState::Received, PhotoState::Blocked] {
        for mut photo in photos_in(store, state, ALL).await? {
            let Some(old) = store.get(Table::Photos, &photo.sha256).await? else { continue };
            let ready = photo.meta.ready();
            batch = batch
                .expect(Table::Photos, photo.sha256.clone(), Some(old.rev))
                .put(Table::Photos, photos::row(&photo.sha256, ready, &photo.meta));
        }
    }
    Ok(batch)
}

/// Keys of waiting records with the end of their wait. One that cannot be read is due at once: where
/// it is read next it is set aside.
async fn waiting<S: Store>(store: &S) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = store.group(Table::Outbox, RecordState::Later.group(), ALL).await?;
    let ends = rows.into_iter().map(|row| {
        let not_before = OutboxRecord::from_row(&row).map_or(0, |record| record.not_before_ms);
        (row.key, not_before)
    });
    Ok(ends.collect())
}

async fn ready<S: Store>(store: &S, keys: Vec<String>, from: RecordState) -> Result<(), StoreError> {
    let mut lost = StoreError::Other("no try was made".to_owned());
    for _ in 0..TRIES {
        let mut batch = Batch::new();
        for key in &keys {
            let row = store.get(Table::Outbox, key).await?;
            if let Some(row) = row.filter(|row| row.group == from.group()) {
                batch = put_ready(batch, row);
            }
        }
        if batch.ops.is_empty() {
            return Ok(());
        }
        match store.commit(batch).await {
            Err(conflict @ StoreError::Conflict { .. }) => lost = conflict,
            done => return done.map(|_| ()),
        }
    }
    Err(lost)
}

fn put_ready(batch: Batch, row: Row) -> Batch {
    let batch = batch.expect(Table::Outbox, row.key.clone(), Some(row.rev));
    let seq = row.seq;
    match OutboxRecord::from_row(&row) {
        Ok(mut record) => {
            (record.receipt, record.problem, record.not_before_ms) = (None, None, 0);
            batch.put(Table::Outbox, record.row(RecordState::Phone, seq))
        }
        // What cannot be read keeps its text; reading the queue finds it and sets it aside.
        Err(_) => {
            let moved = Row { group: RecordState::Phone.group().to_owned(), ..row };
            batch.put(Table::Outbox, moved)
        }
    }
}
