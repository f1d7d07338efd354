//! The sync chip: tells 「已存手机 3」 from 「公司已全收到」, in words.

use crate::ui::prelude::*;

use super::icon::Icon;
use crate::sync::status::ChipState;
use crate::ui::address::current;
use crate::ui::i18n;
use crate::ui::icons;
use crate::ui::state::delivery::use_delivery;

/// The chip in the top bar; a link to the custody ladder.
#[component]
pub fn SyncChip() -> impl IntoView {
    let delivery = use_delivery();
    let here = current("/sync");
    let state = Memo::new(move |_| match delivery.counted.get() {
        true => delivery.status.with(|status| status.chip()),
        false => ChipState::Pending,
    });
    let pending = Memo::new(move |_| delivery.status.with(|status| status.counts.pending_records()));
    view! {
        <a
            href="/sync"
            aria-current=here
            class="chip"
            data-testid="sync-chip"
            data-state=move || state.get().token()
            data-pending=move || pending.get().to_string()
        >
            {move || view! { <Icon paths=icon_of(state.get()) /> }}
            <span role="status">{move || i18n::chip(state.get(), pending.get(), delivery.enrolment.with(Option::is_some))}</span>
        </a>
    }
}

fn icon_of(state: ChipState) -> &'static str {
    match state {
        ChipState::Synced => icons::RECEIVED,
        ChipState::Pending | ChipState::Offline | ChipState::Waiting => icons::PHONE,
        ChipState::Sending => icons::ARROW_UP,
        ChipState::Blocked => icons::WARNING,
    }
}
