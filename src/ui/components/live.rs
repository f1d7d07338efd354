//! Parts of a view that follow signals, all of one type. A closure straight in a view costs its
//! own copy of the renderer for each type of view that it makes; these share one.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// A part that is made anew when a signal it read changes.
pub type Live = Arc<Mutex<dyn FnMut() -> AnyView + Send>>;

/// A part that is always there.
pub fn live<V: IntoView + 'static>(view: impl Fn() -> View<V> + Send + 'static) -> Live {
    Arc::new(Mutex::new(move || view().into_inner().into_any()))
}

/// A part that is there only at times.
pub fn live_if<V: IntoView + 'static>(view: impl Fn() -> Option<View<V>> + Send + 'static) -> Live {
    Arc::new(Mutex::new(move || match view() {
        Some(view) => view.into_inner().into_any(),
        None => ().into_any(),
    }))
}
