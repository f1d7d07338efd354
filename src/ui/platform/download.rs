//! Handing a file to the person.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// A file's text, part by part: the browser may keep the parts outside of memory.
#[derive(Default)]
pub struct Parts(js_sys::Array);

impl Parts {
    /// Adds to its end.
    pub fn add(&mut self, text: &str) {
        let text = JsValue::from_str(text);
        // What the browser makes no blob of goes in as it is.
        let part = Blob::new_with_str_sequence(&js_sys::Array::of1(&text)).map_or(text, JsValue::from);
        self.0.push(&part);
    }

    /// Offers it for download under `name`.
    ///
    /// # Errors
    /// What the browser said, when it made no file.
    pub fn offer(self, name: &str) -> Result<(), JsValue> {
        let url = Url::create_object_url_with_blob(&Blob::new_with_blob_sequence(&self.0)?)?;
        let document = web_sys::window().and_then(|w| w.document()).ok_or(JsValue::NULL)?;
        let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        document.body().ok_or(JsValue::NULL)?.append_child(&anchor)?;
        anchor.click();
        anchor.remove();
        // The download keeps its own hold; a minute is ample for it to begin.
        gloo_timers::callback::Timeout::new(60_000, move || {
            let _ = Url::revoke_object_url(&url);
        })
        .forget();
        Ok(())
    }
}

/// Offers a short text for download.
///
/// # Errors
/// As [`Parts::offer`].
pub fn offer(name: &str, text: &str) -> Result<(), JsValue> {
    let mut parts = Parts::default();
    parts.add(text);
    parts.offer(name)
}
