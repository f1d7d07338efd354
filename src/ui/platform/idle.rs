//! Letting the browser paint before going on with work.

use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::IdleRequestOptions;

const LATEST_MS: u32 = 2_000;
const AFTER_PAINT_MS: u32 = 300;

/// Calls `work` once the browser has nothing more urgent to do, in two seconds at the latest.
pub fn when_idle(work: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let options = IdleRequestOptions::new();
    options.set_timeout(LATEST_MS);
    let idle = js_sys::Reflect::get(&window, &"requestIdleCallback".into()).ok();
    if idle.is_some_and(|f| f.is_function()) {
        let work = Closure::once_into_js(work);
        // A function and a number are taken by every browser that has the call.
        let _ = window.request_idle_callback_with_options(work.unchecked_ref(), &options);
    } else {
        // Safari has no such call: after the first paint is near enough.
        Timeout::new(AFTER_PAINT_MS, work).forget();
    }
}

/// Gives way to input and painting, then goes on.
pub async fn breathe() {
    TimeoutFuture::new(0).await;
}
