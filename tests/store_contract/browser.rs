//! IndexedDB as a bench for the suite.

use rounds::store::IndexedDb;

use super::suite::Bench;

/// A database of this name, absent at first.
pub struct Browser {
    pub name: String,
}

impl Browser {
    pub async fn fresh(name: &str) -> Self {
        let name = format!("contract-{name}");
        raw::heal();
        raw::remove(&name).await.unwrap();
        Self { name }
    }
}

impl Bench for Browser {
    type Store = IndexedDb;

    async fn open(&self) -> IndexedDb {
        IndexedDb::open(&self.name).await.unwrap()
    }
}

/// IndexedDB by hand: see `raw.js`.
pub mod raw {
    use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

    #[wasm_bindgen(module = "/tests/store_contract/raw.js")]
    extern "C" {
        #[wasm_bindgen(catch)]
        pub async fn next_task() -> Result<JsValue, JsValue>;
        pub fn leave_page();
        pub fn show_page();
        #[wasm_bindgen(catch)]
        pub async fn put_by_hand(name: &str, table: &str, key: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch)]
        pub async fn remove(name: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch)]
        pub async fn exists(name: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch)]
        pub async fn make(name: &str, text: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch)]
        pub async fn version(name: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch)]
        pub async fn raise(name: &str, version: u32) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch)]
        pub async fn hold(name: &str) -> Result<JsValue, JsValue>;
        pub fn release(database: &JsValue);
        #[wasm_bindgen(catch, js_name = bytesOf)]
        pub async fn bytes_of(name: &str, table: &str, key: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(js_name = loseConnection)]
        pub fn lose_connection(times: u32);
        #[wasm_bindgen(js_name = loseAnswer)]
        pub fn lose_answer();
        #[wasm_bindgen(js_name = takeBack)]
        pub fn take_back();
        #[wasm_bindgen(js_name = fillDisk)]
        pub fn fill_disk(nth: u32);
        #[wasm_bindgen(js_name = countTransactions)]
        pub fn count_transactions();
        #[wasm_bindgen(js_name = transactionsBegun)]
        pub fn transactions_begun() -> u32;
        #[wasm_bindgen(catch, js_name = writeAfterWaiting)]
        pub async fn write_after_waiting(name: &str, table: &str, key: &str) -> Result<JsValue, JsValue>;
        pub fn heal();
        pub fn now() -> f64;
    }
}
