//! The device lock without a browser: what lies on the disk, crashes at every step of turning it on
//! and off, several pages, tries.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod converting;
#[path = "../support/gcm.rs"]
mod gcm;
mod lock;
mod pages;
mod rows;
mod work;
