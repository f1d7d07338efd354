//! A database that speaks SQL: its connections, its transactions, and who may write next.

use std::path::Path;
use std::sync::Arc;

use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Setting, StoreError, identity, migrations, sqlite};

#[derive(Clone)]
pub(super) struct Sql {
    pool: AnyPool,
    writer: Arc<Mutex<()>>,
    begin: &'static str,
    store_id: Arc<str>,
}

/// A transaction that writes, and its turn among the writers of this process.
pub(super) struct SqlTx {
    tx: Transaction<'static, Any>,
    store_id: Arc<str>,
    _turn: OwnedMutexGuard<()>,
}

impl Sql {
    pub(super) async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::open(sqlite::open(path).await?, sqlite::BEGIN_WRITE).await
    }

    async fn open(pool: AnyPool, begin: &'static str) -> Result<Self, StoreError> {
        migrations::all().run(&pool).await?;
        let store_id = identity::store_id(&pool).await?;
        Ok(Self { pool, writer: Arc::default(), begin, store_id: store_id.into() })
    }

    pub(super) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub(super) fn store_id(&self) -> &str {
        &self.store_id
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn setting(&self, name: Setting) -> Result<String, StoreError> {
        sqlite::setting(&self.pool, name).await
    }

    pub(super) async fn begin(&self) -> Result<SqlTx, StoreError> {
        let turn = Arc::clone(&self.writer).lock_owned().await;
        let tx = self.pool.begin_with(self.begin).await?;
        Ok(SqlTx { tx, store_id: Arc::clone(&self.store_id), _turn: turn })
    }
}

impl SqlTx {
    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }

    pub(super) fn store_id(&self) -> &str {
        &self.store_id
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}
