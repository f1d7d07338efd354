//! Transactions over rows. The reviewed rule: between `begin` and `finish` nothing is awaited but
//! IndexedDB requests, or the browser ends the transaction on its own.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbObjectStore, IdbTransaction, IdbTransactionMode};

use super::codec;
use super::fault::store_error;
use super::leaving;
use super::mailbox::{Handler, Mailbox};
use super::request::answers;
use crate::store::plan::{Place, Plan, Write};
use crate::store::{Row, StoreError, Table};

/// One table, to read from in a transaction of its own.
pub(super) fn read(database: &IdbDatabase, table: Table) -> Result<IdbObjectStore, StoreError> {
    database
        .transaction_with_str_and_mode(table.name(), IdbTransactionMode::Readonly)
        .and_then(|transaction| {
            leaving::track(&transaction);
            transaction.object_store(table.name())
        })
        .map_err(|error| store_error(&error))
}

/// A transaction that writes, with strict durability.
pub(super) struct WriteTransaction {
    transaction: IdbTransaction,
    ended: Mailbox<End>,
    // Held for the browser's sake.
    _handler: Handler,
}

enum End {
    Complete,
    Aborted,
}

impl WriteTransaction {
    pub(super) fn begin(database: &IdbDatabase, tables: &[&str]) -> Result<Self, StoreError> {
        let transaction = begin_strict(database, tables).map_err(|error| store_error(&error))?;
        leaving::track(&transaction);
        let ended = Mailbox::new();
        let handler = ended.handler(|event| match event.type_().as_str() {
            "complete" => End::Complete,
            _ => End::Aborted,
        });
        transaction.set_oncomplete(Some(handler.function()));
        transaction.set_onabort(Some(handler.function()));
        Ok(Self { transaction, ended, _handler: handler })
    }

    /// What the browser says the durability of this transaction is.
    pub(super) fn durability(&self) -> Option<String> {
        Reflect::get(&self.transaction, &JsValue::from_str("durability")).ok()?.as_string()
    }

    /// The rows that stand at `places`, without their bytes, in the same order.
    pub(super) async fn standing(&self, places: &[Place]) -> Result<Vec<Option<Row>>, StoreError> {
        let requests = places
            .iter()
            .map(|(table, key)| {
                let store = self.transaction.object_store(table.name())?;
                store.get(&JsValue::from_str(key))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| store_error(&error))?;
        let found = answers(&requests).await?;
        found.iter().map(codec::decode_without_bytes).collect()
    }

    /// Asks for every write of the plan. None is on disk before [`Self::finish`] returns.
    pub(super) fn write(&self, plan: &Plan) -> Result<(), StoreError> {
        for write in &plan.writes {
            self.write_one(write).map_err(|error| store_error(&error))?;
        }
        Ok(())
    }

    /// Waits for `complete`.
    pub(super) async fn finish(self) -> Result<(), StoreError> {
        match self.ended.next().await {
            End::Complete => Ok(()),
            End::Aborted => Err(self.transaction.error().map_or_else(
                || StoreError::Lost("the browser ended the transaction".to_owned()),
                |error| store_error(&error),
            )),
        }
    }

    /// Takes everything back, and waits until that is so.
    pub(super) async fn abort(self) {
        // It throws when the transaction has ended already, and then no event need come.
        if self.transaction.abort().is_ok() {
            self.ended.next().await;
        }
    }

    /// Asks for one object to be written as it is.
    pub(super) fn put(&self, table: &str, object: &JsValue) -> Result<(), JsValue> {
        self.transaction.object_store(table)?.put(object).map(drop)
    }

    fn write_one(&self, write: &Write) -> Result<(), JsValue> {
        match write {
            Write::Put(table, row) => self.put(table.name(), &codec::encode(row))?,
            Write::Delete(table, key) => {
                self.transaction.object_store(table.name())?.delete(&JsValue::from_str(key))?;
            }
        }
        Ok(())
    }
}

impl Drop for WriteTransaction {
    fn drop(&mut self) {
        self.transaction.set_oncomplete(None);
        self.transaction.set_onabort(None);
    }
}

// web-sys hides the third argument, so the method is called by its name.
fn begin_strict(database: &IdbDatabase, tables: &[&str]) -> Result<IdbTransaction, JsValue> {
    let names: Array = tables.iter().map(|name| JsValue::from_str(name)).collect();
    let options = Object::new();
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    let begin: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    begin.call3(database, &names, &"readwrite".into(), &options)?.dyn_into()
}
