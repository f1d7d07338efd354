//! What seals and opens bytes, and what makes and wraps its key. Knows nothing of rows; the browser's
//! WebCrypto is one of these, tests have another.

use thiserror::Error;

use super::lock::WrappedKeys;

/// Why sealing, opening or making a key did not go.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CipherError {
    /// The bytes were not sealed by this key for this place, or were changed since.
    #[error("the seal does not fit")]
    Broken,
    /// The browser's cryptography failed.
    #[error("the browser's cryptography failed: {0}")]
    Failed(String),
}

/// One key that seals and opens (AES-256-GCM). What is sealed carries its own initialisation vector,
/// new at each sealing.
#[allow(async_fn_in_trait, reason = "one thread: browsers and tests; no Send bound is wanted")]
pub trait Cipher {
    /// A name of the key that tells nothing of it; every envelope carries it.
    fn id(&self) -> &str;

    /// Seals `plain`; only the same `place` opens it.
    async fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError>;

    /// Opens what [`Self::seal`] made.
    async fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError>;
}

/// What opens the lock.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// What the person types every time.
    Pin(&'a str),
    /// What was written down once: 128 random bits.
    Recovery(&'a [u8; 16]),
}

/// Where keys are made and wrapped. The key itself never comes out of it.
#[allow(async_fn_in_trait, reason = "one thread: browsers and tests; no Send bound is wanted")]
pub trait KeyMaker {
    /// A key in use.
    type Cipher: Cipher;

    /// A new random key, and its wrappings under both secrets.
    async fn create(
        &self,
        pin: &str,
        recovery: &[u8; 16],
    ) -> Result<(WrappedKeys, Self::Cipher), CipherError>;

    /// The key, if the secret fits; [`CipherError::Broken`] if it does not.
    async fn unwrap(&self, keys: &WrappedKeys, secret: Secret<'_>) -> Result<Self::Cipher, CipherError>;

    /// The same key under another PIN, if the secret fits.
    async fn rewrap(
        &self,
        keys: &WrappedKeys,
        secret: Secret<'_>,
        pin: &str,
    ) -> Result<WrappedKeys, CipherError>;
}
