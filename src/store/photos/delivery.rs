//! What delivery does to photos: released with their record, sent, received, set aside.

use std::collections::BTreeMap;

use super::{PhotoMeta, PhotoState, photos_in, row, state_and_meta};
use crate::store::outbox::{self, ALL, OutboxRecord, ProblemNote, TRIES, is_due};
use crate::store::row::Table;
use crate::store::{Batch, Store, StoreError};

/// The endpoint's code for a photo that no received record of this phone has.
const UNKNOWN_PHOTO: &str = "unknown-photo";

/// What became of a photo that was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoVerdict {
    /// Whole at the endpoint.
    Received,
    /// Was received, and is not at the endpoint any more (a restored backup): to be sent again.
    Lost,
    /// Set aside.
    Blocked(ProblemNote),
    /// To be tried again, not before a time.
    Later {
        /// What was against it.
        problem: ProblemNote,
        /// Milliseconds since 1970.
        not_before_ms: u64,
    },
}

/// Adds to `batch` that the records' photos now belong to them and may be sent.
pub(in crate::store) async fn release<S: Store>(
    store: &S,
    mut batch: Batch,
    records: &[OutboxRecord],
) -> Result<Batch, StoreError> {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in records {
        for blob in &record.blobs {
            owners.entry(&blob.sha256).or_default().push(&record.item_id);
        }
    }
    for (sha256, ids) in owners {
        let Some(old) = store.get(Table::Photos, sha256).await? else { continue };
        let (state, mut meta) = state_and_meta(&old)?;
        for id in ids {
            if !meta.records.iter().any(|known| known == id) {
                meta.records.push(id.to_owned());
            }
        }
        let state = if state == PhotoState::Draft { PhotoState::Phone } else { state };
        batch =
            batch.expect(Table::Photos, sha256, Some(old.rev)).put(Table::Photos, row(sha256, state, &meta));
    }
    Ok(batch)
}

/// Notes what became of photos that were offered, in one transaction. A photo that another tab
/// already saw received stays received. Where the endpoint knows no record of this phone that has the
/// photo, its records are offered again: they came to a restored store another way, in a file that
/// another phone took in, so that nothing else tells of the restore.
///
/// # Errors
/// As the store.
pub async fn settle_photos<S: Store>(
    store: &S,
    verdicts: &[(String, PhotoVerdict)],
) -> Result<(), StoreError> {
    change(store, verdicts.iter().map(|(sha256, _)| sha256.clone()).collect(), |sha256, old, meta| {
        let (_, verdict) = verdicts.iter().find(|(key, _)| key == sha256)?;
        if (old == PhotoState::Received) != (*verdict == PhotoVerdict::Lost) {
            return None;
        }
        Some(match verdict {
            PhotoVerdict::Lost => meta.ready(),
            PhotoVerdict::Received => {
                (meta.problem, meta.not_before_ms) = (None, 0);
                PhotoState::Received
            }
            PhotoVerdict::Blocked(problem) => {
                meta.attempts += 1;
                (meta.problem, meta.not_before_ms) = (Some(problem.clone()), 0);
                PhotoState::Blocked
            }
            PhotoVerdict::Later { problem, not_before_ms } => {
                meta.attempts += 1;
                (meta.problem, meta.not_before_ms) = (Some(problem.clone()), *not_before_ms);
                PhotoState::Later
            }
        })
    })
    .await?;
    for (sha256, verdict) in verdicts {
        if matches!(verdict, PhotoVerdict::Later { problem, .. } if problem.code == UNKNOWN_PHOTO) {
            outbox::offer_owners(store, sha256).await?;
        }
    }
    Ok(())
}

/// Puts a photo that was set aside back among those to send.
///
/// # Errors
/// As the store.
pub async fn retry_blocked_photo<S: Store>(store: &S, sha256: &str) -> Result<(), StoreError> {
    change(store, vec![sha256.to_owned()], |_, old, meta| (old == PhotoState::Blocked).then(|| meta.ready()))
        .await
}

/// Makes photos whose wait is over ready again; all of them when `all`.
///
/// # Errors
/// As the store.
pub async fn wake_later_photos<S: Store>(store: &S, now_ms: u64, all: bool) -> Result<(), StoreError> {
    let waiting = photos_in(store, PhotoState::Later, ALL).await?;
    let due = waiting.into_iter().filter(|p| all || is_due(p.meta.not_before_ms, now_ms));
    change(store, due.map(|photo| photo.sha256).collect(), |_, old, meta| {
        (old == PhotoState::Later).then(|| {
            meta.not_before_ms = 0;
            PhotoState::Phone
        })
    })
    .await
}

/// When the next waiting photo is due, milliseconds since 1970.
///
/// # Errors
/// As the store.
pub async fn next_due<S: Store>(store: &S) -> Result<Option<u64>, StoreError> {
    let waiting = photos_in(store, PhotoState::Later, ALL).await?;
    Ok(waiting.into_iter().map(|photo| photo.meta.not_before_ms).min())
}

/// Rewrites the photos that `decide` gives a new state, in one transaction; tried again when
/// another tab was faster. Rows that are gone or cannot be read are left alone.
async fn change<S: Store>(
    store: &S,
    keys: Vec<String>,
    decide: impl Fn(&str, PhotoState, &mut PhotoMeta) -> Option<PhotoState>,
) -> Result<(), StoreError> {
    let mut lost = StoreError::Other("no try was made".to_owned());
    for _ in 0..TRIES {
        let mut batch = Batch::new();
        for key in &keys {
            let Some(old) = store.get(Table::Photos, key).await? else { continue };
            let Ok((state, mut meta)) = state_and_meta(&old) else { continue };
            if let Some(state) = decide(key, state, &mut meta) {
                batch = batch
                    .expect(Table::Photos, key.clone(), Some(old.rev))
                    .put(Table::Photos, row(key, state, &meta));
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
