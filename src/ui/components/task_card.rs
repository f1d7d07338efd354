//! A task on 今日: what, where, until when, how far.

use crate::ui::prelude::*;

use super::icon::Icon;
use crate::domain::task::Task;
use crate::store::draft::Progress;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;

/// A link to the task with its progress.
#[component]
pub fn TaskCard(task: Task, progress: Progress, late: bool) -> impl IntoView {
    // The counts cover only what was touched before; the task says how many there are.
    let total = task.items.len() as u32;
    let done = progress.counts.done().min(total);
    let finished = progress.finished.is_some();
    let state = match (finished, late, done) {
        (true, _, _) => "finished",
        (_, true, _) => "late",
        (_, _, 0) => "new",
        _ => "begun",
    };
    let place = i18n::where_and_whose(&task);
    view! {
        <li class="timeline-row" data-state=state>
            <a
                href=format!("/tasks/{}", task.id)
                class="task-card"
                data-testid="task-card"
                data-task-id=task.id.clone()
                data-done=done.to_string()
                data-total=total.to_string()
                data-state=state
            >
                <span class="task-time">{task.due_minute.map(i18n::minute_of_day)}</span>
                <span class="task-title">{say(&task.title)}</span>
                <span class="task-meta">
                    <Icon paths=icons::BUILDING />
                    {place}
                </span>
                <progress class="task-progress" max=total.max(1) prop:value=f64::from(done) aria-label=tr(Msg::Progress)></progress>
                <span class="task-state">
                    {i18n::task_state(finished, late, done, total, progress.counts.nonconforming)}
                </span>
            </a>
        </li>
    }
}
