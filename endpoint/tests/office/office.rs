//! An endpoint of a company's own on SQLite, without the demo; it can be backed up and restored.

use std::path::{Path, PathBuf};

use axum::Router;
use rounds::sync::protocol::DeviceRole;
use rounds_endpoint::backup::{self, Backup, BackupError, Restored};
use rounds_endpoint::clock::Clock;
use rounds_endpoint::photos::Photos;
use rounds_endpoint::secret::Secret;
use rounds_endpoint::store::{Location, Store};
use rounds_endpoint::{AppState, Config};

pub struct Office {
    pub folder: PathBuf,
    pub state: AppState,
    pub router: Router,
}

impl Office {
    pub async fn open(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let state = AppState::open(Config {
            db: Location::File(db(folder)),
            blobs: folder.join("photos"),
            app: None,
            demo: None,
            clock: Clock::system(),
        })
        .await
        .unwrap();
        Self { folder: folder.to_path_buf(), router: rounds_endpoint::app(state.clone()), state }
    }

    pub async fn code(&self, role: DeviceRole) -> String {
        let code = Secret::code().unwrap().reveal();
        let expires = self.state.clock.now().millis() + 60_000;
        let sites = ["lanting".to_owned()];
        self.state.store.add_code(&Secret::code_hash(&code), role, &sites, expires).await.unwrap();
        code
    }

    pub async fn back_up(&self, to: &Path) -> Result<Backup, BackupError> {
        backup::backup(&self.state.store, &self.state.photos, to, self.state.clock.now()).await
    }

    /// Restores into a new folder and opens what is there then.
    pub async fn restored(from: &Path, folder: &Path) -> (Self, Restored) {
        let restored = restore(from, folder).await.unwrap();
        (Self::open(folder).await, restored)
    }
}

/// As the command does it.
pub async fn restore(from: &Path, folder: &Path) -> Result<Restored, BackupError> {
    let manifest = backup::verify(from)?;
    std::fs::create_dir_all(folder).unwrap();
    let store = Store::open(&Location::File(db(folder))).await?;
    let photos = Photos::open(&folder.join("photos")).await?;
    let restored = backup::restore(from, manifest, &store, &photos, Clock::system().now()).await;
    store.close().await;
    restored
}

pub fn db(folder: &Path) -> PathBuf {
    folder.join("endpoint.sqlite")
}
