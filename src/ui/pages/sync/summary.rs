//! On top of the ladder: may the phone be handed in, and if not, what is left and what comes next.

use crate::ui::prelude::*;

use crate::store::custody::Unfinished;
use crate::ui::components::icon::Icon;
use crate::ui::i18n;
use crate::ui::icons;
use crate::ui::state::custody::Ladder;
use crate::ui::state::delivery::use_delivery;

/// Is everything received, and if not, what is left.
#[component]
pub(super) fn Summary(ladder: Ladder) -> impl IntoView {
    let delivery = use_delivery();
    let enrolled = Memo::new(move |_| delivery.enrolment.with(Option::is_some));
    let unsent =
        Memo::new(move |_| delivery.status.with(|s| s.counts.pending_records() + s.counts.pending_photos()));
    // Safe is said only together with rows that say the same: they are read after the engine's count.
    let kept_back = Memo::new(move |_| {
        ladder.left.with(|left| {
            left.as_ref().is_none_or(|l| !l.unfinished.is_empty() || l.damaged > 0 || l.waiting > 0)
        })
    });
    let safe = Memo::new(move |_| enrolled.get() && unsent.get() == 0 && !kept_back.get());
    let token = move || if safe.get() { "true" } else { "false" };
    let next =
        Memo::new(move |_| delivery.status.with(|status| status.next_try_ms.filter(|_| unsent.get() > 0)));
    view! {
        <div class="custody" data-testid="custody" data-safe=token>
            {move || view! { <Icon paths=if safe.get() { icons::RECEIVED } else { icons::PHONE } /> }}
            <div class="custody-head" data-testid="safe-to-hand-in" data-safe=token role="status">
                <p class="custody-title">{move || delivery.status.with(|status| i18n::custody(status, enrolled.get(), kept_back.get()))}</p>
                <p class="custody-detail">{move || delivery.status.with(|status| i18n::custody_detail(status, enrolled.get()))}</p>
                {move || (!safe.get()).then(|| left_list(ladder))}
            </div>
            {move || next.get().map(|at| view! { <p class="next-try" data-testid="next-try">{i18n::next_try(at)}</p> })}
        </div>
    }
}

/// What is left on this phone, each with what to do.
fn left_list(ladder: Ladder) -> AnyView {
    let delivery = use_delivery();
    let lines = Memo::new(move |_| {
        let (bytes, damaged) =
            ladder.left.with(|left| left.as_ref().map_or((0, 0), |left| (left.photo_bytes, left.damaged)));
        delivery.status.with(|status| i18n::left_to_send(&status.counts, bytes, damaged))
    });
    let unfinished = move || {
        ladder.left.with(|left| {
            let tasks = left.as_ref().map(|left| left.unfinished.as_slice()).unwrap_or_default();
            tasks.iter().map(unfinished_view).collect_view()
        })
    };
    view! {
        <ul class="left" data-testid="what-is-left">
            {move || lines.get().into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}
            {unfinished}
        </ul>
    }
}

fn unfinished_view(task: &Unfinished) -> AnyView {
    view! {
        <li>
            <a href=format!("/tasks/{}", task.task) data-testid="unfinished-task" data-task-id=task.task.clone()>
                {i18n::unfinished(task)}
            </a>
        </li>
    }
}
