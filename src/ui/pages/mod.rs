//! One page a route.

pub mod clause;
pub mod lock;
pub mod me;
pub mod not_found;
pub mod standards;
pub mod sync;
pub mod task;
pub mod today;
