//! An export file taken in by the endpoint itself, under the same rules as a push.
//!
//! Records keep their id, number, install and author; each photo is checked by its hash, and only a
//! photo that a received record speaks of is kept. What is there already is there once, so a file may
//! be taken in again after whatever happened. Knows no commands.

mod file;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rounds::domain::hash::sha256_hex;
use rounds::sync::export::ExportedPhoto;
use rounds::sync::protocol::{Outcome, OutcomeStatus, PushItem};
use serde_json::Value;

pub use file::{File, FileError};

use crate::api::{incoming, incoming::FOREIGN_SITE, push::flag_unknown_editions};
use crate::auth::Device;
use crate::clock::Moment;
use crate::photos::{ImageType, Photos, PhotosError};
use crate::store::{Arrival, Refused, Store, StoreError};

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records that are new here.
    pub stored: usize,
    /// Records that were here.
    pub there: usize,
    /// Records that were not taken, by id, and why.
    pub refused: Vec<(String, String)>,
    /// Photos that are new here.
    pub photos_stored: usize,
    /// Photos that were here.
    pub photos_there: usize,
    /// Photos that were not taken, by hash, and why.
    pub photos_refused: Vec<(String, String)>,
    /// Rows that the phone itself could not read and did not write into the file.
    pub unreadable: Vec<String>,
    /// Tasks in it whose answers are not finished: another phone can go on with them.
    pub unfinished: usize,
    /// True when the file was cut off or changed: more may have been in it.
    pub is_damaged: bool,
}

/// A file could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The photos.
    #[error("the folder of photos: {0}")]
    Photos(#[from] PhotosError),
}

/// Takes a file in. All its records come in one transaction, then each photo by itself.
///
/// # Errors
/// [`ImportError`]; what was taken before it stays, whole, and the file may be taken in again.
pub async fn import(
    store: &Store,
    photos: &Photos,
    bytes: &[u8],
    now: Moment,
) -> Result<Summary, ImportError> {
    let file = File::read(bytes)?;
    let (is_enrolled, device) = device(store, &file, bytes, now).await?;
    let mut summary = Summary {
        unreadable: file.unreadable,
        unfinished: file.drafts.len(),
        is_damaged: file.is_damaged,
        ..Summary::default()
    };
    let mut arrivals: Vec<Arrival> =
        file.records.into_iter().map(|record| arrival(record, &file.install_id, &device)).collect();
    if file.is_damaged {
        arrivals.iter_mut().for_each(doubt);
    }
    if !is_enrolled {
        // Nobody said which sites it may see, so none of them is foreign.
        let checked = arrivals.iter_mut().filter_map(|arrival| arrival.checked.as_mut().ok());
        checked.for_each(|received| received.flags.retain(|flag| *flag != FOREIGN_SITE));
    }
    flag_unknown_editions(store, &mut arrivals).await?;
    let answer = store.take_in(&device, None, &arrivals, now).await?;
    for outcome in answer.outcomes {
        summary.count(outcome);
    }
    for photo in file.photos {
        let sha256 = photo.get("sha256").and_then(Value::as_str).unwrap_or("?").to_owned();
        match take_photo(store, photos, &device, photo, now).await? {
            Taken::New => summary.photos_stored += 1,
            Taken::There => summary.photos_there += 1,
            Taken::Not(reason) => summary.photos_refused.push((sha256, reason.to_owned())),
        }
    }
    Ok(summary)
}

/// Under which device the file's records are kept. A phone that lost its install's id may still have
/// told which device it was; where it told neither, the file stands for itself.
async fn device(store: &Store, file: &File, bytes: &[u8], now: Moment) -> Result<(bool, Device), StoreError> {
    let mut install_id = file.install_id.clone();
    if install_id.is_empty()
        && let Some(device_id) = &file.device_id
    {
        install_id = store.install_of(device_id).await?.unwrap_or_default();
    }
    if install_id.is_empty() || install_id.contains('\0') {
        install_id = format!("file-{}", &sha256_hex(bytes)[..16]);
    }
    store.device_of_file(&install_id, now.millis()).await
}

fn arrival(mut record: Value, install_id: &str, device: &Device) -> Arrival {
    if let Some(fields) = record.as_object_mut() {
        // As `from_install` says it of a record whose type is known.
        fields.entry("origin_install").or_insert_with(|| install_id.into());
    }
    incoming::check(&record, device)
}

/// Refuses a record whose words beside the body were damaged.
fn doubt(arrival: &mut Arrival) {
    // The replacement character stands where bytes were that are no text. Only the body has a hash;
    // a changed author or time would go unseen.
    let Ok(received) = &arrival.checked else { return };
    let beside = PushItem { body: String::new(), ..received.item.clone() };
    let words = serde_json::to_string(&beside).unwrap_or_default();
    if words.contains('\u{FFFD}') {
        arrival.checked = Err(Refused(incoming::damaged()));
    }
}

enum Taken {
    New,
    There,
    Not(&'static str),
}

async fn take_photo(
    store: &Store,
    photos: &Photos,
    device: &Device,
    photo: Value,
    now: Moment,
) -> Result<Taken, ImportError> {
    let Ok(photo) = serde_json::from_value::<ExportedPhoto>(photo) else {
        return Ok(Taken::Not("the photo lacks a field or has one of another type"));
    };
    let Ok(bytes) = STANDARD.decode(&photo.base64) else {
        return Ok(Taken::Not("its bytes cannot be read: the file was changed"));
    };
    if bytes.len() as u64 != photo.len || sha256_hex(&bytes) != photo.sha256 {
        return Ok(Taken::Not("its bytes do not have its SHA-256: the file was changed"));
    }
    let Some(image) = ImageType::of(&bytes) else {
        return Ok(Taken::Not("it is no JPEG, PNG or WebP picture"));
    };
    if store.declared_lengths(device, &photo.sha256).await?.is_empty() {
        return Ok(Taken::Not("no received record of this phone speaks of it"));
    }
    if store.sent_whole(device, &photo.sha256).await?.is_some() {
        return Ok(Taken::There);
    }
    photos.keep(&photo.sha256, bytes).await?;
    store.note_whole(device, &photo.sha256, photo.len, image, now).await?;
    photos.discard(&device.id, &photo.sha256).await?;
    Ok(Taken::New)
}

impl Summary {
    fn count(&mut self, outcome: Outcome) {
        match outcome.status {
            OutcomeStatus::Stored => self.stored += 1,
            OutcomeStatus::Duplicate => self.there += 1,
            OutcomeStatus::Rejected | OutcomeStatus::Deferred => {
                let problem = outcome.problem;
                let reason = problem.map_or_else(String::new, |problem| {
                    format!("{}: {} ({})", problem.title, problem.detail, problem.code())
                });
                self.refused.push((outcome.item_id, reason));
            }
        }
    }
}
