//! Taking in what another phone made: its records with their numbers, photos and unfinished
//! answers, as they are. What is here already stays as it is, so that taking in twice changes
//! nothing. Knows nothing of files: the caller has read and checked them.

use std::collections::BTreeMap;

use super::draft::{self, Draft, Progress, draft_key, parse, to_json};
use super::outbox::{OutboxRecord, RecordState, TRIES};
use super::photos::{self, PhotoMeta, PhotoState, state_and_meta};
use super::row::{Row, Table};
use super::{Batch, Store, StoreError};
use crate::domain::task::Task;

/// A record from another phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// As it is to lie in the outbox; names its origin.
    pub record: OutboxRecord,
    /// The number that its own phone gave it.
    pub seq: u64,
    /// Its photos, as far as they came along.
    pub photos: Vec<IncomingPhoto>,
}

/// A photo from another phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingPhoto {
    /// Hex SHA-256 of the bytes, checked.
    pub sha256: String,
    /// Such as `image/jpeg`.
    pub mime: String,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// Unfinished answers of a task from another phone.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingAnswers {
    /// The task, where the file has it.
    pub task: Option<Task>,
    /// Its id.
    pub task_id: String,
    /// How far it was.
    pub progress: Progress,
    /// By item. None of them has been recorded.
    pub answers: Vec<(String, Draft)>,
    /// Their photos, as far as they came along.
    pub photos: Vec<IncomingPhoto>,
}

/// What taking in came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Records, or answers, that were not here before.
    pub new: u64,
    /// Those that were here already, as they are in the file.
    pub known: u64,
    /// Photos that were not here before.
    pub photos: u64,
    /// Ids of records that are here with other bytes: what is here stays.
    pub clashes: Vec<String>,
}

/// Takes in records, each with its photos, in one transaction: all of them or none.
///
/// # Errors
/// As the store; nothing was changed then.
pub async fn take_in<S: Store>(store: &S, incoming: &[Incoming]) -> Result<TakenIn, StoreError> {
    again(
        async || {
            let mut taken = TakenIn::default();
            let mut batch = Batch::new();
            let mut pictures = Pictures::default();
            let mut met = std::collections::BTreeSet::new();
            for Incoming { record, seq, photos } in incoming {
                let id = &record.item_id;
                let here = store.get(Table::Outbox, id).await?;
                match here.as_ref().map(OutboxRecord::from_row) {
                    Some(Ok(here)) if here.body_sha256 != record.body_sha256 => {
                        taken.clashes.push(id.clone());
                        continue;
                    }
                    None if met.insert(id.clone()) => {
                        taken.new += 1;
                        let row = record.row(RecordState::Phone, Some(*seq));
                        batch = batch.expect(Table::Outbox, id.clone(), None).put(Table::Outbox, row);
                    }
                    _ => taken.known += 1,
                }
                for blob in &record.blobs {
                    let came = photos.iter().find(|photo| photo.sha256 == blob.sha256);
                    pictures.add(store, &blob.sha256, came, &Owner::Record(id)).await?;
                }
            }
            taken.photos = pictures.new;
            Ok((pictures.put(batch), taken))
        },
        store,
    )
    .await
}

/// Takes in unfinished answers of a task in one transaction. An item answered here, and a task
/// finished here, stay as they are. Each answer goes on under an id of its own, made by `new_id`:
/// the phone it came from may still finish it under the old one.
///
/// # Errors
/// As [`take_in`].
pub async fn take_in_answers<S: Store>(
    store: &S,
    incoming: &IncomingAnswers,
    new_id: &dyn Fn() -> String,
) -> Result<TakenIn, StoreError> {
    again(
        async || {
            let mut taken = TakenIn::default();
            let mut batch = Batch::new();
            let mut pictures = Pictures::default();
            let progress = store.get(Table::Progress, &incoming.task_id).await?;
            let finished = match &progress {
                Some(row) => parse::<Progress>(row)?.finished.is_some(),
                None => false,
            };
            for (item, answer) in &incoming.answers {
                let key = draft_key(&incoming.task_id, item);
                if finished || store.get(Table::Drafts, &key).await?.is_some() {
                    taken.known += 1;
                    continue;
                }
                taken.new += 1;
                let draft = Draft { record_id: new_id(), recorded: None, ..answer.clone() };
                batch = draft::put_draft(batch, &incoming.task_id, item, &draft, 0);
                for photo in &draft.answer.photos {
                    let came = incoming.photos.iter().find(|came| came.sha256 == photo.sha256);
                    pictures.add(store, &photo.sha256, came, &Owner::Draft(&key)).await?;
                }
            }
            if taken.new > 0 && progress.is_none() {
                let progress = Progress { amending: 0, ..incoming.progress.clone() };
                let date = incoming.task.as_ref().map(|task| task.date.to_string()).unwrap_or_default();
                let row = Row::new(incoming.task_id.clone(), date, to_json(&progress));
                batch = batch.expect(Table::Progress, row.key.clone(), None).put(Table::Progress, row);
            }
            if let (Some(task), true) = (&incoming.task, taken.new > 0)
                && store.get(Table::Tasks, &task.id).await?.is_none()
            {
                let row = Row::new(task.id.clone(), task.date.to_string(), to_json(task));
                batch = batch.expect(Table::Tasks, task.id.clone(), None).put(Table::Tasks, row);
            }
            taken.photos = pictures.new;
            Ok((pictures.put(batch), taken))
        },
        store,
    )
    .await
}

