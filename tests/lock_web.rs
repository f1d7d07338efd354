//! The device lock on the browser's own cryptography and database.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

#[path = "store_contract/browser.rs"]
mod browser;
#[path = "store_contract/mod.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "the suite itself runs elsewhere")]
mod suite;

use rounds::store::sealed::cipher::{Cipher, CipherError, KeyMaker, Secret};
use rounds::store::sealed::tries::Moment;
use rounds::store::sealed::vault::{Deed, Vault, VaultError};
use rounds::store::sealed::web::{self, WebCipher, WebKeys};
use rounds::store::{Batch, IndexedDb, Row, Sealed, Store, Table};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

use self::browser::{Browser, raw};
use self::suite::Bench;

wasm_bindgen_test_configure!(run_in_browser);

const PIN: &str = "291740";
const CODE: [u8; 16] = [9; 16];
const NOW: Moment = Moment { wall_ms: 1, mono_ms: 1 };

#[wasm_bindgen(module = "/tests/store_contract/lock.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = exportKey)]
    async fn export_key(key: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = deviceKey)]
    async fn device_key() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = forgetDeviceKey)]
    async fn forget_device_key() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = spoilKeyDatabase)]
    async fn spoil_key_database() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = everything)]
    async fn everything(name: &str) -> Result<JsValue, JsValue>;
}

async fn page(bench: &Browser) -> (Sealed<IndexedDb, WebCipher>, Vault<IndexedDb, WebKeys>) {
    let phone = Sealed::new(bench.open().await).await.unwrap();
    (phone.clone(), Vault::new(phone, WebKeys))
}

#[wasm_bindgen_test]
async fn a_key_in_use_cannot_be_exported() {
    assert!(web::is_there());
    let (keys, cipher) = WebKeys.create(PIN, &CODE).await.unwrap();
    assert!(export_key(cipher.key()).await.is_err());
    for secret in [Secret::Pin(PIN), Secret::Recovery(&CODE)] {
        let opened = WebKeys.unwrap(&keys, secret).await.unwrap();
        assert!(export_key(opened.key()).await.is_err());
        let sealed = cipher.seal(b"place", b"words").await.unwrap();
        assert_eq!(opened.open(b"place", &sealed).await.unwrap(), b"words");
        assert_eq!(opened.open(b"elsewhere", &sealed).await, Err(CipherError::Broken));
    }
    assert!(export_key(&device_key().await.unwrap()).await.is_err());
}

#[wasm_bindgen_test]
async fn the_browser_keeps_the_devices_key_and_the_pin_needs_it() {
    let (keys, cipher) = WebKeys.create(PIN, &CODE).await.unwrap();
    assert!(keys.device, "this browser cannot keep a key object");
    let sealed = cipher.seal(b"", b"words").await.unwrap();
    forget_device_key().await.unwrap();
    // A copy of the rows on another device: even the right PIN does not open it there.
    assert!(matches!(WebKeys.unwrap(&keys, Secret::Pin(PIN)).await, Err(CipherError::Failed(_))));
    WebKeys.create(PIN, &CODE).await.unwrap();
    assert_eq!(WebKeys.unwrap(&keys, Secret::Pin(PIN)).await.err(), Some(CipherError::Broken));
    // The recovery code does, and puts the key under a PIN of the new device.
    let moved = WebKeys.rewrap(&keys, Secret::Recovery(&CODE), "805317").await.unwrap();
    let opened = WebKeys.unwrap(&moved, Secret::Pin("805317")).await.unwrap();
    assert_eq!(opened.open(b"", &sealed).await.unwrap(), b"words");
}

#[wasm_bindgen_test]
async fn where_no_key_object_can_be_kept_the_pin_alone_wraps() {
    spoil_key_database().await.unwrap();
    let (keys, cipher) = WebKeys.create(PIN, &CODE).await.unwrap();
    raw::remove("rounds-key").await.unwrap();
    assert!(!keys.device);
    let sealed = cipher.seal(b"", b"words").await.unwrap();
    let opened = WebKeys.unwrap(&keys, Secret::Pin(PIN)).await.unwrap();
    assert_eq!(opened.open(b"", &sealed).await.unwrap(), b"words");
    assert_eq!(WebKeys.unwrap(&keys, Secret::Pin("291741")).await.err(), Some(CipherError::Broken));
}

#[wasm_bindgen_test]
async fn wrong_secrets_are_told_from_a_failing_browser() {
    let (keys, _) = WebKeys.create(PIN, &CODE).await.unwrap();
    for secret in [Secret::Pin("291741"), Secret::Pin(""), Secret::Recovery(&[8; 16])] {
        assert_eq!(WebKeys.unwrap(&keys, secret).await.err(), Some(CipherError::Broken));
        assert_eq!(WebKeys.rewrap(&keys, secret, "1").await.err(), Some(CipherError::Broken));
    }
}

#[wasm_bindgen_test]
async fn what_lies_in_the_browser_shows_nothing_and_opens_whole() {
    let bench = Browser::fresh("lock").await;
    let (phone, vault) = page(&bench).await;
    let photo: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let note = |key: &str| Row::new(key, "t", format!("{{\"note\":\"门岗 smoke {key}\"}}"));
    let batch = (0..120).fold(Batch::new(), |batch, n| batch.put(Table::Drafts, note(&format!("d{n}"))));
    let photo_row = Row { bytes: Some(photo.clone()), ..Row::new("sha", "", "{}") };
    phone.commit(batch.put(Table::PhotoBytes, photo_row)).await.unwrap();
    let before = phone.page(Table::Drafts, "", 999).await.unwrap();
    let shown = || async { everything(&bench.name).await.unwrap().as_string().unwrap() };
    assert!(shown().await.contains("smoke"));

    let start = raw::now();
    vault.perform(&Deed::TurnOn(PIN.to_owned(), CODE), NOW).await.unwrap();
    vault.carry_on(&|_| ()).await.unwrap();
    console_log!("turned on in {:.0} ms", raw::now() - start);
    let text = shown().await;
    assert!(!text.contains("smoke") && !text.contains("门岗"));
    let head: String = photo[..32].iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!text.contains(&head));

    let (reloaded, vault) = page(&bench).await;
    assert!(reloaded.is_locked());
    assert_eq!(vault.perform(&Deed::Unlock("805317".to_owned()), NOW).await, Err(VaultError::Wrong));
    let start = raw::now();
    vault.perform(&Deed::Unlock(PIN.to_owned()), NOW).await.unwrap();
    console_log!("unlocked in {:.0} ms", raw::now() - start);
    let start = raw::now();
    let after = reloaded.page(Table::Drafts, "", 999).await.unwrap();
    console_log!("120 rows opened in {:.1} ms", raw::now() - start);
    let content = |rows: Vec<Row>| rows.into_iter().map(|row| (row.key, row.json)).collect::<Vec<_>>();
    assert_eq!(content(after), content(before));
    assert!(reloaded.get(Table::PhotoBytes, "sha").await.unwrap().unwrap().bytes == Some(photo));

    vault.perform(&Deed::TurnOff(PIN.to_owned()), NOW).await.unwrap();
    vault.carry_on(&|_| ()).await.unwrap();
    assert!(shown().await.contains("smoke") && shown().await.contains(&head));
}
