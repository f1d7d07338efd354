//! All that the handlers share.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Clock;
use crate::demo::Demo;
use crate::limit::FailureLimit;
use crate::photos::{Photos, PhotosError};
use crate::store::{Store, StoreError};

/// What an endpoint is made of.
pub struct Config {
    /// The SQLite file.
    pub db: PathBuf,
    /// The folder of photos.
    pub blobs: PathBuf,
    /// The built app; `None` serves the calls alone.
    pub app: Option<PathBuf>,
    /// The demo estate; `None` for a company's own.
    pub demo: Option<Demo>,
    /// Where the time comes from.
    pub clock: Clock,
}

/// Shared state; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// Behind [`AppState`].
pub struct Shared {
    /// The database.
    pub store: Store,
    /// Bytes of photos.
    pub photos: Photos,
    /// Where the time comes from.
    pub clock: Clock,
    /// Limits guessing of codes.
    pub enrol_limit: FailureLimit,
    /// The built app.
    pub app: Option<PathBuf>,
    /// The demo estate.
    pub demo: Option<Demo>,
}

/// The endpoint could not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error("the database {} cannot be opened: {source}", path.display())]
    Store {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The photos.
    #[error("the folder of photos cannot be opened: {0}")]
    Photos(#[from] PhotosError),
    /// The demo estate could not be written.
    #[error("the demo estate cannot be made: {0}")]
    Demo(StoreError),
}

impl AppState {
    /// Opens the database and the folder of photos, making both where they are absent.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        let store = Store::open(&config.db)
            .await
            .map_err(|source| OpenError::Store { path: config.db.clone(), source })?;
        let photos = Photos::open(&config.blobs).await?;
        let state = Self(Arc::new(Shared {
            store,
            photos,
            clock: config.clock,
            enrol_limit: FailureLimit::default(),
            app: config.app,
            demo: config.demo,
        }));
        if let Some(demo) = &state.demo {
            demo.prepare(&state.store, state.clock.now()).await.map_err(OpenError::Demo)?;
        }
        Ok(state)
    }

    /// Of parts that are open already, without an app and without the demo estate. Over the twins in
    /// memory ([`crate::store::memory`]) it touches no file and needs no runtime.
    pub fn of(store: Store, photos: Photos, clock: Clock) -> Self {
        let enrol_limit = FailureLimit::default();
        Self(Arc::new(Shared { store, photos, clock, enrol_limit, app: None, demo: None }))
    }

    /// Closes the database after the last answer.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
