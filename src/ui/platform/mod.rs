//! The browser's edge: clock, ids, camera files, service worker, preferences, locks.
//!
//! The only place that reads a clock or makes an id; knows nothing of pages.

pub mod clock;
pub mod download;
pub mod idle;
pub mod ids;
pub mod install;
pub mod journal;
pub mod locks;
pub mod photo;
pub mod position;
pub mod prefs;
pub mod room;
pub mod tabs;
pub mod worker;
