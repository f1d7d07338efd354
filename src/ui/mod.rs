//! Everything a person sees. Rules live in `domain`; nothing here computes a verdict or a score.

// Leptos makes a struct of every component's properties, which cannot carry docs of their own;
// each component has its line.
#![allow(missing_docs)]

pub mod address;
pub mod app;
pub mod components;
pub mod i18n;
pub mod icons;
pub mod pages;
pub mod platform;
pub mod prelude;
pub mod state;
