//! The service worker seen from the page: is a new version waiting, and taking it when asked to.

use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration};

/// Calls `offer` whenever a new version is installed and waits. Never activates it.
pub async fn watch(offer: impl Fn() + Clone + 'static) {
    let Some(container) = container() else { return };
    let Ok(ready) = container.ready() else { return };
    let Ok(registration) = JsFuture::from(ready).await else { return };
    let registration: ServiceWorkerRegistration = registration.unchecked_into();
    if registration.waiting().is_some() {
        offer();
    }
    let seen = registration.clone();
    let found = Closure::<dyn FnMut()>::new(move || {
        let (Some(installing), offer) = (seen.installing(), offer.clone()) else { return };
        let worker = installing.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let replaces = self::container().is_some_and(|c| c.controller().is_some());
            if worker.state() == web_sys::ServiceWorkerState::Installed && replaces {
                offer();
            }
        });
        let _ = installing.add_event_listener_with_callback("statechange", changed.as_ref().unchecked_ref());
        // Lives as long as the worker it listens to.
        changed.forget();
    });
    let _ = registration.add_event_listener_with_callback("updatefound", found.as_ref().unchecked_ref());
    // Listens for the whole life of the page.
    found.forget();
    if let Ok(checked) = registration.update() {
        let _ = JsFuture::from(checked).await;
    }
}

/// Looks for a new version; one that is ready takes over, one on its way is offered by itself. False
/// when there is none, or nobody to ask.
pub async fn update() -> bool {
    let Some(container) = container() else { return false };
    let Ok(found) = JsFuture::from(container.get_registration()).await else { return false };
    let Ok(registration) = found.dyn_into::<ServiceWorkerRegistration>() else { return false };
    if let Ok(checked) = registration.update() {
        let _ = JsFuture::from(checked).await;
    }
    if registration.waiting().is_some() {
        take_over().await;
        return true;
    }
    registration.installing().is_some()
}

/// Lets the waiting version take over and reloads the page once it has.
pub async fn take_over() {
    let Some(container) = container() else { return };
    let Ok(ready) = container.ready() else { return };
    let Ok(registration) = JsFuture::from(ready).await else { return };
    let registration: ServiceWorkerRegistration = registration.unchecked_into();
    let Some(waiting) = registration.waiting() else { return };
    let reload = Closure::once_into_js(|| {
        if let Some(window) = web_sys::window() {
            let _ = window.location().reload();
        }
    });
    let _ = container.add_event_listener_with_callback("controllerchange", reload.unchecked_ref());
    activate(&waiting);
}

fn activate(worker: &ServiceWorker) {
    let message = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&message, &"type".into(), &"ACTIVATE".into());
    let _ = worker.post_message(&message);
}

/// `navigator.serviceWorker` is missing outside secure contexts, whatever its binding says.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let container = js_sys::Reflect::get(&navigator, &JsValue::from_str("serviceWorker")).ok()?;
    container.is_object().then(|| container.unchecked_into())
}
