//! The drawings that show a clause's figures, with the measured value on them.

use leptos::prelude::*;

use crate::domain::clause;
use crate::ui::i18n::{self, Msg, tr};

/// A drawing by its clause; `measured` is written on it when there is one.
#[component]
pub fn Drawing(drawing: clause::Drawing, measured: Signal<Option<String>>) -> impl IntoView {
    let labelled = i18n::labelled_drawing(art_of(drawing), tr(label_of(drawing)));
    let art = move || {
        let words = measured.get().map(|value| format!("{} {value}", tr(Msg::Measured))).unwrap_or_default();
        labelled.replace("{{measured}}", &words)
    };
    view! { <figure class="drawing" inner_html=art></figure> }
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
