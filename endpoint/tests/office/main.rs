//! What the office relies on: export files taken in, backups, tokens, rights.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

#[path = "../contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod cluster;
#[path = "../contract/cluster.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod cluster;
#[path = "../contract/harness.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod harness;
mod other_installs;
#[path = "../contract/place.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod place;
#[path = "../contract/place.rs"]
#[allow(dead_code, reason = "shared with the contract's own tests")]
mod place;
mod slow;
mod tokens;
