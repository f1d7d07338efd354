//! What the browser's errors mean to the person. Knows nothing of rows.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::store::StoreError;

/// Reads any thrown value or error event's error.
pub(super) fn store_error(error: &JsValue) -> StoreError {
    let name = text(error, "name");
    let message = text(error, "message");
    let said = format!("{name}: {message}");
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full,
        "VersionError" => StoreError::TooNew,
        "SecurityError" => StoreError::Absent(said),
        // A closed or closing connection throws the first; its requests end with the second.
        "InvalidStateError" | "AbortError" => StoreError::Lost(said),
        // Chromium's words for a database whose files are gone or spoilt, and for a missing table.
        "NotReadableError" | "NotFoundError" => StoreError::Damaged(said),
        // WebKit's storage process ends when the phone needs its memory.
        "UnknownError" if lost(&message) => StoreError::Lost(said),
        "UnknownError" if message.contains("backing store") => StoreError::Damaged(said),
        _ => StoreError::Other(said),
    }
}

fn lost(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("connection") && (message.contains("lost") || message.contains("clos"))
}

fn text(error: &JsValue, field: &str) -> String {
    Reflect::get(error, &JsValue::from_str(field))
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}
