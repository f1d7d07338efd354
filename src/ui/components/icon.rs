//! A small stroke icon; always beside a word, so hidden from screen readers.

use crate::ui::prelude::*;

/// An icon of `icons`, 24 by 24.
#[component]
pub fn Icon(paths: &'static str) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" inner_html=paths></svg> }
}
