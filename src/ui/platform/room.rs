//! How much storage the browser gives, and whether it promises to keep it.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

/// Room on this phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes in use.
    pub used: u64,
    /// Bytes the browser would give.
    pub quota: u64,
    /// The browser promised not to wipe it when space is short.
    pub persisted: bool,
}

/// Asks for lasting storage, then says how much room there is; `None` where the browser has no
/// such interface.
pub async fn ask() -> Option<Room> {
    let manager = manager()?;
    let persisted = match manager.persist() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|kept| kept.is_truthy()),
        Err(_) => false,
    };
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let number = |name: &str| {
        js_sys::Reflect::get(&estimate, &JsValue::from_str(name)).ok().and_then(|v| v.as_f64()).unwrap_or(0.0)
            as u64
    };
    Some(Room { used: number("usage"), quota: number("quota"), persisted })
}

/// `navigator.storage` is missing outside secure contexts, whatever its binding says.
fn manager() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    let storage = js_sys::Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?;
    (!storage.is_undefined()).then(|| storage.unchecked_into())
}
