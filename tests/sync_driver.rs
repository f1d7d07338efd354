//! Delivery end to end on the memory store: a phone, an endpoint, and everything between failing.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

#[path = "sync_driver/enrolment.rs"]
mod enrolment;
#[path = "sync_driver/importing.rs"]
mod importing;
#[path = "sync_driver/photos.rs"]
mod photos;
#[path = "sync_driver/pulling.rs"]
mod pulling;
#[path = "sync_driver/random.rs"]
mod random;
#[path = "sync_driver/records.rs"]
mod records;
#[path = "sync_driver/renewing.rs"]
mod renewing;
#[path = "sync_driver/storage.rs"]
mod storage;
#[path = "sync_driver/trouble.rs"]
mod trouble;
