//! A database that speaks SQL: its connections, its transactions, and who may write next.

use std::path::Path;
use std::sync::Arc;

use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Setting, StoreError, identity, migrations, postgres, sqlite};

#[derive(Clone)]
pub(super) struct Sql {
    pool: AnyPool,
    writer: Arc<Mutex<()>>,
    dialect: Dialect,
    store_id: Arc<str>,
}

/// Whose SQL it is, for the little that differs.
#[derive(Clone, Copy)]
enum Dialect {
    Sqlite,
    Postgres,
}

/// A transaction that writes, and its turn among the writers of this process.
pub(super) struct SqlTx {
    tx: Transaction<'static, Any>,
    store_id: Arc<str>,
    _turn: OwnedMutexGuard<()>,
}

impl Sql {
    pub(super) async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::open(sqlite::open(path).await?, Dialect::Sqlite).await
    }

    pub(super) async fn postgres(url: &str) -> Result<Self, StoreError> {
        Self::open(postgres::open(url).await?, Dialect::Postgres).await
    }

    /// `None` when no endpoint has ever used that Postgres.
    pub(super) async fn used_postgres(url: &str) -> Result<Option<Self>, StoreError> {
        let pool = postgres::open(url).await?;
        if !postgres::has_tables(&pool).await? {
            return Ok(None);
        }
        Self::open(pool, Dialect::Postgres).await.map(Some)
    }

    async fn open(pool: AnyPool, dialect: Dialect) -> Result<Self, StoreError> {
        migrations::all().run(&pool).await?;
        let store_id = identity::store_id(&pool).await?;
        Ok(Self { pool, writer: Arc::default(), dialect, store_id: store_id.into() })
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
        match self.dialect {
            Dialect::Sqlite => sqlite::setting(&self.pool, name).await,
            Dialect::Postgres => postgres::setting(&self.pool, name).await,
        }
    }

    pub(super) async fn begin(&self) -> Result<SqlTx, StoreError> {
        let turn = Arc::clone(&self.writer).lock_owned().await;
        let begin = match self.dialect {
            Dialect::Sqlite => sqlite::BEGIN_WRITE,
            Dialect::Postgres => postgres::BEGIN_WRITE,
        };
        let tx = self.pool.begin_with(begin).await?;
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
