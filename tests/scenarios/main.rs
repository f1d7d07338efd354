//! User stories on the memory store: from a day's tasks to records ready to be delivered.

#![cfg(not(target_arch = "wasm32"))]

mod amending;
mod custody;
mod finishing;
mod today;
mod world;
