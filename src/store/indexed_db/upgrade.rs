//! Carries out migrations inside the browser's version change. Only IndexedDB requests are awaited.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters, IdbTransaction};

use super::codec::{self, GROUP, KEY};
use super::fault::store_error;
use super::request::{answer, answers};
use crate::store::migrations::{self, GROUP_INDEX, Migration, Step};
use crate::store::{Row, StoreError};

/// Rows rewritten at a time, so that a large table never lies in memory whole.
const PAGE: u32 = 200;

/// Leads the database on from `version`.
pub(super) async fn upgrade(
    database: &IdbDatabase,
    transaction: &IdbTransaction,
    migrations: &'static [Migration],
    version: u32,
) -> Result<(), StoreError> {
    for step in migrations::steps_after(migrations, version) {
        match step {
            Step::Table(name) => create(database, name).map_err(|error| store_error(&error))?,
            Step::Rewrite { table, row } => {
                let store = transaction.object_store(table).map_err(|error| store_error(&error))?;
                rewrite(&store, *row).await?;
            }
        }
    }
    Ok(())
}

fn create(database: &IdbDatabase, name: &str) -> Result<(), JsValue> {
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_key_path(&KEY.into());
    let store = database.create_object_store_with_optional_parameters(name, &parameters)?;
    store.create_index_with_str(GROUP_INDEX, GROUP)?;
    Ok(())
}

async fn rewrite(store: &IdbObjectStore, new: fn(Row) -> Row) -> Result<(), StoreError> {
    let mut range = JsValue::UNDEFINED;
    loop {
        let request = store.get_all_with_key_and_limit(&range, PAGE).map_err(|error| store_error(&error))?;
        let rows = codec::decode_all(&Array::from(&answer(request).await?))?;
        let Some(last) = rows.last() else { return Ok(()) };
        range = IdbKeyRange::lower_bound_with_open(&JsValue::from_str(&last.key), true)
            .map_err(|error| store_error(&error))?
            .into();
        let puts = rows
            .into_iter()
            .map(|row| store.put(&codec::encode(&new(row))))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| store_error(&error))?;
        answers(&puts).await?;
    }
}
