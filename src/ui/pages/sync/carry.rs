//! Sending now, and carrying by hand: a file out of this phone, and another phone's file into it.

use crate::ui::prelude::*;
use leptos::task::spawn_local;

use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::state::delivery::{ImportNote, use_delivery};

/// The three buttons with what came of them.
#[component]
pub(super) fn Carry() -> impl IntoView {
    let delivery = use_delivery();
    let busy = Memo::new(move |_| delivery.transfer.with(Option::is_some));
    let take = move |event: leptos::ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        // Picking the same file again is to be heard as well.
        input.set_value("");
        if let Some(file) = file {
            spawn_local(delivery.import(file));
        }
    };
    view! {
        <div class="button-row">
            <button type="button" class="button primary" data-testid="sync-now" on:click=move |_| delivery.send_now()>
                <Icon paths=icons::ARROW_UP /><span>{tr(Msg::SendNow)}</span>
            </button>
            <button type="button" class="button" data-testid="export-queue" prop:disabled=move || busy.get()
                on:click=move |_| spawn_local(delivery.export())>
                <Icon paths=icons::DOWNLOAD /><span>{tr(Msg::ExportQueue)}</span>
            </button>
            <label class="button import" class:busy=move || busy.get()>
                <Icon paths=icons::PLUS /><span>{tr(Msg::ImportQueue)}</span>
                <input type="file" class="file-under" accept=".json,application/json" data-testid="import-queue"
                    prop:disabled=move || busy.get() on:change=take />
            </label>
        </div>
        {move || busy.get().then(|| view! {
            <div class="progress-line slow" data-testid="transfer-progress">
                <progress max=move || delivery.transfer.get().map_or(1, |(_, of)| of.max(1))
                    prop:value=move || delivery.transfer.get().map_or(0.0, |(done, _)| done as f64) aria-label=tr(Msg::Transferring)></progress>
                <span>{tr(Msg::Transferring)}</span>
            </div>
        })}
        {move || delivery.export_note.get().map(|note| view! { <p class="hint" role="status" data-testid="export-note">{note}</p> })}
        {move || delivery.import_note.get().map(|note| outcome(&note))}
    }
}

/// What taking in a file came to.
fn outcome(note: &ImportNote) -> AnyView {
    let (summary, kind) = match note {
        ImportNote::Done(summary) if summary.faults.is_empty() => (Some(summary), "ok"),
        ImportNote::Done(summary) => (Some(summary), "warn"),
        ImportNote::BrokenOff(summary, _) => (Some(summary), "error"),
        ImportNote::Unreadable | ImportNote::Refused(_) => (None, "error"),
    };
    let faults = summary.map(|summary| summary.faults.as_slice()).unwrap_or_default();
    let lines: Vec<_> = faults.iter().map(|fault| view! { <li>{i18n::import_fault(fault)}</li> }).collect();
    view! {
        <div class="notice" data-kind=kind role="status" data-testid="import-note"
            data-taken=summary.map(|s| s.taken.to_string()) data-known=summary.map(|s| s.known.to_string())
            data-faults=summary.map(|s| s.faults.len().to_string())>
            <Icon paths=if kind == "ok" { icons::CHECK } else { icons::WARNING } />
            <div>
                <p>{i18n::import_note(note)}</p>
                {(!lines.is_empty()).then(|| view! { <ul class="import-faults">{lines}</ul> })}
            </div>
        </div>
    }
}
