//! The drawings that show a clause's figures, with the measured value on them.

use leptos::prelude::*;

use crate::domain::clause;
use crate::ui::i18n::{Msg, lang, tr};

/// A drawing by its clause; `measured` is written on it when there is one.
#[component]
pub fn Drawing(drawing: clause::Drawing, measured: Signal<Option<String>>) -> impl IntoView {
    let svg = match drawing {
        clause::Drawing::RatGuard => include_str!("../drawings/rat_guard.svg"),
        clause::Drawing::WallDocuments => include_str!("../drawings/wall_documents.svg"),
        clause::Drawing::RingOfPosts => include_str!("../drawings/ring_of_posts.svg"),
        clause::Drawing::DoorWelcome => include_str!("../drawings/door_welcome.svg"),
        clause::Drawing::StepsBack => include_str!("../drawings/steps_back.svg"),
    };
    view! {
        <figure class="drawing" aria-label=tr(Msg::DrawingOfFigures)>
            <div class="drawing-art" aria-hidden="true" data-lang=format!("{:?}", lang()).to_lowercase() inner_html=svg></div>
            {move || measured.get().map(|value| view! { <figcaption class="measured">{tr(Msg::Measured)}" "<strong>{value}</strong></figcaption> })}
        </figure>
    }
}
