//! What the phone keeps. One trait, two backends: IndexedDB in the browser, memory in tests.
//!
//! A backend knows rows, tables and transactions, and nothing of tasks or results; the rules are
//! built on it once. Knows nothing of screens or the network.

pub mod any;
pub mod batch;
pub mod crash;
pub mod custody;
pub mod day;
pub mod draft;
pub mod error;
pub mod finish;
pub mod identity;
pub mod import;
#[cfg(target_arch = "wasm32")]
pub mod indexed_db;
pub mod memory;
pub mod migrations;
pub mod mirror;
pub mod outbox;
pub mod photos;
mod plan;
pub mod refusal;
pub mod renewal;
pub mod room;
pub mod row;
pub mod sealed;

pub use any::AnyStore;
pub use batch::{Batch, Committed, Op};
pub use error::StoreError;
#[cfg(target_arch = "wasm32")]
pub use indexed_db::IndexedDb;
pub use memory::MemoryStore;
pub use plan::NEXT_SEQ;
pub use row::{Row, Table};
pub use sealed::{SEALED, Sealed};

/// A place to keep rows, safe against a dying phone.
///
/// Every method may fail with [`StoreError`]; none deletes anything because of an error.
#[allow(async_fn_in_trait, reason = "one thread: browsers and tests; no Send bound is wanted")]
pub trait Store {
    /// The row with this key.
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError>;

    /// At most `limit` rows of a group, by key ascending.
    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// At most `limit` rows of a table with a key greater than `after`, by key ascending.
    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// How many rows a table, or one group of it, has. Does not read the rows.
    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError>;

    /// The keys of a table, or of one group of it, ascending. Does not read the rows, so that a row
    /// that cannot be read hides none of the others.
    async fn keys(&self, table: Table, group: Option<&str>) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        let mut after = String::new();
        loop {
            let rows = self.page(table, &after, 500).await?;
            let Some(last) = rows.last() else { return Ok(keys) };
            after.clone_from(&last.key);
            let rows = rows.into_iter().filter(|row| group.is_none_or(|group| row.group == group));
            keys.extend(rows.map(|row| row.key));
        }
    }

    /// Applies all of `batch` or none of it. Returns only once it is on disk (strict durability,
    /// after the transaction's `complete`).
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError>;
}
