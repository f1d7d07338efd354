//! How long the room on this phone lasts, in words.

use crate::ui::prelude::*;

use crate::store::room::{self, RoomLeft};
use crate::ui::i18n;
use crate::ui::platform::{clock, room as browser};
use crate::ui::state::load::load;
use crate::ui::state::phone::use_phone;

/// One line: for about so many days, or that nobody knows.
#[component]
pub fn RoomLine() -> impl IntoView {
    let left = load(|| {
        let store = use_phone().store;
        async move {
            let estimate = browser::look().await.map(|room| (room.used, room.quota));
            // A pace that cannot be read is a pace not known.
            let pace = room::pace(&store, clock::now_ms()).await.ok().flatten();
            room::left(estimate, pace)
        }
    });
    view! {
        // Laid out before it is known, so that nothing jumps.
        <p class="room-line" data-testid="room-left" data-days=move || left.get().and_then(|left| match *left {
            RoomLeft::Days { days, .. } => Some(days.to_string()),
            _ => None,
        })>{move || left.get().map_or_else(String::new, |left| i18n::room_left(*left))}</p>
    }
}
