//! The real program under the worst: killed at any moment, and its disk after a power cut.
//!
//! Driven from outside, by its command line, its HTTP and the files it leaves. Longer runs and
//! repetition by variables: `ROUNDS_ENDPOINT_KILLS`, `ROUNDS_POWER_CUTS`, `ROUNDS_SEED`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on says where by itself")]

mod chance;
mod check;
mod http;
mod kill;
mod phone;
mod program;

// The recorder is loaded before the C library, as Linux does it.
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod journal;
#[cfg(target_os = "linux")]
mod plants;
#[cfg(target_os = "linux")]
mod power;
