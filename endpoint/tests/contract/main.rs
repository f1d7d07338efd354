//! The whole contract against the real router: on a real SQLite file by itself, and on the other
//! databases by `backends`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

mod backends;
mod blobs;
mod cluster;
mod cursors;
mod enrol;
mod forked;
mod harness;
mod heard_out;
mod kill;
mod memory;
mod place;
mod pull;
mod push;
mod put;
mod restore;
mod shape;
mod static_app;
mod writers;
