//! One sync pass at a time over all tabs, through Web Locks. Without them (or with the lock held)
//! the endpoint's idempotence still keeps everything single.

use std::future::Future;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Runs `work` while holding the lock `name`; `None` when another tab holds it.
pub async fn alone<T>(name: &str, work: impl Future<Output = T>) -> Option<T> {
    let Some((manager, request)) = lock_manager() else { return Some(work.await) };
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    // The lock is held until the promise that its callback returns is settled: `release`.
    let mut release = None;
    let held = Promise::new(&mut |resolve, _reject| release = Some(resolve));
    let mut granted_to = None;
    let granted = Promise::new(&mut |resolve, _reject| granted_to = Some(resolve));
    let (Some(release), Some(granted_to)) = (release, granted_to) else { return Some(work.await) };
    let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let got = !lock.is_null();
        let _ = granted_to.call1(&JsValue::UNDEFINED, &JsValue::from_bool(got));
        if got { held.into() } else { JsValue::UNDEFINED }
    });
    if request.call3(&manager, &JsValue::from_str(name), &options, &callback).is_err() {
        return Some(work.await);
    }
    if !JsFuture::from(granted).await.is_ok_and(|got| got.is_truthy()) {
        return None;
    }
    let done = work.await;
    let _ = release.call0(&JsValue::UNDEFINED);
    Some(done)
}

/// `navigator.locks` and its `request`, which web-sys hides behind an unstable flag.
fn lock_manager() -> Option<(JsValue, js_sys::Function)> {
    let navigator = web_sys::window()?.navigator();
    let manager = js_sys::Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    let request = js_sys::Reflect::get(&manager, &"request".into()).ok()?.dyn_into().ok()?;
    Some((manager, request))
}
