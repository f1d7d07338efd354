//! The opened phone: its store and identity, with what a wiped or broken database means.

use leptos::prelude::*;

use crate::domain::alarm::Loss;
use crate::store::indexed_db::IndexedDb;
use crate::store::mirror::{self, Standing};
use crate::store::sealed::web::WebCipher;
use crate::store::{AnyStore, Sealed, StoreError, identity, outbox};
use crate::sync::export;
use crate::ui::i18n;
use crate::ui::platform::{clock, download, ids, prefs};

/// The store the app runs on.
pub type PhoneStore = AnyStore;
/// What is behind it: IndexedDB behind the device lock.
pub type SealedDb = Sealed<IndexedDb, WebCipher>;

/// The database's name.
const DATABASE: &str = "rounds";

/// The opened phone.
#[derive(Clone)]
pub struct Phone {
    /// What it keeps.
    pub store: PhoneStore,
    /// The same, for what has to do with the lock and the database itself.
    pub sealed: SealedDb,
    /// Made once on this phone.
    pub install_id: String,
    /// What the browser wiped of it, until a person has read of it.
    pub loss: Option<Loss>,
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
        let sealed = Sealed::new(IndexedDb::open(DATABASE).await?).await?;
        let store = AnyStore::new(sealed.clone());
        let mirror = prefs::mirror();
        let standing = Standing {
            install_id: identity::install_id(&store).await?,
            next_seq: outbox::next_seq(&store).await?,
        };
        let mut loss = mirror::loss(&standing, prefs::install_id().as_deref(), &mirror);
        let install_id = match standing.install_id {
            Some(id) => id,
            None => {
                let id = ids::new_id();
                identity::set_install_id(&store, &id).await?;
                id
            }
        };
        prefs::keep_install_id(&install_id);
        if loss == Some(Loss::Settings) && prefs::install_id().is_none() {
            // Where nothing can be kept outside the database, nothing was lost there.
            loss = None;
        }
        prefs::keep_mirror(|mirror| (mirror.next_seq, mirror.loss) = (standing.next_seq, loss));
        Ok(Self { store, sealed, install_id, loss })
    }
}

/// Carries what can still be read out of a database that the app cannot work on, as a file. Says
/// what came of it.
///
/// # Errors
/// [`StoreError`] when nothing can be read.
pub async fn rescue() -> Result<String, StoreError> {
    let store = AnyStore::new(IndexedDb::open_as_is(DATABASE).await?);
    let at = clock::stamp().at;
    let mut file = download::Parts::default();
    let told = export::export_to(&store, &at, &mut |part| file.add(&part), &|_, _| ()).await?;
    let name = format!("rounds-{}.json", at.get(..10).unwrap_or("export"));
    file.offer(&name).map_err(|_| StoreError::Other(String::new()))?;
    Ok(i18n::exported(&told))
}

/// Provides the phone to the screens.
pub fn provide_phone(phone: Phone) {
    provide_context(PhoneHandle(StoredValue::new_local(phone)));
}

/// The phone provided above.
pub fn use_phone() -> Phone {
    use_context::<PhoneHandle>().expect("the phone is open before any page is built").0.get_value()
}
