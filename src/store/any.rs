//! A store of any kind behind one type.
//!
//! Every rule built on [`Store`] is compiled once for each store it is used with, and an `async`
//! rule holds within itself whatever its store awaits. Behind a pointer both end: the app carries
//! each rule once, and small. One allocation a call is nothing beside a transaction.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::{Batch, Committed, Row, Store, StoreError, Table};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + 'a>>;

/// Any store; clones share it.
#[derive(Clone)]
pub struct AnyStore(Rc<dyn Erased>);

impl AnyStore {
    /// Puts `store` behind the pointer.
    pub fn new(store: impl Store + 'static) -> Self {
        Self(Rc::new(store))
    }
}

impl Store for AnyStore {
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError> {
        self.0.get(table, key).await
    }

    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.0.group(table, group, limit).await
    }

    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.0.page(table, after, limit).await
    }

    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError> {
        self.0.count(table, group).await
    }

    async fn keys(&self, table: Table, group: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.0.keys(table, group).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.0.commit(batch).await
    }
}

/// [`Store`] with its futures boxed.
trait Erased {
    fn get<'a>(&'a self, table: Table, key: &'a str) -> Answer<'a, Option<Row>>;
    fn group<'a>(&'a self, table: Table, group: &'a str, limit: usize) -> Answer<'a, Vec<Row>>;
    fn page<'a>(&'a self, table: Table, after: &'a str, limit: usize) -> Answer<'a, Vec<Row>>;
    fn count<'a>(&'a self, table: Table, group: Option<&'a str>) -> Answer<'a, u64>;
    fn keys<'a>(&'a self, table: Table, group: Option<&'a str>) -> Answer<'a, Vec<String>>;
    fn commit(&self, batch: Batch) -> Answer<'_, Committed>;
}

impl<S: Store> Erased for S {
    fn get<'a>(&'a self, table: Table, key: &'a str) -> Answer<'a, Option<Row>> {
        Box::pin(Store::get(self, table, key))
    }

    fn group<'a>(&'a self, table: Table, group: &'a str, limit: usize) -> Answer<'a, Vec<Row>> {
        Box::pin(Store::group(self, table, group, limit))
    }

    fn page<'a>(&'a self, table: Table, after: &'a str, limit: usize) -> Answer<'a, Vec<Row>> {
        Box::pin(Store::page(self, table, after, limit))
    }

    fn count<'a>(&'a self, table: Table, group: Option<&'a str>) -> Answer<'a, u64> {
        Box::pin(Store::count(self, table, group))
    }

    fn keys<'a>(&'a self, table: Table, group: Option<&'a str>) -> Answer<'a, Vec<String>> {
        Box::pin(Store::keys(self, table, group))
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Committed> {
        Box::pin(Store::commit(self, batch))
    }
}
