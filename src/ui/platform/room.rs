//! How much storage the browser gives, whether it promises to keep it, and whether it behaves as a
//! private window does.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::StorageManager;

/// Private windows of some browsers give no more than this, bytes.
const TINY: u64 = 300 * 1024 * 1024;
/// A browser that decides by itself does so within this.
const BRIEF_MS: u32 = 200;

/// Room on this phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes in use.
    pub used: u64,
    /// Bytes the browser would give.
    pub quota: u64,
    /// The browser promised not to wipe it when space is short.
    pub persisted: bool,
    /// There are signs of a private window. No browser says so outright, and some show no sign.
    pub looks_private: bool,
}

/// Says how much room there is, without asking the person anything; `None` where the browser has
/// no such interface.
pub async fn look() -> Option<Room> {
    let manager = manager()?;
    let persisted = truthy(manager.persisted()).await;
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let number = |name: &str| {
        Reflect::get(&estimate, &JsValue::from_str(name)).ok().and_then(|v| v.as_f64()).unwrap_or(0.0) as u64
    };
    let (used, quota) = (number("usage"), number("quota"));
    let looks_private = !persisted && ((1..TINY).contains(&quota) || !has_files(&manager).await);
    Some(Room { used, quota, persisted, looks_private })
}

/// Asks for lasting storage, then says how much room there is. Some browsers ask the person.
pub async fn ask() -> Option<Room> {
    truthy(manager()?.persist()).await;
    look().await
}

/// Asks for lasting storage and says what the browser answered; `None` when it does not answer at
/// once, since it asks the person.
pub async fn ask_briefly() -> Option<bool> {
    let asked = manager()?.persist().ok()?;
    let patience = future_to_promise(async {
        TimeoutFuture::new(BRIEF_MS).await;
        Ok(JsValue::UNDEFINED)
    });
    JsFuture::from(Promise::race(&Array::of2(&asked, &patience))).await.ok()?.as_bool()
}

async fn truthy(asked: Result<Promise, JsValue>) -> bool {
    match asked {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|answer| answer.is_truthy()),
        Err(_) => false,
    }
}

/// Private windows of Safari and Firefox refuse the file system that each site has for itself.
async fn has_files(manager: &StorageManager) -> bool {
    let open = Reflect::get(manager, &"getDirectory".into()).ok();
    let Some(open) = open.and_then(|open| open.dyn_into::<js_sys::Function>().ok()) else {
        // Older browsers have none in any window.
        return true;
    };
    match open.call0(manager).map(JsCast::dyn_into::<Promise>) {
        Ok(Ok(opening)) => JsFuture::from(opening).await.is_ok(),
        _ => false,
    }
}

/// `navigator.storage` is missing outside secure contexts, whatever its binding says.
fn manager() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    let storage = Reflect::get(&navigator, &JsValue::from_str("storage")).ok()?;
    (!storage.is_undefined()).then(|| storage.unchecked_into())
}
