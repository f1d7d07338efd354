//! The rules of the work: standards, procedures, judgement, tasks and results.
//!
//! Pure: no screen, storage, network, clock or randomness. Times and ids are arguments.

pub mod alarm;
pub mod answer;
pub mod authorship;
pub mod caveat;
pub mod clause;
pub mod clock;
pub mod estate;
pub mod hash;
pub mod judge;
pub mod measure;
pub mod procedure;
pub mod quantity;
pub mod record;
pub mod standard;
pub mod task;
pub mod text;
pub mod verdict;
pub mod violation;
