//! Everything that no endpoint has received, as the text of one file.
//!
//! The file carries records as they would be pushed, byte for byte, so that an endpoint or another
//! phone can take them in under the same exactly-once rules; beside them the answers of tasks not
//! finished, for another phone to go on with. It is read row by row: what cannot be read is named,
//! with whatever text it has, and stops nothing. No enrolment is needed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::protocol::PushItem;
use super::push::item;
use crate::store::draft::Draft;
use crate::store::outbox::{OutboxRecord, RecordState};
use crate::store::photos::{self, PhotoState, photo_bytes};
use crate::store::{Store, StoreError, Table, identity};

/// What the file says it is.
pub const FORMAT: &str = "rounds-export";
/// The version of the file's shape.
pub const VERSION: u32 = 1;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Made once on the phone; empty when the phone lost it.
    pub install_id: String,
    /// The endpoint's name for the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Device wall time, RFC 3339 with offset.
    pub exported_at: String,
    /// Records without a receipt, set aside or not, by number.
    pub records: Vec<PushItem>,
    /// Answers not finished, by task.
    #[serde(default)]
    pub drafts: Vec<ExportedTask>,
    /// Photos of finished records that are not at the endpoint.
    pub photos: Vec<ExportedPhoto>,
    /// Photos of the answers in `drafts`: no record names them yet.
    #[serde(default)]
    pub draft_photos: Vec<ExportedPhoto>,
    /// Keys of rows that could not be read and are not among the above.
    pub unreadable: Vec<String>,
    /// The text of those that have one, as it lies on the phone.
    #[serde(default)]
    pub damaged: Vec<DamagedRow>,
}

/// The unfinished answers of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedTask {
    /// The task's id.
    pub task_id: String,
    /// The task's JSON text, where the phone has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The JSON text of how far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
    /// By item.
    pub answers: Vec<ExportedAnswer>,
}

/// One unfinished answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedAnswer {
    /// The task's item.
    pub item: String,
    /// The draft's JSON text.
    pub draft: String,
}

impl Export {
    /// The file's records with the install that made each: what another phone pushes, and what an
    /// endpoint takes. A record that was itself brought to the exporting phone by a file keeps its
    /// own origin.
    pub fn into_items(self) -> impl Iterator<Item = PushItem> {
        let install_id = self.install_id;
        self.records.into_iter().map(move |item| from_install(item, &install_id))
    }
}

/// A record of a file that `install_id` wrote, as it is pushed by anyone else.
pub fn from_install(mut item: PushItem, install_id: &str) -> PushItem {
    item.origin_install.get_or_insert_with(|| install_id.to_owned());
    item
}

/// One photo with its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedPhoto {
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// Such as `image/jpeg`.
    pub mime: String,
    /// Bytes.
    pub len: u64,
    /// The bytes, base64 with padding (RFC 4648, 4).
    pub base64: String,
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamagedRow {
    /// Its table and key.
    pub key: String,
    /// Its text.
    pub text: String,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Records.
    pub records: u64,
    /// Unfinished answers.
    pub answers: u64,
    /// Photos of either.
    pub photos: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
}

/// Gathers the file as one text.
///
/// # Errors
/// As [`export_to`].
pub async fn export<S: Store>(store: &S, exported_at: &str) -> Result<String, StoreError> {
    let mut text = String::new();
    export_to(store, exported_at, &mut |part| text.push_str(&part), &|_, _| ()).await?;
    Ok(text)
}

/// Gathers the file part by part, so that its photos need not all be in memory at once. `progress`
/// hears how many photos of how many are done.
///
/// # Errors
/// [`StoreError`] when the storage itself does not answer. What cannot be read is named in the file.
pub async fn export_to<S: Store>(
    store: &S,
    exported_at: &str,
    part: &mut dyn FnMut(String),
    progress: &dyn Fn(u64, u64),
) -> Result<Exported, StoreError> {
    let mut gathering = Gathering { store, unreadable: Vec::new(), damaged: Vec::new() };
    let records = gathering.records().await?;
    let drafts = gathering.drafts().await?;
    let of_records = [PhotoState::Blocked, PhotoState::Phone, PhotoState::Later];
    let photos = gathering.photo_keys(&of_records).await?;
    let draft_photos = gathering.photo_keys(&[PhotoState::Draft]).await?;
    let mut told = Exported {
        records: records.len() as u64,
        answers: drafts.iter().map(|task| task.answers.len() as u64).sum(),
        ..Exported::default()
    };
    let head = Export {
        format: FORMAT.to_owned(),
        version: VERSION,
        // A damaged identity must not keep the records in.
        install_id: identity::install_id(store).await.ok().flatten().unwrap_or_default(),
        device_id: identity::enrolment(store).await.ok().flatten().map(|e| e.device_id),
        exported_at: exported_at.to_owned(),
        records,
        drafts,
        photos: Vec::new(),
        draft_photos: Vec::new(),
        unreadable: Vec::new(),
        damaged: Vec::new(),
    };
    let head = json(&head);
    // The photos come before what could not be read, so that their own failures are in it.
    let end = head.rfind(",\"photos\"").expect("the field is always written");
    part(head[..end].to_owned());
    let all = (photos.len() + draft_photos.len()) as u64;
    let mut done = 0;
    for (field, keys) in [("photos", photos), ("draft_photos", draft_photos)] {
        part(format!(",\"{field}\":["));
        let mut between = "";
        for sha256 in keys {
            if let Some(photo) = gathering.photo(sha256).await {
                told.photos += 1;
                part(format!("{between}{}", json(&photo)));
                between = ",";
            }
            done += 1;
            progress(done, all);
        }
        part("]".to_owned());
    }
    told.unreadable = gathering.unreadable.len() as u64;
    let (unreadable, damaged) = (json(&gathering.unreadable), json(&gathering.damaged));
    part(format!(",\"unreadable\":{unreadable},\"damaged\":{damaged}}}"));
    Ok(told)
}

