//! Waiting for IndexedDB requests. Knows nothing of rows.

use wasm_bindgen::JsValue;
use web_sys::IdbRequest;

use super::fault::store_error;
use super::mailbox::Mailbox;
use crate::store::StoreError;

/// What one request answered.
pub(super) async fn answer(request: IdbRequest) -> Result<JsValue, StoreError> {
    let mut answers = answers(&[request]).await?;
    Ok(answers.pop().unwrap_or(JsValue::UNDEFINED))
}

/// What all of these requests of one transaction answered, or the first error.
///
/// Requests of a transaction are carried out in the order in which they were made, so it is enough
/// to listen to the last.
pub(super) async fn answers(requests: &[IdbRequest]) -> Result<Vec<JsValue>, StoreError> {
    let Some(last) = requests.last() else { return Ok(Vec::new()) };
    let mailbox = Mailbox::new();
    let handler = mailbox.handler(|_| ());
    let listening = Listening::start(last, handler.function());
    mailbox.next().await;
    drop(listening);
    requests.iter().map(read).collect()
}

fn read(request: &IdbRequest) -> Result<JsValue, StoreError> {
    if let Some(error) = request.error().map_err(|error| store_error(&error))? {
        return Err(store_error(&error));
    }
    request.result().map_err(|error| store_error(&error))
}

// A task that is dropped while it waits must not leave a dead handler behind.
struct Listening<'a>(&'a IdbRequest);

impl<'a> Listening<'a> {
    fn start(request: &'a IdbRequest, handler: &js_sys::Function) -> Self {
        request.set_onsuccess(Some(handler));
        request.set_onerror(Some(handler));
        Self(request)
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.0.set_onsuccess(None);
        self.0.set_onerror(None);
    }
}
