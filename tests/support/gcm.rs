//! AES-256-GCM without a browser: the same seals as WebCrypto's, and a key maker to match. Its wrapping
//! hashes once where the browser's hashes 600,000 times.
#![allow(dead_code, reason = "each test program uses its part")]

use std::cell::Cell;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use rounds::domain::hash::sha256_hex;
use rounds::store::sealed::cipher::{Cipher, CipherError, KeyMaker, Secret};
use rounds::store::sealed::lock::{Wrap, WrappedKeys};

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(1) };
}

/// One key.
pub struct Gcm {
    id: String,
    bits: [u8; 32],
    key: Aes256Gcm,
}

impl Gcm {
    pub fn new(id: &str, bits: [u8; 32]) -> Self {
        let key = Aes256Gcm::new(&Key::<Aes256Gcm>::from(bits));
        Self { id: id.to_owned(), bits, key }
    }

    fn sealed(&self, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut iv = [0; 12];
        iv[..8].copy_from_slice(&next().to_be_bytes());
        let sealed = self.key.encrypt(&Nonce::from(iv), Payload { msg: plain, aad: place }).unwrap();
        [&iv[..], &sealed].concat()
    }

    fn opened(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let (iv, sealed) = sealed.split_at_checked(12).ok_or(CipherError::Broken)?;
        self.key
            .decrypt(Nonce::from_slice(iv), Payload { msg: sealed, aad: place })
            .map_err(|_| CipherError::Broken)
    }
}

impl Cipher for Gcm {
    fn id(&self) -> &str {
        &self.id
    }

    async fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        Ok(self.sealed(place, plain))
    }

    async fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        self.opened(place, sealed)
    }
}

/// Makes keys for tests.
pub struct Maker;

impl KeyMaker for Maker {
    type Cipher = Gcm;

    async fn create(&self, pin: &str, recovery: &[u8; 16]) -> Result<(WrappedKeys, Gcm), CipherError> {
        let id = format!("{:08x}", next());
        let key = Gcm::new(&id, hashed(id.as_bytes()));
        let pin = wrap(&key, pin.as_bytes());
        let recovery = wrap(&key, recovery);
        Ok((WrappedKeys { id, pin, device: false, recovery }, key))
    }

    async fn unwrap(&self, keys: &WrappedKeys, secret: Secret<'_>) -> Result<Gcm, CipherError> {
        let (wrapped, secret) = match secret {
            Secret::Pin(pin) => (&keys.pin, pin.as_bytes()),
            Secret::Recovery(bits) => (&keys.recovery, &bits[..]),
        };
        let around = Gcm::new("", hashed(secret));
        let bits = around.opened(keys.id.as_bytes(), &wrapped.data)?;
        Ok(Gcm::new(&keys.id, bits.try_into().map_err(|_| CipherError::Broken)?))
    }

    async fn rewrap(
        &self,
        keys: &WrappedKeys,
        secret: Secret<'_>,
        pin: &str,
    ) -> Result<WrappedKeys, CipherError> {
        let key = self.unwrap(keys, secret).await?;
        Ok(WrappedKeys { pin: wrap(&key, pin.as_bytes()), ..keys.clone() })
    }
}

fn wrap(key: &Gcm, secret: &[u8]) -> Wrap {
    let data = Gcm::new("", hashed(secret)).sealed(key.id.as_bytes(), &key.bits);
    Wrap { salt: Vec::new(), rounds: 1, data }
}

fn hashed(bytes: &[u8]) -> [u8; 32] {
    let hex = sha256_hex(bytes);
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

fn next() -> u64 {
    NEXT.replace(NEXT.get() + 1)
}
