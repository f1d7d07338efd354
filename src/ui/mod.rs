//! Everything a person sees. Rules live in `domain`; nothing here computes a verdict or a score.

pub mod app;
pub mod components;
pub mod i18n;
pub mod icons;
pub mod pages;
pub mod platform;
pub mod state;
