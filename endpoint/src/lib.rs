//! The JSON endpoint of Rounds: receives each record once, hands out the day's work, serves the app.
//!
//! [`app`] is the whole of it as one router over an [`AppState`], so that tests drive it in memory.
//! It knows the domain and the wire types and nothing of screens.
//!
//! - `api`: one file a call; parses at the edge, answers with problem details.
//! - [`store`]: the database. A receipt leaves this house only after its transaction is durable.
//! - [`photos`]: bytes of photos on disk.
//! - [`demo`]: a made-up estate with today's tasks.
//! - [`static_app`]: the built app with its headers.

mod api;
pub mod auth;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod extract;
mod folder;
mod hear_out;
pub mod limit;
mod log;
mod patience;
pub mod photos;
pub mod problem;
pub mod secret;
pub mod serve;
pub mod state;
pub mod static_app;
pub mod store;
mod tls;

pub use api::app;
pub use state::{AppState, Config, OpenError};
