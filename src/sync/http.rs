//! The browser's network: `fetch` with a time limit, no cookies, no cache and no redirects.
//!
//! A redirect of the API is a portal's, so it counts as no connection. Knows nothing of what it
//! carries.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::transport::{Request, Response, Transport, TransportError};

#[wasm_bindgen]
extern "C" {
    // Of the global scope, so that it works in a page and in a worker alike.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(address: &str, init: &RequestInit) -> Promise;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, ms: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// The endpoint at an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTransport {
    origin: String,
}

impl HttpTransport {
    /// `origin` such as `https://rounds.example`; empty for the page's own.
    pub fn new(origin: impl Into<String>) -> Self {
        Self { origin: origin.into().trim_end_matches('/').to_owned() }
    }
}

impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let limit = TimeLimit::start(request.timeout_ms)?;
        let sent = exchange(&format!("{}{}", self.origin, request.path), request, &limit).await;
        sent.map_err(|error| {
            if limit.has_passed.get() {
                TransportError::Timeout
            } else {
                TransportError::Network(words(&error))
            }
        })
    }
}

async fn exchange(address: &str, request: Request, limit: &TimeLimit) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.name());
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&limit.controller.signal()));
    if !request.body.is_empty() {
        init.set_body(&Uint8Array::from(request.body.as_slice()));
    }
    let response: web_sys::Response = JsFuture::from(fetch(address, &init)).await?.dyn_into()?;
    let headers = all_headers(&response.headers())?;
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok(Response { status: response.status(), headers, body: Uint8Array::new(&body).to_vec() })
}

/// Aborts the request when its time is up; taken back when dropped.
struct TimeLimit {
    controller: AbortController,
    has_passed: Rc<Cell<bool>>,
    timer: JsValue,
    _then: Closure<dyn FnMut()>,
}

impl TimeLimit {
    fn start(ms: u32) -> Result<Self, TransportError> {
        let controller = AbortController::new().map_err(|error| TransportError::Network(words(&error)))?;
        let has_passed = Rc::new(Cell::new(false));
        let then = Closure::new({
            let (controller, has_passed) = (controller.clone(), has_passed.clone());
            move || {
                has_passed.set(true);
                controller.abort();
            }
        });
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let timer = set_timeout(then.as_ref().unchecked_ref(), ms);
        Ok(Self { controller, has_passed, timer, _then: then })
    }
}

impl Drop for TimeLimit {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
        // A dropped pass leaves no request behind; one that is over does not mind.
        self.controller.abort();
    }
}

fn all_headers(headers: &Headers) -> Result<Vec<(String, String)>, JsValue> {
    let mut found = Vec::new();
    for entry in headers.entries() {
        let pair: Array = entry?.dyn_into()?;
        let (name, value) = (pair.get(0).as_string(), pair.get(1).as_string());
        found.extend(name.zip(value));
    }
    Ok(found)
}

fn words(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &JsValue::from_str("message")).ok();
    message.and_then(|text| text.as_string()).unwrap_or_else(|| "fetch failed".to_owned())
}
