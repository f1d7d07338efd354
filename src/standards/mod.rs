//! The standards pack: embedded data with an edition, its loader, its checks and its search.
//!
//! Knows the domain only; nothing of storage, network or screens. A new article is a new file in
//! `pack/` and one line in `embedded`.

mod embedded;
mod fault;
mod practices;
mod search;
mod validate;

pub use embedded::{find, find_standard, pack};
pub use fault::{Fault, PackProblem};
pub use practices::search_practices;
pub use search::{Match, search};
pub use validate::validate;
