//! Carrying records by hand: everything unsent to a file, and another phone's file into this one.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::Delivery;
use crate::store::StoreError;
use crate::sync::import::{self, ImportError, Summary};
use crate::sync::{Wake, export};
use crate::ui::i18n;
use crate::ui::platform::{clock, download, ids};

/// What taking in a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportNote {
    /// The file itself cannot be read.
    Unreadable,
    /// Nothing of it can be taken in.
    Refused(ImportError),
    /// Taken in, perhaps in part.
    Done(Summary),
    /// As [`Self::Done`], until the storage failed.
    BrokenOff(Summary, StoreError),
}

impl Delivery {
    /// Offers everything not received as one file.
    pub async fn export(self) {
        if self.transfer.get_untracked().is_some() {
            return;
        }
        self.transfer.set(Some((0, 0)));
        let store = self.inner.with_value(|inner| inner.store.clone());
        let at = clock::stamp().at;
        let mut file = download::Parts::default();
        let progress = move |done, of| self.transfer.set(Some((done, of)));
        let told = export::export_to(&store, &at, &mut |part| file.add(&part), &progress).await;
        let name = format!("rounds-{}.json", at.get(..10).unwrap_or("export"));
        let note = match told {
            Ok(told) => match file.offer(&name) {
                Ok(()) => i18n::exported(&told),
                Err(_) => i18n::store_problem(&StoreError::Other(String::new())),
            },
            Err(error) => i18n::store_problem(&error),
        };
        self.transfer.set(None);
        self.export_note.set(Some(note));
    }

    /// Takes in a file that another phone exported, and sends what it brought.
    pub async fn import(self, file: web_sys::File) {
        if self.transfer.get_untracked().is_some() {
            return;
        }
        self.import_note.set(None);
        self.transfer.set(Some((0, 0)));
        let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
        let note = match text {
            Some(text) => self.take_in(&text).await,
            None => ImportNote::Unreadable,
        };
        self.transfer.set(None);
        self.import_note.set(Some(note));
        self.wake(Wake::User);
    }

    async fn take_in(self, text: &str) -> ImportNote {
        let inner = self.inner.get_value();
        let file = match import::open(text, &inner.install_id) {
            Ok(file) => file,
            Err(error) => return ImportNote::Refused(error),
        };
        let progress = move |done: usize, of: usize| self.transfer.set(Some((done as u64, of as u64)));
        let now = clock::now_ms();
        match import::import(&inner.store, &file, now, &ids::new_id, &progress).await {
            Ok(summary) => ImportNote::Done(summary),
            Err(broken) => ImportNote::BrokenOff(broken.until, broken.error),
        }
    }
}
