//! Keys and seals by the browser's WebCrypto.
//!
//! The data key is AES-256-GCM, made by the browser. It is wrapped under a key that PBKDF2 makes of the
//! PIN, and what that gives is sealed once more by the device's own key, which cannot be exported and
//! lies in IndexedDB as an object: a copy of the rows alone does not let anybody try PINs. The second
//! wrapping, under the recovery code, stands without the device's key. In use the data key is
//! not extractable; only while it is made or put under another PIN does the browser hold one that can
//! be wrapped, and its bytes never reach this program.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::cipher::{Cipher, CipherError, KeyMaker, Secret};
use super::lock::{Wrap, WrappedKeys, to_hex};
use crate::store::indexed_db::device_key;

/// Rounds of PBKDF2 for new wrappings: OWASP's figure for SHA-256.
const ROUNDS: u32 = 600_000;
const IV: usize = 12;
const AES: &str = "AES-GCM";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn encrypt(algorithm: &Object, key: &JsValue, data: &[u8]) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn decrypt(algorithm: &Object, key: &JsValue, data: &[u8]) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = generateKey, catch)]
    fn generate_key(algorithm: &Object, extractable: bool, usages: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = importKey, catch)]
    fn import_key(
        format: &str,
        data: &[u8],
        algorithm: &str,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = deriveKey, catch)]
    fn derive_key(
        algorithm: &Object,
        base: &JsValue,
        made: &Object,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = wrapKey, catch)]
    fn wrap_key(
        format: &str,
        key: &JsValue,
        wrapping: &JsValue,
        algorithm: &Object,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], js_name = unwrapKey, catch)]
    fn unwrap_key(
        format: &str,
        data: &[u8],
        wrapping: &JsValue,
        algorithm: &Object,
        unwrapped: &str,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;
}

/// The browser's key maker.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebKeys;

/// A data key in use.
#[derive(Clone, Debug)]
pub struct WebCipher {
    id: String,
    key: JsValue,
}

/// True where the browser has WebCrypto: everywhere but on plain http from another machine.
pub fn is_there() -> bool {
    Reflect::get(&js_sys::global(), &"crypto".into())
        .and_then(|crypto| Reflect::get(&crypto, &"subtle".into()))
        .is_ok_and(|subtle| subtle.is_object())
}

/// Random bytes.
///
/// # Errors
/// [`CipherError::Failed`] in a browser without any.
pub fn random<const N: usize>() -> Result<[u8; N], CipherError> {
    let mut bytes = [0; N];
    get_random_values(&mut bytes).map_err(|error| fault(&error))?;
    Ok(bytes)
}

impl WebCipher {
    /// The browser's key object: for a test that it cannot be exported.
    pub fn key(&self) -> &JsValue {
        &self.key
    }
}

impl Cipher for WebCipher {
    fn id(&self) -> &str {
        &self.id
    }

    async fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        seal(&self.key, place, plain).await
    }

    async fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        open(&self.key, place, sealed).await
    }
}

impl KeyMaker for WebKeys {
    type Cipher = WebCipher;

    async fn create(&self, pin: &str, recovery: &[u8; 16]) -> Result<(WrappedKeys, WebCipher), CipherError> {
        let id = to_hex(&random::<4>()?);
        let key = done(generate_key(&aes(), true, &usages("encrypt", "decrypt"))).await?;
        let recovery_wrap = wrap(&key, &id, recovery).await?;
        let (pin_wrap, device) = wrap_for_pin(&key, &id, pin).await?;
        let keys = WrappedKeys { id, pin: pin_wrap, device, recovery: recovery_wrap };
        let cipher = self.unwrap(&keys, Secret::Recovery(recovery)).await?;
        Ok((keys, cipher))
    }

    async fn unwrap(&self, keys: &WrappedKeys, secret: Secret<'_>) -> Result<WebCipher, CipherError> {
        Ok(WebCipher { id: keys.id.clone(), key: unwrap(keys, secret, false).await? })
    }

    async fn rewrap(
        &self,
        keys: &WrappedKeys,
        secret: Secret<'_>,
        pin: &str,
    ) -> Result<WrappedKeys, CipherError> {
        let key = unwrap(keys, secret, true).await?;
        let (pin, device) = wrap_for_pin(&key, &keys.id, pin).await?;
        Ok(WrappedKeys { pin, device, ..keys.clone() })
    }
}

async fn wrap_for_pin(key: &JsValue, id: &str, pin: &str) -> Result<(Wrap, bool), CipherError> {
    let wrapped = wrap(key, id, pin.as_bytes()).await?;
    // A browser that cannot keep such an object has the PIN's wrapping alone.
    let Some(device) = own_key().await else { return Ok((wrapped, false)) };
    let data = seal(&device, id.as_bytes(), &wrapped.data).await?;
    Ok((Wrap { data, ..wrapped }, true))
}

