//! Note and photos: the camera always at hand, the note on failing and on request.

use crate::ui::prelude::*;
use leptos::task::spawn_local;
use web_sys::{File, HtmlInputElement};

use crate::domain::answer::PhotoRef;
use crate::domain::verdict::Verdict;
use crate::store::StoreError;
use crate::store::draft::draft_key;
use crate::store::photos::{self, NewPhoto};
use crate::ui::components::icon::Icon;
use crate::ui::components::thumbnail::Thumbnail;
use crate::ui::i18n::{self, Msg, tr};
use crate::ui::icons;
use crate::ui::platform::{clock, photo, position};
use crate::ui::state::alarms::{Alarms, use_alarms};
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// What became of the last pick.
#[derive(Clone, PartialEq)]
enum Picking {
    Nothing,
    Working { done: usize, of: usize },
    Failed(Vec<(String, Failure)>),
}

/// Why one file is not among the photos.
#[derive(Clone, PartialEq)]
pub enum Failure {
    /// It could not be read or shrunk.
    Picture(photo::PhotoError),
    /// It could not be kept; everything else is.
    Storage(StoreError),
}

/// Note and photos of an item. The camera is one tap away always; the note's field opens on failing
/// and on request.
#[component]
pub fn Evidence(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let wanted = RwSignal::new(false);
    let has_some = Memo::new(move |_| item.answer.with(|a| !a.note.is_empty() || !a.photos.is_empty()));
    let open = Memo::new(move |_| {
        wanted.get() || item.verdict.get() == Some(Verdict::Nonconforming) || has_some.get()
    });
    let picking = RwSignal::new(Picking::Nothing);
    view! {
        <div class="evidence" data-open=move || open.get().then_some("true")>
            {move || open.get().then(|| view! { <NoteField desk item /> })}
            <div class="photo-strip">
                <For each=move || item.answer.with(|a| a.photos.clone()) key=|photo| photo.sha256.clone() let:photo>
                    <PhotoTile desk item photo />
                </For>
                <PhotoPicker desk item picking />
                {move || (!open.get()).then(|| view! {
                    <button type="button" class="button quiet add-evidence" data-testid="add-evidence" on:click=move |_| wanted.set(true)>
                        <Icon paths=icons::EDIT />
                        <span>{tr(Msg::AddNote)}</span>
                    </button>
                })}
            </div>
            <div role="status">
                {move || match picking.get() {
                    Picking::Nothing => None,
                    Picking::Working { done, of } => Some(view! {
                        <div class="progress-line">
                            <progress max=of prop:value=done as f64 aria-label=tr(Msg::PhotoWork)></progress>
                            <span>{i18n::photo_progress(done, of)}</span>
                        </div>
                    }),
                    Picking::Failed(failures) => Some(view! {
                        <div class="notice" data-kind="error" data-testid="photo-problem">
                            {failures.iter().map(|(name, why)| view! { <p>{i18n::photo_failure(name, why)}</p> })
                                .collect::<Vec<_>>()}
                        </div>
                    }),
                }}
            </div>
        </div>
    }
}

#[component]
fn NoteField(desk: TaskDesk, item: ItemDesk) -> impl IntoView {
    let note_id = format!("{}-note", item.item().id);
    view! {
        <label class="field-label" for=note_id.clone()>{tr(Msg::Note)}</label>
        <textarea
            id=note_id
            class="note"
            data-testid="note"
            rows="2"
            prop:value=move || item.answer.with(|answer| answer.note.clone())
            on:input:target=move |event| {
                let text = event.target().value();
                desk.change(item, |answer| answer.note = text);
            }
        ></textarea>
    }
}

