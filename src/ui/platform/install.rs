//! Putting the app on the home screen, where the browser lets a page offer it.

use std::cell::RefCell;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// The browser's offer, until it is taken.
    static OFFER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Keeps the browser's offer for later; `installed` hears that it was taken, here or elsewhere.
pub fn watch(installed: impl Fn() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let listen = |name: &str, heard: Closure<dyn Fn(web_sys::Event)>| {
        let _ = window.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        // Listens for the whole life of the page.
        heard.forget();
    };
    listen("beforeinstallprompt", Closure::new(|event: web_sys::Event| OFFER.set(Some(event.into()))));
    listen("appinstalled", Closure::new(move |_| installed()));
}

/// Shows the browser's own question; false where it has none to show.
pub fn ask() -> bool {
    let Some(offer) = OFFER.take() else { return false };
    let prompt = js_sys::Reflect::get(&offer, &"prompt".into()).ok();
    let prompt = prompt.and_then(|prompt| prompt.dyn_into::<js_sys::Function>().ok());
    prompt.is_some_and(|prompt| prompt.call0(&offer).is_ok())
}
