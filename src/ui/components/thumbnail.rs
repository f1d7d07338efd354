//! A photo from the phone's own store, shown through an object URL that is given back.

use crate::ui::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use web_sys::{Blob, Url};

use crate::store::{Store, Table};
use crate::ui::i18n::{Msg, tr};
use crate::ui::state::phone::use_phone;

/// A photo by its SHA-256.
#[component]
pub fn Thumbnail(sha256: String) -> impl IntoView {
    let url = RwSignal::new(None::<String>);
    let gone = StoredValue::new(false);
    let store = use_phone().store;
    spawn_local(async move {
        let Ok(Some(row)) = store.get(Table::PhotoBytes, &sha256).await else { return };
        let made = row.bytes.and_then(|bytes| object_url(&bytes).ok());
        // The tile may have been taken off the page while the bytes were read.
        match made {
            Some(made) if gone.try_get_value() == Some(false) => url.set(Some(made)),
            Some(made) => revoke(&made),
            None => {}
        }
    });
    on_cleanup(move || {
        gone.try_set_value(true);
        if let Some(made) = url.try_get_untracked().flatten() {
            revoke(&made);
        }
    });
    view! { <img class="thumbnail" alt=tr(Msg::Photo) src=move || url.get() /> }
}

fn object_url(bytes: &[u8]) -> Result<String, JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence(&parts)?)
}

fn revoke(url: &str) {
    // A URL that is not known any more needs no revoking.
    let _ = Url::revoke_object_url(url);
}