/// Reads row by row, and remembers what it could not read.
struct Gathering<'a, S> {
    store: &'a S,
    unreadable: Vec<String>,
    damaged: Vec<DamagedRow>,
}

impl<S: Store> Gathering<'_, S> {
    async fn records(&mut self) -> Result<Vec<PushItem>, StoreError> {
        let mut found = Vec::new();
        for state in [RecordState::Blocked, RecordState::Phone, RecordState::Later] {
            for key in self.store.keys(Table::Outbox, Some(state.group())).await? {
                let read = |row: &crate::store::Row| OutboxRecord::from_row(row).ok();
                if let Some((row, record)) = self.read(Table::Outbox, key, read).await {
                    let item = item(row.seq.unwrap_or_default(), &record);
                    let at = found.partition_point(|other: &PushItem| other.seq <= item.seq);
                    found.insert(at, item);
                }
            }
        }
        Ok(found)
    }

    async fn drafts(&mut self) -> Result<Vec<ExportedTask>, StoreError> {
        let mut tasks: Vec<ExportedTask> = Vec::new();
        for key in self.store.keys(Table::Drafts, None).await? {
            let read = |row: &crate::store::Row| crate::json::read::<Draft>(&row.json).ok();
            let Some((row, draft)) = self.read(Table::Drafts, key, read).await else { continue };
            if !draft.is_unfinished() {
                continue;
            }
            let task_id = row.group;
            let item = row.key.strip_prefix(&format!("{task_id}/")).unwrap_or(&row.key).to_owned();
            let answer = ExportedAnswer { item, draft: row.json };
            match tasks.last_mut().filter(|task| task.task_id == task_id) {
                Some(task) => task.answers.push(answer),
                None => tasks.push(ExportedTask {
                    task: self.text(Table::Tasks, &task_id).await,
                    progress: self.text(Table::Progress, &task_id).await,
                    task_id,
                    answers: vec![answer],
                }),
            }
        }
        Ok(tasks)
    }

    async fn photo_keys(&self, states: &[PhotoState]) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        for state in states {
            keys.extend(self.store.keys(Table::Photos, Some(state.group())).await?);
        }
        Ok(keys)
    }

    async fn photo(&mut self, sha256: String) -> Option<ExportedPhoto> {
        let bytes = photo_bytes(self.store, &sha256).await.ok().flatten();
        let Some(bytes) = bytes else {
            self.unreadable.push(sha256);
            return None;
        };
        // The picture goes along even where nothing more is known of it.
        let meta = photos::photo(self.store, &sha256).await.ok().flatten().map(|photo| photo.meta);
        let mime = meta.map_or_else(|| "image/jpeg".to_owned(), |meta| meta.mime);
        Some(ExportedPhoto { mime, len: bytes.len() as u64, base64: STANDARD.encode(bytes), sha256 })
    }

    async fn read<T>(
        &mut self,
        table: Table,
        key: String,
        read: impl Fn(&crate::store::Row) -> Option<T>,
    ) -> Option<(crate::store::Row, T)> {
        let row = self.store.get(table, &key).await.ok().flatten();
        match row.map(|row| (read(&row), row)) {
            Some((Some(value), row)) => return Some((row, value)),
            Some((None, row)) => {
                let name = format!("{}/{key}", table.name());
                self.damaged.push(DamagedRow { key: name, text: row.json });
            }
            None => {}
        }
        self.unreadable.push(key);
        None
    }

    async fn text(&self, table: Table, key: &str) -> Option<String> {
        self.store.get(table, key).await.ok().flatten().map(|row| row.json)
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data always has JSON")
}