/// Reads, decides and commits, anew when another tab was faster.
async fn again<S: Store>(
    mut plan: impl AsyncFnMut() -> Result<(Batch, TakenIn), StoreError>,
    store: &S,
) -> Result<TakenIn, StoreError> {
    let mut lost = StoreError::Other("no try was made".to_owned());
    for _ in 0..TRIES {
        let (batch, taken) = plan().await?;
        match store.commit(batch).await {
            Err(conflict @ StoreError::Conflict { .. }) => lost = conflict,
            done => return done.map(|_| taken),
        }
    }
    Err(lost)
}

enum Owner<'a> {
    Record(&'a str),
    Draft(&'a str),
}

/// The photos of one transaction, each once however many records show it.
#[derive(Default)]
struct Pictures<'a> {
    all: BTreeMap<String, Picture<'a>>,
    new: u64,
}

struct Picture<'a> {
    rev: Option<u64>,
    state: PhotoState,
    meta: PhotoMeta,
    bytes: Option<&'a [u8]>,
    changed: bool,
}

impl<'a> Pictures<'a> {
    /// A photo is here already, came along, or neither: text goes without it.
    async fn add<S: Store>(
        &mut self,
        store: &S,
        sha256: &str,
        came: Option<&'a IncomingPhoto>,
        owner: &Owner<'_>,
    ) -> Result<(), StoreError> {
        if !self.all.contains_key(sha256) {
            let here = store.get(Table::Photos, sha256).await?;
            let picture = match (here, came) {
                (Some(row), _) => {
                    // One that cannot be read stays as it is and keeps no text out.
                    let Ok((state, meta)) = state_and_meta(&row) else { return Ok(()) };
                    Picture { rev: Some(row.rev), state, meta, bytes: None, changed: false }
                }
                (None, Some(photo)) => {
                    self.new += 1;
                    Picture::fresh(photo)
                }
                (None, None) => return Ok(()),
            };
            self.all.insert(sha256.to_owned(), picture);
        }
        let picture = self.all.get_mut(sha256).expect("it was just put there");
        picture.belong(owner);
        Ok(())
    }

    fn put(self, mut batch: Batch) -> Batch {
        for (sha256, picture) in self.all {
            if !picture.changed {
                continue;
            }
            batch = batch.expect(Table::Photos, sha256.clone(), picture.rev);
            if let Some(bytes) = picture.bytes {
                let row = Row { bytes: Some(bytes.to_vec()), ..Row::new(sha256.clone(), "", "{}") };
                batch = batch.put(Table::PhotoBytes, row);
            }
            batch = batch.put(Table::Photos, photos::row(&sha256, picture.state, &picture.meta));
        }
        batch
    }
}

impl<'a> Picture<'a> {
    fn fresh(photo: &'a IncomingPhoto) -> Self {
        let meta =
            PhotoMeta { len: photo.bytes.len() as u64, mime: photo.mime.clone(), ..PhotoMeta::default() };
        Self { rev: None, state: PhotoState::Draft, meta, bytes: Some(&photo.bytes), changed: true }
    }

    fn belong(&mut self, owner: &Owner<'_>) {
        let (list, id) = match owner {
            Owner::Record(id) => (&mut self.meta.records, id),
            Owner::Draft(key) => (&mut self.meta.drafts, key),
        };
        if !list.iter().any(|known| known == id) {
            list.push((*id).to_owned());
            self.changed = true;
        }
        if matches!(owner, Owner::Record(_)) && self.state == PhotoState::Draft {
            self.state = PhotoState::Phone;
            self.changed = true;
        }
    }
}
