//! Targets for a fuzzer: every parser of data from outside.
//!
//! The ordinary tests of the workspace play the corpus and mutations of it through the same
//! functions (`tests/hostile_input.rs`, `endpoint/tests/hostile`).

pub mod endpoint;
pub mod phone;
