//! Reading a file that another phone exported, and taking it in: each record checked by its hash and
//! kept with its own number, author, time and bytes, under the install that made it. Who sends it
//! first does not matter: the endpoint takes each id once.
//!
//! One bad record or photo is named and spoils no other. Taking the same file in twice, or going on
//! after it was cut, changes nothing that is here.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use thiserror::Error;

use super::export::{FORMAT, VERSION, from_install};
use super::protocol::PushItem;
use crate::domain::answer::PhotoRef;
use crate::domain::hash::{is_sha256_hex, sha256_hex};
use crate::domain::record::TASK_FINISH;
use crate::domain::task::Task;
use crate::domain::text::Text;
use crate::json::{read, read_tree};
use crate::store::draft::{Draft, Stamp};
use crate::store::import::{Incoming, IncomingAnswers, IncomingPhoto, take_in, take_in_answers};
use crate::store::outbox::{Origin, OutboxRecord};
use crate::store::{Store, StoreError};

/// Records taken in at a time; fewer where their photos are large.
const BATCH: usize = 50;
/// Photo bytes taken in at a time, beyond the first record's.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// No id is longer.
const LONGEST_ID: usize = 200;

/// Why nothing of a file can be taken in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportError {
    /// The file ends in the middle: it was not copied whole.
    #[error("the file ends in the middle")]
    Truncated,
    /// Not a file that Rounds exported.
    #[error("this is no export of Rounds")]
    WrongFormat,
    /// Made by a newer app.
    #[error("the file is of version {version}")]
    NewerVersion {
        /// The file's version.
        version: u64,
    },
    /// Made on this very phone: all of it is here.
    #[error("this phone made the file")]
    SamePhone,
}

/// Something of a file that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The record's id, the photo's hash, or the item's name; its place in the file where it has none.
    pub what: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A record that lacks a field or has one of another kind.
    RecordShape(String),
    /// A record whose text is not what its hash says.
    RecordDamaged,
    /// A record that is here already with another text; what is here stays.
    RecordDiffers,
    /// A photo that is not what its hash says. The record's text was taken in.
    PhotoDamaged,
    /// A photo that its record names and the file lacks. The record's text was taken in.
    PhotoMissing,
    /// An unfinished answer that cannot be read.
    AnswerDamaged,
    /// A correction that was not finished: it belongs to the phone that has the answer corrected.
    AmendmentLeft,
}

/// What taking in a file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records that were not here before.
    pub taken: u64,
    /// Records that were here already.
    pub known: u64,
    /// Photos that were not here before.
    pub photos: u64,
    /// Unfinished answers that were not here before.
    pub answers: u64,
    /// What could not be taken in.
    pub faults: Vec<Fault>,
}

/// Taking in was broken off; what was taken in until then stays, and the file can be given again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("broken off: {error}")]
pub struct BrokenOff {
    /// What was taken in.
    pub until: Summary,
    /// What the storage said.
    #[source]
    pub error: StoreError,
}

/// A file that can be taken in.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportFile {
    /// The phone that wrote it; empty when it had lost its name.
    pub install_id: String,
    /// The endpoint's name for that phone.
    pub device_id: Option<String>,
    /// When it was written, by that phone's clock.
    pub exported_at: String,
    records: Vec<Value>,
    drafts: Vec<Value>,
    photos: HashMap<String, Value>,
}

/// Reads the file as a whole; its parts are checked when they are taken in.
///
/// # Errors
/// [`ImportError`].
pub fn open(text: &str, own_install_id: &str) -> Result<ImportFile, ImportError> {
    // A mark of the byte order is no part of the text, and some tools put one there.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree: Value = serde_json::from_str(text)
        .map_err(|error| if error.is_eof() { ImportError::Truncated } else { ImportError::WrongFormat })?;
    let Value::Object(mut fields) = tree else { return Err(ImportError::WrongFormat) };
    if fields.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(ImportError::WrongFormat);
    }
    match fields.get("version").and_then(Value::as_u64) {
        Some(version) if version > u64::from(VERSION) => return Err(ImportError::NewerVersion { version }),
        Some(version) if version > 0 => {}
        _ => return Err(ImportError::WrongFormat),
    }
    let mut text_of = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let install_id = text_of("install_id");
    let device_id = Some(text_of("device_id")).filter(|id| !id.is_empty());
    let exported_at = text_of("exported_at");
    if !install_id.is_empty() && install_id == own_install_id {
        return Err(ImportError::SamePhone);
    }
    let mut list = |name: &str| match fields.remove(name) {
        Some(Value::Array(all)) => Ok(all),
        None => Ok(Vec::new()),
        Some(_) => Err(ImportError::WrongFormat),
    };
    let records = list("records")?;
    let drafts = list("drafts")?;
    let mut photos = HashMap::new();
    for photo in list("photos")?.into_iter().chain(list("draft_photos")?) {
        let sha256 = photo.get("sha256").and_then(Value::as_str).unwrap_or_default().to_owned();
        photos.insert(sha256, photo);
    }
    Ok(ImportFile { install_id, device_id, exported_at, records, drafts, photos })
}

