//! Phones, a network and an endpoint in one process, with every fault that can be thought of.
//!
//! The phone's engine, queue and rules run unchanged over the memory twin of its database; the
//! endpoint is its real router over the memory twin of its store. Everything that happens in a
//! [`World`] is a [`step`] of a [`Schedule`], and a schedule comes from one number, so that each run
//! can be had again. A witness ([`ledger`]) writes down what people and phones were promised, and
//! judges after every step whether the [`law`]s hold. Must not know browsers, files, sockets or the
//! real time.

pub mod counts;
mod deeds;
pub mod dice;
pub mod disk;
pub mod figures;
pub mod generate;
pub mod law;
pub mod ledger;
pub mod office;
mod passes;
pub mod person;
pub mod phone;
pub mod plant;
pub mod replay;
pub mod run;
mod schema;
mod settle;
pub mod shrink;
pub mod step;
pub mod storm;
pub mod tasks;
pub mod trace;
pub mod wire;
pub mod world;

pub use generate::schedule;
pub use law::{Broken, Law};
pub use plant::Plant;
pub use run::{Order, Outcome, Tally, run, run_many};
pub use shrink::shrink;
pub use step::Schedule;
pub use world::World;
