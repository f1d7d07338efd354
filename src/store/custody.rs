//! Who holds what: everything on this phone by task, from the unfinished answer to the receipt.
//! Read for screens; reads no more of the received records than is asked for.

use super::draft::{self, Progress, parse};
use super::outbox::{ProblemNote, QueueEntry, RecordState};
use super::photos::{self, PhotoState};
use super::row::Table;
use super::{Store, StoreError};
use crate::domain::record::TASK_FINISH;
use crate::domain::task::Task;
use crate::domain::text::Text;

/// A record with its photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The record.
    pub entry: QueueEntry,
    /// Its photos that are known on this phone, in its order.
    pub photos: Vec<PhotoLine>,
}

/// A photo of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoLine {
    /// Hex SHA-256.
    pub sha256: String,
    /// Where it is.
    pub state: PhotoState,
    /// Bytes.
    pub len: u64,
    /// Not sent again before this, milliseconds since 1970.
    pub not_before_ms: u64,
    /// What the endpoint had against it.
    pub problem: Option<ProblemNote>,
}

/// The records of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLines {
    /// The task's id; empty for records of none.
    pub task: String,
    /// What it is called, where the phone knows.
    pub title: Option<Text>,
    /// Records that it has in all, received ones that are not listed included.
    pub total: u64,
    /// Set aside first, then the newest.
    pub lines: Vec<Line>,
}

/// What is not received, by task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// With something set aside first, then the newest.
    pub tasks: Vec<TaskLines>,
    /// Records not received that are not listed.
    pub more: u64,
    /// Bytes of photos not received.
    pub photo_bytes: u64,
    /// Keys of records that cannot be read; kept as they are.
    pub damaged: Vec<String>,
}

/// A task begun and not finished: its answers are on this phone alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The task's id.
    pub task: String,
    /// What it is called, where the phone knows.
    pub title: Option<Text>,
    /// Answers that no record has.
    pub answers: u64,
    /// Their photos.
    pub photos: u64,
    /// True when the task is finished and its answers are being amended.
    pub is_amendment: bool,
    /// Who answered, each once; drafts of before authors were kept name nobody.
    pub authors: Vec<String>,
}

/// At most `limit` records that are not received or have a photo that is not, and those in `also`
/// whatever became of them.
///
/// # Errors
/// As the store; a record that cannot be read is named, not an error.
pub async fn waiting<S: Store>(store: &S, limit: usize, also: &[String]) -> Result<Waiting, StoreError> {
    let mut waiting = Waiting::default();
    let mut keys: Vec<String> = Vec::new();
    for state in [RecordState::Blocked, RecordState::Phone, RecordState::Later] {
        keys.extend(store.keys(Table::Outbox, Some(state.group())).await?);
    }
    // Ids are in the order of time, so the last are the newest.
    keys.sort_unstable();
    for photo in photos::undelivered(store).await? {
        waiting.photo_bytes += photo.meta.len;
        photo.meta.records.into_iter().for_each(|key| insert(&mut keys, key));
    }
    waiting.more = keys.len().saturating_sub(limit) as u64;
    keys.drain(..keys.len().saturating_sub(limit));
    also.iter().for_each(|key| insert(&mut keys, key.clone()));
    let mut lines = Vec::with_capacity(keys.len());
    for key in keys.iter().rev() {
        match line(store, key).await {
            Ok(line) => lines.extend(line),
            Err(StoreError::Damaged(_)) => waiting.damaged.push(key.clone()),
            Err(error) => return Err(error),
        }
    }
    // What was set aside goes first, and with it its task.
    let (mut first, others): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(Line::is_blocked);
    first.extend(others);
    waiting.tasks = by_task(store, first).await?;
    Ok(waiting)
}

/// At most `limit` received records older than `before`, newest first, but for those in `without`;
/// with the key to go on from, if there are more.
///
/// # Errors
/// As the store; a record that cannot be read is left out.
pub async fn received<S: Store>(
    store: &S,
    before: Option<&str>,
    limit: usize,
    without: &[String],
) -> Result<(Vec<TaskLines>, Option<String>), StoreError> {
    let keys = store.keys(Table::Outbox, Some(RecordState::Received.group())).await?;
    let older = keys.into_iter().rev().filter(|key| before.is_none_or(|before| key.as_str() < before));
    let mut older = older.filter(|key| !without.contains(key));
    let page: Vec<String> = older.by_ref().take(limit).collect();
    let next = older.next().and_then(|_| page.last().cloned());
    let mut lines = Vec::with_capacity(page.len());
    for key in &page {
        lines.extend(line(store, key).await.ok().flatten());
    }
    Ok((by_task(store, lines).await?, next))
}

