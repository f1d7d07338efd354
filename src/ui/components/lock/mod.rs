//! The device lock on `/me`: turned on in three steps, then looked after.

mod form;
mod manage;
mod setup;

use crate::ui::prelude::*;

use crate::ui::i18n::{Msg, tr};
use crate::ui::state::lock::{PhoneLock, use_lock};

pub use form::{Aside, Ask, Input, LockForm, read_new_pin};

/// The lock's section.
#[component]
pub fn LockSection() -> impl IntoView {
    let lock = use_lock();
    let is_on = Memo::new(move |_| lock.lock.with(|lock| lock.state.is_on()));
    view! {
        <section class="settings-group lock-section" aria-labelledby="lock-h">
            <h2 id="lock-h">{tr(Msg::LockTitle)}</h2>
            {move || if is_on.get() {
                manage::manage()
            } else if PhoneLock::is_possible() {
                setup::setup()
            } else {
                view! { <p class="hint" data-testid="lock-impossible">{tr(Msg::LockNeedsHttps)}</p> }
            }}
        </section>
    }
}
