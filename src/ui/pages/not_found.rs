//! An address that leads nowhere.

use crate::ui::prelude::*;

use crate::ui::components::frame::Page;
use crate::ui::i18n::{Msg, tr};

/// Says so, and leads home.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Page title=tr(Msg::NotFound)>
            <div class="empty">
                <p>{tr(Msg::NotFoundNext)}</p>
                <a href="/" class="button primary">{tr(Msg::BackToToday)}</a>
            </div>
        </Page>
    }
}