/// Every task begun and not finished, and every finished one with answers being amended; newest
/// first. A draft that cannot be read counts: it is on this phone alone too.
///
/// # Errors
/// As the store.
pub async fn unfinished<S: Store>(store: &S) -> Result<Vec<Unfinished>, StoreError> {
    let mut found: Vec<(String, Unfinished)> = Vec::new();
    let mut after = String::new();
    loop {
        let rows = store.page(Table::Progress, &after, 500).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.key);
        for row in rows {
            let progress: Progress = parse(&row).unwrap_or_default();
            let is_amendment = progress.finished.is_some();
            if is_amendment && progress.amending == 0 {
                continue;
            }
            let mut task = Unfinished {
                title: None,
                answers: 0,
                photos: 0,
                is_amendment,
                authors: Vec::new(),
                task: row.key,
            };
            for row in store.group(Table::Drafts, &task.task, usize::MAX).await? {
                let Ok(draft) = parse::<draft::Draft>(&row) else {
                    task.answers += 1;
                    continue;
                };
                let counts = if is_amendment { draft.is_amending() } else { draft.is_unfinished() };
                if counts {
                    task.answers += 1;
                    task.photos += draft.answer.photos.len() as u64;
                    if !draft.author.is_empty() && !task.authors.contains(&draft.author) {
                        task.authors.push(draft.author);
                    }
                }
            }
            if task.answers > 0 {
                task.title = title(store, &task.task).await?;
                let at = found.partition_point(|(date, _)| *date >= row.group);
                found.insert(at, (row.group, task));
            }
        }
    }
    Ok(found.into_iter().map(|(_, task)| task).collect())
}

/// Authors of records not received, with how many.
///
/// # Errors
/// As the store.
pub async fn unsent_by_author<S: Store>(store: &S) -> Result<Vec<(String, u64)>, StoreError> {
    let mut authors: Vec<(String, u64)> = Vec::new();
    for (_, record) in super::outbox::undelivered(store).await? {
        match authors.iter_mut().find(|(author, _)| *author == record.author) {
            Some((_, count)) => *count += 1,
            None => authors.push((record.author, 1)),
        }
    }
    Ok(authors)
}

impl Line {
    /// True when the record and all its photos on this phone are received.
    pub fn is_received(&self) -> bool {
        self.entry.state == RecordState::Received
            && self.photos.iter().all(|photo| photo.state == PhotoState::Received)
    }

    /// True when the record or one of its photos was set aside.
    pub fn is_blocked(&self) -> bool {
        self.entry.state == RecordState::Blocked
            || self.photos.iter().any(|photo| photo.state == PhotoState::Blocked)
    }
}

/// Keeps ascending keys ascending, each once.
fn insert(keys: &mut Vec<String>, key: String) {
    if let Err(at) = keys.binary_search(&key) {
        keys.insert(at, key);
    }
}

/// A record with its photos; `None` when it is not in the outbox any more.
async fn line<S: Store>(store: &S, key: &str) -> Result<Option<Line>, StoreError> {
    let Some(entry) = super::outbox::record(store, key).await? else { return Ok(None) };
    let mut lines = Vec::with_capacity(entry.record.blobs.len());
    for blob in &entry.record.blobs {
        let Ok(Some(photo)) = photos::photo(store, &blob.sha256).await else { continue };
        lines.push(PhotoLine {
            sha256: photo.sha256,
            state: photo.state,
            len: photo.meta.len,
            not_before_ms: photo.meta.not_before_ms,
            problem: photo.meta.problem,
        });
    }
    Ok(Some(Line { entry, photos: lines }))
}

async fn by_task<S: Store>(store: &S, lines: Vec<Line>) -> Result<Vec<TaskLines>, StoreError> {
    let mut tasks: Vec<TaskLines> = Vec::new();
    for line in lines {
        match tasks.iter_mut().find(|task| task.task == line.entry.record.task) {
            Some(task) => task.lines.push(line),
            None => tasks.push(TaskLines {
                title: title(store, &line.entry.record.task).await?,
                task: line.entry.record.task.clone(),
                total: 0,
                lines: vec![line],
            }),
        }
    }
    for task in &mut tasks {
        let listed = task.lines.len() as u64;
        let in_all = finished_with(store, &task.task).await?.unwrap_or_default();
        let amendments = task.lines.iter().filter(|line| line.entry.record.supersedes.is_some()).count();
        task.total = listed.max(in_all + amendments as u64);
        if task.title.is_none() {
            let finish = task.lines.iter().find(|line| line.entry.record.kind == TASK_FINISH);
            task.title = finish.map(|line| line.entry.record.title.clone());
        }
    }
    Ok(tasks)
}

/// Records that finishing a task made: its results and its own.
async fn finished_with<S: Store>(store: &S, task: &str) -> Result<Option<u64>, StoreError> {
    let Some(row) = store.get(Table::Progress, task).await? else { return Ok(None) };
    let progress: Progress = parse(&row).unwrap_or_default();
    Ok(progress.finished.map(|_| u64::from(progress.counts.done()) + 1))
}

async fn title<S: Store>(store: &S, task: &str) -> Result<Option<Text>, StoreError> {
    let row = store.get(Table::Tasks, task).await?;
    Ok(row.and_then(|row| parse::<Task>(&row).ok()).map(|task| task.title))
}
