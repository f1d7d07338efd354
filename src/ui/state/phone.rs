//! The opened phone: its store and identity, with what a wiped or broken database means.

use leptos::prelude::*;

use crate::store::indexed_db::IndexedDb;
use crate::store::sealed::web::WebCipher;
use crate::store::{Sealed, StoreError, identity};
use crate::ui::platform::{ids, prefs};

/// The store the app runs on: IndexedDB behind the device lock.
pub type PhoneStore = Sealed<IndexedDb, WebCipher>;

/// The database's name.
const DATABASE: &str = "rounds";

/// The opened phone.
#[derive(Clone)]
pub struct Phone {
    /// What it keeps.
    pub store: PhoneStore,
    /// Made once on this phone.
    pub install_id: String,
    /// The database was wiped while the rest of the browser's storage stood.
    pub lost: bool,
}

/// The phone in the screens' context.
#[derive(Clone, Copy)]
pub struct PhoneHandle(StoredValue<Phone, LocalStorage>);

impl Phone {
    /// Opens the database and finds or makes the install's id.
    ///
    /// # Errors
    /// [`StoreError`] when the browser gives no storage; nothing is created anew over a broken one.
    pub async fn open() -> Result<Self, StoreError> {
        let store = Sealed::new(IndexedDb::open(DATABASE).await?).await?;
        let copy = prefs::install_id();
        let (install_id, lost) = match identity::install_id(&store).await? {
            Some(id) => (id, false),
            None => {
                // The copy outside the database says whether this phone was ever used.
                let id = ids::new_id();
                identity::set_install_id(&store, &id).await?;
                (id, copy.is_some())
            }
        };
        prefs::keep_install_id(&install_id);
        Ok(Self { store, install_id, lost })
    }
}

/// Provides the phone to the screens.
pub fn provide_phone(phone: Phone) {
    provide_context(PhoneHandle(StoredValue::new_local(phone)));
}

/// The phone provided above.
pub fn use_phone() -> Phone {
    use_context::<PhoneHandle>().expect("the phone is open before any page is built").0.get_value()
}