/// Takes the file in, a few records a transaction. `new_id` makes the ids under which unfinished
/// answers go on here; `progress` hears how many parts of how many are done.
///
/// # Errors
/// [`BrokenOff`] when the storage fails, such as when it is full.
pub async fn import<S: Store>(
    store: &S,
    file: &ImportFile,
    now_ms: u64,
    new_id: &dyn Fn() -> String,
    progress: &dyn Fn(usize, usize),
) -> Result<Summary, BrokenOff> {
    let mut until = Summary::default();
    match take(store, file, now_ms, new_id, progress, &mut until).await {
        Ok(()) => Ok(until),
        Err(error) => Err(BrokenOff { until, error }),
    }
}

async fn take<S: Store>(
    store: &S,
    file: &ImportFile,
    now_ms: u64,
    new_id: &dyn Fn() -> String,
    progress: &dyn Fn(usize, usize),
    summary: &mut Summary,
) -> Result<(), StoreError> {
    let all = file.records.len() + file.drafts.len();
    let mut batch: Vec<Incoming> = Vec::new();
    let mut bytes = 0;
    for nth in 0..file.records.len() {
        match file.record(nth, now_ms) {
            Ok((incoming, faults)) => {
                bytes += incoming.photos.iter().map(|photo| photo.bytes.len()).sum::<usize>();
                summary.faults.extend(faults);
                batch.push(incoming);
            }
            Err(fault) => summary.faults.push(fault),
        }
        let is_last = nth + 1 == file.records.len();
        if is_last || batch.len() >= BATCH || bytes >= BATCH_BYTES {
            let taken = take_in(store, &batch).await?;
            summary.taken += taken.new;
            summary.known += taken.known;
            summary.photos += taken.photos;
            let differs = |what| Fault { what, why: Why::RecordDiffers };
            summary.faults.extend(taken.clashes.into_iter().map(differs));
            (batch, bytes) = (Vec::new(), 0);
            progress(nth + 1, all);
        }
    }
    for nth in 0..file.drafts.len() {
        let (incoming, faults) = file.answers(nth);
        summary.faults.extend(faults);
        if let Some(incoming) = incoming {
            let taken = take_in_answers(store, &incoming, new_id).await?;
            summary.answers += taken.new;
            summary.photos += taken.photos;
        }
        progress(file.records.len() + nth + 1, all);
    }
    Ok(())
}

