//! What the simulator proves, and that it can fail.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

mod coverage;
mod gap;
mod ordinary;
mod plants;
mod replay;
mod storm;
