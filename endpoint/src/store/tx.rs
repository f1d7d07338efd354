//! A transaction that writes, whichever database it is in.

use super::StoreError;
use super::memory::MemoryTx;
use super::sql::SqlTx;

/// Dropped without [`Tx::commit`], it leaves nothing behind.
pub(super) enum Tx {
    Sql(SqlTx),
    Memory(MemoryTx),
}

impl Tx {
    /// Identity of the store that it writes to.
    pub(super) fn store_id(&self) -> Result<String, StoreError> {
        match self {
            Self::Sql(sql) => Ok(sql.store_id().to_owned()),
            Self::Memory(memory) => memory.store_id(),
        }
    }

    /// All of it at once and for good; it is durable when this returns.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sql(sql) => sql.commit().await,
            Self::Memory(memory) => memory.commit(),
        }
    }
}