impl ImportFile {
    /// How many records the file says it holds.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True when it holds neither records nor unfinished answers.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.drafts.is_empty()
    }

    /// One record, checked; beside it what is wrong with its photos.
    ///
    /// # Errors
    /// The [`Fault`] that keeps it out.
    pub fn record(&self, nth: usize, now_ms: u64) -> Result<(Incoming, Vec<Fault>), Fault> {
        let Some(value) = self.records.get(nth) else {
            return Err(shape(format!("records[{nth}]"), "a record".to_owned()));
        };
        let name = value.get("item_id").and_then(Value::as_str).filter(|id| is_id(id));
        let name = name.map_or_else(|| format!("records[{nth}]"), str::to_owned);
        let item: PushItem = read_tree(value).map_err(|e| shape(name.clone(), e.to_string()))?;
        for (field, is_right) in [
            ("item_id", is_id(&item.item_id)),
            ("kind", is_id(&item.kind)),
            ("body_sha256", is_sha256_hex(&item.body_sha256)),
            ("blobs", item.blobs.iter().all(|blob| is_sha256_hex(&blob.sha256))),
        ] {
            if !is_right {
                return Err(shape(name, format!("{field} expected")));
            }
        }
        if sha256_hex(item.body.as_bytes()) != item.body_sha256 {
            return Err(Fault { what: name, why: Why::RecordDamaged });
        }
        let item = from_install(item, &self.install_id);
        let (photos, faults) = self.photos(item.blobs.iter().map(|blob| blob.sha256.as_str()));
        // Such a photo is at the endpoint already, or never fitted on that phone.
        let faults = faults.into_iter().filter(|fault| fault.why != Why::PhotoMissing).collect();
        Ok((Incoming { seq: item.seq, record: self.outbox_record(item, now_ms), photos }, faults))
    }

    fn outbox_record(&self, item: PushItem, now_ms: u64) -> OutboxRecord {
        let (task, title) = naming(&item);
        let origin_install = item.origin_install.unwrap_or_default();
        let is_its_own = origin_install == self.install_id;
        OutboxRecord {
            kind: item.kind,
            schema: item.schema,
            author: item.author,
            captured: Stamp {
                at: item.captured_at,
                tz: item.tz,
                boot_id: item.boot_id,
                mono_ms: item.mono_ms,
            },
            body: item.body,
            body_sha256: item.body_sha256,
            blobs: item
                .blobs
                .into_iter()
                .map(|blob| PhotoRef { sha256: blob.sha256, len: blob.len, mime: blob.mime })
                .collect(),
            supersedes: item.supersedes,
            task,
            title,
            created_ms: now_ms,
            origin: Some(Origin {
                install_id: origin_install,
                device_id: self.device_id.clone().filter(|_| is_its_own),
            }),
            attempts: 0,
            not_before_ms: 0,
            receipt: None,
            problem: None,
            item_id: item.item_id,
        }
    }

    /// The unfinished answers of one task, and what of them cannot be taken in.
    pub fn answers(&self, nth: usize) -> (Option<IncomingAnswers>, Vec<Fault>) {
        let mut faults = Vec::new();
        let place = format!("drafts[{nth}]");
        let entry = self.drafts.get(nth).unwrap_or(&Value::Null);
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let (Some(task_id), Some(Value::Array(listed))) =
            (text("task_id").filter(|id| is_id(id)), entry.get("answers"))
        else {
            faults.push(Fault { what: place, why: Why::AnswerDamaged });
            return (None, faults);
        };
        let mut answers = Vec::new();
        for answer in listed {
            let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
            let item = text("item").to_owned();
            match read::<Draft>(text("draft")) {
                Ok(draft) if draft.recorded.is_some() => {
                    faults.push(Fault { what: item, why: Why::AmendmentLeft });
                }
                Ok(draft) if is_id(&item) => answers.push((item, draft)),
                _ => faults.push(Fault { what: item, why: Why::AnswerDamaged }),
            }
        }
        let named = answers.iter().flat_map(|(_, draft)| &draft.answer.photos);
        let (photos, of_photos) = self.photos(named.map(|photo| photo.sha256.as_str()));
        faults.extend(of_photos);
        let task = text("task").and_then(|text| read::<Task>(text).ok());
        let incoming = IncomingAnswers {
            task: task.filter(|task| task.id == task_id),
            progress: text("progress").and_then(|text| read(text).ok()).unwrap_or_default(),
            task_id: task_id.to_owned(),
            answers,
            photos,
        };
        (Some(incoming), faults)
    }

    fn photos<'a>(&self, named: impl Iterator<Item = &'a str>) -> (Vec<IncomingPhoto>, Vec<Fault>) {
        let (mut photos, mut faults) = (Vec::new(), Vec::new());
        for sha256 in named {
            let fault = |why| Fault { what: sha256.to_owned(), why };
            let Some(value) = self.photos.get(sha256) else {
                faults.push(fault(Why::PhotoMissing));
                continue;
            };
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            let bytes = text("base64").and_then(|base64| STANDARD.decode(base64).ok());
            match (text("mime"), bytes) {
                (Some(mime), Some(bytes)) if sha256_hex(&bytes) == sha256 => {
                    photos.push(IncomingPhoto { sha256: sha256.to_owned(), mime: mime.to_owned(), bytes });
                }
                _ => faults.push(fault(Why::PhotoDamaged)),
            }
        }
        (photos, faults)
    }
}

/// The task of a record and what to call it, as far as its body tells.
fn naming(item: &PushItem) -> (String, Text) {
    let body: Value = serde_json::from_str(&item.body).unwrap_or_default();
    let task = body.get("task").and_then(Value::as_str).unwrap_or_default().to_owned();
    let wording = body.get("wording").and_then(|wording| read_tree(wording).ok());
    let title = wording.unwrap_or_else(|| match item.kind.as_str() {
        TASK_FINISH => Text::new("任务完成", "Task finished"),
        kind => Text::new(kind, kind),
    });
    (task, title)
}

fn shape(what: String, why: String) -> Fault {
    Fault { what, why: Why::RecordShape(why) }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID
}
