//! The drawings that show a clause's figures, with the measured value on them.

use crate::ui::prelude::*;

use crate::domain::clause;
use crate::ui::i18n::{self, Msg, tr};

/// A drawing by its clause; `measured` (what, and how much) stands below it when
/// there is one: a drawing holds several figures, so a value alone would not say which.
#[component]
pub fn Drawing(drawing: clause::Drawing, measured: Signal<Option<String>>) -> impl IntoView {
    let art = i18n::labelled_drawing(art_of(drawing), tr(label_of(drawing)));
    view! {
        <figure class="drawing">
            <div inner_html=art></div>
            {move || measured.get().map(|value| view! {
                <figcaption>{tr(Msg::Measured)} <strong>{value}</strong></figcaption>
            })}
        </figure>
    }
}

fn art_of(drawing: clause::Drawing) -> &'static str {
    match drawing {
        clause::Drawing::RatGuard => include_str!("../drawings/rat_guard.svg"),
        clause::Drawing::WallDocuments => include_str!("../drawings/wall_documents.svg"),
        clause::Drawing::RingOfPosts => include_str!("../drawings/ring_of_posts.svg"),
        clause::Drawing::DoorWelcome => include_str!("../drawings/door_welcome.svg"),
        clause::Drawing::StepsBack => include_str!("../drawings/steps_back.svg"),
    }
}

fn label_of(drawing: clause::Drawing) -> Msg {
    match drawing {
        clause::Drawing::RatGuard => Msg::DrawnRatGuard,
        clause::Drawing::WallDocuments => Msg::DrawnWallDocuments,
        clause::Drawing::RingOfPosts => Msg::DrawnRingOfPosts,
        clause::Drawing::DoorWelcome => Msg::DrawnDoorWelcome,
        clause::Drawing::StepsBack => Msg::DrawnStepsBack,
    }
}