#[component]
fn PhotoPicker(desk: TaskDesk, item: ItemDesk, picking: RwSignal<Picking>) -> impl IntoView {
    let id = item.item().id;
    let photo_id = format!("{id}-photo");
    let label_for = photo_id.clone();
    let alarms = use_alarms();
    // The page may be killed while the camera is open: the draft is on disk and the address says
    // where to come back to, before it opens.
    let before_camera = move |_| {
        position::remember(&id);
        desk.touch(item);
    };
    let picked = move |input: HtmlInputElement| {
        let files = take_files(&input);
        if !files.is_empty() {
            spawn_local(keep_all(desk, item, files, picking, alarms));
        }
    };
    view! {
        <label class="add-photo" for=label_for>
            <Icon paths=icons::CAMERA />
            <span>{tr(Msg::AddPhoto)}</span>
            <input
                id=photo_id
                class="visually-hidden"
                type="file"
                accept="image/*"
                multiple
                data-testid="photo-input"
                on:click=before_camera
                on:change:target=move |event| picked(event.target())
            />
        </label>
    }
}

#[component]
fn PhotoTile(desk: TaskDesk, item: ItemDesk, photo: PhotoRef) -> impl IntoView {
    let sha256 = StoredValue::new(photo.sha256.clone());
    let remove = move |_| {
        // Taken out first: this tile is gone as soon as the answer no longer names its photo.
        let sha256 = sha256.get_value();
        desk.change(item, |answer| answer.photos.retain(|p| p.sha256 != sha256));
        let key = draft_key(&desk.task().id, &item.item().id);
        // A photo left behind costs room and nothing else; the draft no longer names it.
        spawn_local(async move {
            if desk.settle().await {
                let _ = photos::remove_photo(&desk.phone().store, &sha256, &key).await;
            }
        });
    };
    view! {
        <div class="photo" data-testid="photo" data-sha256=photo.sha256.clone()>
            <Thumbnail sha256=photo.sha256.clone() />
            <button type="button" class="photo-remove" data-testid="photo-remove" aria-label=tr(Msg::RemovePhoto) on:click=remove>
                <Icon paths=icons::TRASH />
            </button>
        </div>
    }
}

/// Shrinks and keeps the files one after another: phones have little memory.
async fn keep_all(
    desk: TaskDesk,
    item: ItemDesk,
    files: Vec<File>,
    picking: RwSignal<Picking>,
    alarms: Alarms,
) {
    let of = files.len();
    let mut failures = Vec::new();
    for (done, file) in files.into_iter().enumerate() {
        picking.set(Picking::Working { done, of });
        let mut kept = keep(desk, item, &file, alarms.is_tight()).await;
        if kept == Err(Failure::Storage(StoreError::Full)) {
            // A smaller picture may still fit.
            kept = keep(desk, item, &file, true).await;
        }
        if let Err(why) = kept {
            failures.push((file.name(), why));
        }
    }
    picking.set(if failures.is_empty() { Picking::Nothing } else { Picking::Failed(failures) });
}

/// The photo first, then the draft that names it: a draft never names a photo that is not there.
async fn keep(desk: TaskDesk, item: ItemDesk, file: &File, tight: bool) -> Result<(), Failure> {
    let photo = photo::shrink(file, tight).await.map_err(Failure::Picture)?;
    let new = NewPhoto {
        bytes: photo.bytes,
        mime: "image/jpeg".to_owned(),
        width: photo.width,
        height: photo.height,
        taken_at: clock::stamp().at,
        draft: draft_key(&desk.task().id, &item.item().id),
    };
    let reference = photos::add_photo(&desk.phone().store, new).await.map_err(Failure::Storage)?;
    desk.change(item, |answer| {
        if answer.photos.iter().all(|kept| kept.sha256 != reference.sha256) {
            answer.photos.push(reference);
        }
    });
    Ok(())
}

/// The picked files; the input is emptied so that the same picture can be picked again.
fn take_files(input: &HtmlInputElement) -> Vec<File> {
    let files: Vec<File> = input
        .files()
        .map(|list| (0..list.length()).filter_map(|at| list.get(at)).collect())
        .unwrap_or_default();
    input.set_value("");
    files
}
