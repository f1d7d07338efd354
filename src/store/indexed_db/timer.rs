//! One `setTimeout`, taken back when dropped. Works in a window and in a worker.

use js_sys::{Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Runs a closure once, unless dropped before.
pub(super) struct Timer {
    id: JsValue,
    // Held for the browser's sake.
    _run: Closure<dyn FnMut()>,
}

impl Timer {
    pub(super) fn after(millis: u32, run: impl FnMut() + 'static) -> Self {
        let run: Closure<dyn FnMut()> = Closure::new(run);
        let id = function("setTimeout")
            .call2(&js_sys::global(), run.as_ref(), &JsValue::from(millis))
            .expect("setTimeout takes a function and a number");
        Self { id, _run: run }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // Taking back what has already run does nothing.
        let _ = function("clearTimeout").call1(&js_sys::global(), &self.id);
    }
}

fn function(name: &str) -> Function {
    Reflect::get(&js_sys::global(), &JsValue::from_str(name))
        .ok()
        .and_then(|value| value.dyn_into().ok())
        .expect("every browser has timers")
}
