//! All that the handlers share.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::Clock;
use crate::demo::Demo;
use crate::limit::FailureLimit;
use crate::photos::{Photos, PhotosError};
use crate::store::{Location, Store, StoreError};

/// What an endpoint is made of.
pub struct Config {
    /// The database.
    pub db: Location,
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
    #[error("the database {location} cannot be opened: {source}{}", hint(location, source))]
    Store {
        /// Which one.
        location: Location,
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
            .map_err(|source| OpenError::Store { location: config.db.clone(), source })?;
        let photos = Photos::open(&config.blobs).await?;
        Self::assemble(store, photos, config.clock, config.app, config.demo).await
    }

    /// Of a database and photos that are open already; writes the demo estate where there is one.
    pub async fn assemble(
        store: Store,
        photos: Photos,
        clock: Clock,
        app: Option<PathBuf>,
        demo: Option<Demo>,
    ) -> Result<Self, OpenError> {
        if let Some(demo) = &demo {
            demo.prepare(&store, clock.now()).await.map_err(OpenError::Demo)?;
        }
        let enrol_limit = FailureLimit::default();
        Ok(Self(Arc::new(Shared { store, photos, clock, enrol_limit, app, demo })))
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

/// What to do about a Postgres that cannot be reached.
pub(crate) fn hint(location: &Location, error: &StoreError) -> &'static str {
    match (location, error) {
        (Location::Postgres(_), StoreError::Database(_) | StoreError::NoAnswer) => {
            "; see that the server runs, and that host, port, user, password and database in DATABASE_URL \
             are right (the database itself must be there: createdb makes it)"
        }
        _ => "",
    }
}
