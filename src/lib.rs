//! Rounds (巡检本): the day's property-service checks on a phone, kept without signal, delivered once.
//!
//! Layers, each of which may use only those before it:
//!
//! 0. [`json`]: typed data from JSON text.
//! 1. [`domain`]: the rules. No screen, browser, clock or randomness.
//! 2. [`standards`]: the standards pack as embedded data, and its loader.
//! 3. [`store`]: what the phone keeps, behind one trait; a memory twin for tests.
//! 4. [`sync`]: the wire types and the pure engine that delivers the outbox.
//! 5. `ui` (feature `ui`): everything a person sees.
//!
//! `cargo check --lib --no-default-features` proves that 1 to 4 stand without 5.

pub mod domain;
pub mod json;
pub mod standards;
pub mod store;
pub mod sync;
#[cfg(all(feature = "ui", target_arch = "wasm32"))]
pub mod ui;
