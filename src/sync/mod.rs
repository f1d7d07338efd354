//! Delivery: at least once on the wire, exactly once in effect. Knows nothing of screens.
//!
//! [`engine`] decides, [`driver`] carries out against a store and a [`transport`]; the rules of the
//! queue are the store's own (`store::outbox`).

pub mod backoff;
pub mod dated;
pub mod driver;
pub mod engine;
pub mod enrol;
mod event;
pub mod export;
mod gate;
#[cfg(target_arch = "wasm32")]
pub mod http;
pub mod import;
mod photo_lane;
pub mod protocol;
pub mod pull;
mod push;
pub mod receipt;
mod renew;
mod reply;
pub mod status;
pub mod transport;

pub use driver::{Driver, Edge};
pub use gate::{LOOK_MS, LOOK_SPREAD_MS, Wake};
pub use status::{ChipState, Phase, PhotoProgress, SyncStatus};
