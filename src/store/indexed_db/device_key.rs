//! Where the device's own key lies: a `CryptoKey` object in a database of its own, kept by structured
//! clone, so that its bytes never come to our code. Knows nothing of what it is used for.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::codec::{GROUP, KEY};
use super::connection::{Connection, Missing};
use super::fault::store_error;
use super::request::answer;
use super::transaction::WriteTransaction;
use crate::store::StoreError;
use crate::store::migrations::{Migration, Step};

const DATABASE: &str = "rounds-key";
const TABLE: &str = "keys";
const NAME: &str = "device";
const OBJECT: &str = "key";
const SHAPE: &[Migration] =
    &[Migration { version: 1, title: "the device's key", steps: &[Step::Table(TABLE)] }];

/// The key that was kept; `None` when there is none.
///
/// # Errors
/// As the database.
pub(in crate::store) async fn load() -> Result<Option<JsValue>, StoreError> {
    let connection = Connection::open(DATABASE, SHAPE, Missing::Create).await?;
    let request = connection
        .database
        .transaction_with_str(TABLE)
        .and_then(|transaction| transaction.object_store(TABLE))
        .and_then(|table| table.get(&JsValue::from_str(NAME)))
        .map_err(|error| store_error(&error))?;
    let row = answer(request).await?;
    let key = Reflect::get(&row, &JsValue::from_str(OBJECT)).unwrap_or(JsValue::UNDEFINED);
    Ok(Some(key).filter(JsValue::is_object))
}

/// Keeps the key; it is on disk when this returns.
///
/// # Errors
/// As the database; also where the browser cannot store such an object.
pub(in crate::store) async fn keep(key: &JsValue) -> Result<(), StoreError> {
    let connection = Connection::open(DATABASE, SHAPE, Missing::Create).await?;
    let row = Object::new();
    for (field, value) in [(KEY, &JsValue::from_str(NAME)), (GROUP, &JsValue::from_str("")), (OBJECT, key)] {
        Reflect::set(&row, &JsValue::from_str(field), value).expect("a plain object takes any property");
    }
    let transaction = WriteTransaction::begin(&connection.database, &[TABLE])?;
    match transaction.put(TABLE, &row).map_err(|error| store_error(&error)) {
        Ok(()) => transaction.finish().await,
        Err(error) => {
            transaction.abort().await;
            Err(error)
        }
    }
}
