//! What the office relies on: export files taken in, backups, tokens, rights.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

mod backups;
mod cleaning;
#[path = "../contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod cluster;
mod commands;
#[path = "../contract/harness.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod harness;
mod hashes;
mod imports;
mod matrix;
mod office;
mod other_installs;
mod phone;
#[path = "../contract/place.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod place;
mod restores;
mod slow;
mod tokens;