async fn unwrap(keys: &WrappedKeys, secret: Secret<'_>, extractable: bool) -> Result<JsValue, CipherError> {
    let (wrapped, secret) = match secret {
        Secret::Pin(pin) => (&keys.pin, pin.as_bytes()),
        Secret::Recovery(bits) => (&keys.recovery, &bits[..]),
    };
    let mut data = wrapped.data.clone();
    if keys.device && std::ptr::eq(wrapped, &keys.pin) {
        let device = device_key::load().await.ok().flatten();
        let device = device.ok_or_else(|| CipherError::Failed("the device's key is gone".to_owned()))?;
        data = open(&device, keys.id.as_bytes(), &data).await?;
    }
    let (iv, data) = data.split_at_checked(IV).ok_or(CipherError::Broken)?;
    let wrapping = stretched(secret, &wrapped.salt, wrapped.rounds).await?;
    let place = gcm(iv, keys.id.as_bytes());
    done(unwrap_key("raw", data, &wrapping, &place, AES, extractable, &usages("encrypt", "decrypt"))).await
}

/// The key wrapped under a secret: the initialisation vector, then what the wrapping gave.
async fn wrap(key: &JsValue, id: &str, secret: &[u8]) -> Result<Wrap, CipherError> {
    let (salt, iv) = (random::<16>()?, random::<IV>()?);
    let wrapping = stretched(secret, &salt, ROUNDS).await?;
    let wrapped = bytes(done(wrap_key("raw", key, &wrapping, &gcm(&iv, id.as_bytes()))).await?);
    Ok(Wrap { salt: salt.to_vec(), rounds: ROUNDS, data: [&iv[..], &wrapped].concat() })
}

/// The device's own key, made when there is none; `None` where it cannot be kept.
async fn own_key() -> Option<JsValue> {
    if let Ok(Some(kept)) = device_key::load().await {
        return Some(kept);
    }
    let new = done(generate_key(&aes(), false, &usages("encrypt", "decrypt"))).await.ok()?;
    device_key::keep(&new).await.ok()?;
    // Read back: only what another start will find is worth wrapping with.
    device_key::load().await.ok().flatten()
}

async fn stretched(secret: &[u8], salt: &[u8], rounds: u32) -> Result<JsValue, CipherError> {
    let base = done(import_key("raw", secret, "PBKDF2", false, &Array::of1(&"deriveKey".into()))).await?;
    let how = named("PBKDF2");
    set(&how, "hash", &"SHA-256".into());
    set(&how, "salt", &Uint8Array::from(salt));
    set(&how, "iterations", &rounds.into());
    done(derive_key(&how, &base, &aes(), false, &usages("wrapKey", "unwrapKey"))).await
}

async fn seal(key: &JsValue, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
    let iv = random::<IV>()?;
    let sealed = bytes(done(encrypt(&gcm(&iv, place), key, plain)).await?);
    Ok([&iv[..], &sealed].concat())
}

async fn open(key: &JsValue, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
    let (iv, sealed) = sealed.split_at_checked(IV).ok_or(CipherError::Broken)?;
    Ok(bytes(done(decrypt(&gcm(iv, place), key, sealed)).await?))
}

fn named(name: &str) -> Object {
    let algorithm = Object::new();
    set(&algorithm, "name", &name.into());
    algorithm
}

fn aes() -> Object {
    let algorithm = named(AES);
    set(&algorithm, "length", &256.into());
    algorithm
}

fn gcm(iv: &[u8], place: &[u8]) -> Object {
    let algorithm = named(AES);
    set(&algorithm, "iv", &Uint8Array::from(iv));
    set(&algorithm, "additionalData", &Uint8Array::from(place));
    algorithm
}

fn usages(one: &str, other: &str) -> Array {
    Array::of2(&one.into(), &other.into())
}

fn set(object: &Object, field: &str, value: &JsValue) {
    Reflect::set(object, &field.into(), value).expect("a plain object takes any property");
}

fn bytes(buffer: JsValue) -> Vec<u8> {
    Uint8Array::new(&buffer).to_vec()
}

async fn done(begun: Result<Promise, JsValue>) -> Result<JsValue, CipherError> {
    let promise = begun.map_err(|error| fault(&error))?;
    JsFuture::from(promise).await.map_err(|error| fault(&error))
}

fn fault(error: &JsValue) -> CipherError {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    // What every browser says when the tag of AES-GCM does not fit.
    if name == "OperationError" { CipherError::Broken } else { CipherError::Failed(name) }
}
