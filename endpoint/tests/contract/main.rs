//! The whole contract against the real router and a real SQLite file, in memory but for the disk.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

mod blobs;
mod enrol;
mod harness;
mod heard_out;
mod kill;
mod pull;
mod push;
mod put;
mod restore;
mod shape;
mod static_app;
mod writers;
