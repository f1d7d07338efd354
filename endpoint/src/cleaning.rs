//! Uploads that nothing waits for any more are cleared away after 30 days.
//!
//! An upload whose record still misses the photo stays for ever, however old: the phone may come
//! back and go on where it stopped.

use std::time::{Duration, SystemTime};

use crate::photos::PhotosError;
use crate::state::AppState;
use crate::store::StoreError;

/// How long an upload lies untouched before it is looked at.
pub const OLD: Duration = Duration::from_secs(30 * 24 * 3600);
const EVERY: Duration = Duration::from_secs(24 * 3600);

/// Clearing away failed; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum CleaningError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The photos.
    #[error("the folder of photos: {0}")]
    Photos(#[from] PhotosError),
}

/// Clears away once a day, for as long as it is polled.
pub(crate) async fn daily(state: AppState) {
    loop {
        match sweep(&state, SystemTime::now() - OLD).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "cleared away uploads that nothing waited for"),
            Err(error) => tracing::warn!(%error, "could not look for old uploads"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Clears away uploads untouched since `before` that nothing waits for; how many.
///
/// # Errors
/// [`CleaningError`]; nothing that is waited for was touched.
pub async fn sweep(state: &AppState, before: SystemTime) -> Result<usize, CleaningError> {
    let mut cleared = 0;
    for (device_id, sha256) in state.photos.untouched_since(before).await? {
        // No chunk of it is written meanwhile.
        let _turn = state.photos.turn(&sha256).await;
        if state.store.misses_photo(&device_id, &sha256).await? {
            continue;
        }
        state.store.forget_upload(&device_id, &sha256).await?;
        state.photos.discard(&device_id, &sha256).await?;
        cleared += 1;
    }
    Ok(cleared)
}
