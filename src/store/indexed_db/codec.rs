//! Rows as the objects that lie in IndexedDB: `{k, g, j, b?, s?, r}`. Knows nothing of transactions.

use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::store::{Row, StoreError};

/// The key path of every table.
pub(super) const KEY: &str = "k";
/// The group, which every table has an index on.
pub(super) const GROUP: &str = "g";
const JSON: &str = "j";
const BYTES: &str = "b";
const SEQ: &str = "s";
const REV: &str = "r";

/// The row as an object of its own.
pub(super) fn encode(row: &Row) -> JsValue {
    let object = Object::new();
    set(&object, KEY, &JsValue::from_str(&row.key));
    set(&object, GROUP, &JsValue::from_str(&row.group));
    set(&object, JSON, &JsValue::from_str(&row.json));
    if let Some(bytes) = &row.bytes {
        set(&object, BYTES, &Uint8Array::from(bytes.as_slice()).buffer());
    }
    if let Some(seq) = row.seq {
        set(&object, SEQ, &number(seq));
    }
    set(&object, REV, &number(row.rev));
    object.into()
}

/// The row that lies there; `None` for `undefined`, which is how IndexedDB says "nothing".
pub(super) fn decode(value: &JsValue) -> Result<Option<Row>, StoreError> {
    let Some(mut row) = decode_without_bytes(value)? else { return Ok(None) };
    let bytes = get(value, BYTES);
    if !bytes.is_undefined() {
        let buffer: &ArrayBuffer = bytes.dyn_ref().ok_or_else(|| damaged(&row.key, BYTES))?;
        row.bytes = Some(Uint8Array::new(buffer).to_vec());
    }
    Ok(Some(row))
}

/// The same without copying its bytes.
pub(super) fn decode_without_bytes(value: &JsValue) -> Result<Option<Row>, StoreError> {
    if value.is_undefined() {
        return Ok(None);
    }
    let text = |field| get(value, field).as_string();
    let key = text(KEY).ok_or_else(|| damaged("?", KEY))?;
    let seq = match get(value, SEQ) {
        seq if seq.is_undefined() => None,
        seq => Some(whole(&seq).ok_or_else(|| damaged(&key, SEQ))?),
    };
    Ok(Some(Row {
        group: text(GROUP).ok_or_else(|| damaged(&key, GROUP))?,
        json: text(JSON).ok_or_else(|| damaged(&key, JSON))?,
        bytes: None,
        seq,
        rev: whole(&get(value, REV)).ok_or_else(|| damaged(&key, REV))?,
        key,
    }))
}

/// The rows of a `getAll` answer.
pub(super) fn decode_all(values: &JsValue) -> Result<Vec<Row>, StoreError> {
    js_sys::Array::from(values).iter().filter_map(|value| decode(&value).transpose()).collect()
}

/// The number of a `count` answer.
pub(super) fn count(value: &JsValue) -> Result<u64, StoreError> {
    whole(value).ok_or_else(|| StoreError::Damaged("a count is no number".to_owned()))
}

fn set(object: &Object, field: &str, value: &JsValue) {
    Reflect::set(object, &JsValue::from_str(field), value).expect("a plain object takes any property");
}

fn get(value: &JsValue, field: &str) -> JsValue {
    // Only a value that is no object at all throws; it then has no field either.
    Reflect::get(value, &JsValue::from_str(field)).unwrap_or(JsValue::UNDEFINED)
}

#[allow(clippy::cast_precision_loss, reason = "numbers and revisions never come near 2^53")]
fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number in range"
)]
fn whole(value: &JsValue) -> Option<u64> {
    let value = value.as_f64()?;
    let sound = value.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&value);
    sound.then_some(value as u64)
}

fn damaged(key: &str, field: &str) -> StoreError {
    StoreError::Damaged(format!("row {key}, field {field}"))
}
