//! Finishing a task and amending a finished item: drafts become numbered records of the outbox,
//! with their photos, in one transaction. What is recorded is what is on disk, never the screen.

use std::sync::Arc;

use thiserror::Error;

use super::draft::{self, Draft, Progress, Recorded, Revised, Stamp};
use super::outbox::{self, NewRecord, OutboxRecord};
use super::{Batch, Store, StoreError};
use crate::domain::authorship;
use crate::domain::clause::Clause;
use crate::domain::record::{Counts, RESULT, ResultBody, SCHEMA, TASK_FINISH, TaskFinishBody};
use crate::domain::task::{Task, TaskItem};
use crate::domain::violation;

/// Why finishing or amending did not go through. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FinishError {
    /// Another page finished it first.
    #[error("the task is finished already")]
    AlreadyFinished,
    /// Some changes are only on the screen.
    #[error("some changes are not on disk yet")]
    NotSaved,
    /// Items are left open, or an answer amended, without saying why.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// A decided item still violates its rule.
    #[error("an item is not complete")]
    Incomplete,
    /// The amendment says what the record says already.
    #[error("nothing was changed")]
    Unchanged,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who finishes, when, and under which new ids: made at the edge.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who finishes. A result names who answered, where its draft says so.
    pub author: String,
    /// When.
    pub stamp: Stamp,
    /// Milliseconds since 1970, for ordering on the phone alone.
    pub now_ms: u64,
    /// UUIDv7 for the record of the act itself.
    pub record_id: String,
}

/// Finishes `task`: one result a decided item and one record of the finish.
///
/// `clauses` stand in the order of the task's items. `open_because` is needed when items are open.
///
/// # Errors
/// [`FinishError`]; another page that got there first shows as `AlreadyFinished`.
pub async fn finish<S: Store>(
    store: &S,
    task: &Task,
    clauses: &[Arc<Clause>],
    open_because: Option<String>,
    act: &Act,
) -> Result<(), FinishError> {
    let progress = draft::progress_of(store, &task.id).await?;
    if progress.value.finished.is_some() {
        return Err(FinishError::AlreadyFinished);
    }
    let mut drafts: std::collections::HashMap<String, Revised<Draft>> =
        draft::drafts_of(store, &task.id).await?.into_iter().collect();
    let mut batch = Batch::new();
    let mut finished = TaskFinishBody {
        site: task.site.clone(),
        task: task.id.clone(),
        counts: Counts::default(),
        open: Vec::new(),
        open_because,
        results: Vec::new(),
    };
    let mut records = Vec::new();
    for (item, clause) in task.items.iter().zip(clauses) {
        let decided = drafts.remove(&item.id).and_then(|kept| {
            let body = ResultBody::new(task, item, clause, &kept.value.answer)?;
            Some((kept, body))
        });
        let Some((kept, body)) = decided else {
            finished.counts.add(None);
            finished.open.push(item.id.clone());
            continue;
        };
        if !violation::violations(clause, &kept.value.answer).is_empty() {
            return Err(FinishError::Incomplete);
        }
        finished.counts.add(Some(body.verdict));
        finished.results.push(kept.value.record_id.clone());
        records.push(result_record(task, &kept.value, &body, None, act));
        batch = put_recorded(batch, task, item, kept);
    }
    if !finished.open.is_empty() && finished.open_because.as_ref().is_none_or(|why| why.trim().is_empty()) {
        return Err(FinishError::ReasonNeeded);
    }
    let now = Progress { counts: finished.counts, finished: Some(act.record_id.clone()), amending: 0 };
    records.push(OutboxRecord::new(
        NewRecord {
            item_id: act.record_id.clone(),
            kind: TASK_FINISH.to_owned(),
            schema: SCHEMA,
            author: act.author.clone(),
            captured: act.stamp.clone(),
            blobs: Vec::new(),
            supersedes: None,
            task: task.id.clone(),
            title: task.title.clone(),
            created_ms: act.now_ms,
        },
        &finished,
    ));
    batch = draft::put_progress(batch, task, &now, progress.rev);
    batch = outbox::enqueue(store, batch, &records).await?;
    commit(store, batch).await
}

/// Records an amendment of a finished item, superseding what was recorded.
///
/// # Errors
/// [`FinishError`].
pub async fn amend<S: Store>(
    store: &S,
    task: &Task,
    item: &TaskItem,
    clause: &Clause,
    act: &Act,
) -> Result<(), FinishError> {
    let mut progress = draft::progress_of(store, &task.id).await?;
    let (mine, others): (Vec<_>, Vec<_>) =
        draft::drafts_of(store, &task.id).await?.into_iter().partition(|(id, _)| *id == item.id);
    let (_, kept) = mine.into_iter().next().ok_or(FinishError::NotSaved)?;
    let before = kept.value.recorded.clone();
    if before.as_ref().is_some_and(|recorded| recorded.answer == kept.value.answer) {
        return Err(FinishError::Unchanged);
    }
    let reason = kept.value.amend_reason.trim().to_owned();
    if reason.is_empty() {
        return Err(FinishError::ReasonNeeded);
    }
    if !violation::violations(clause, &kept.value.answer).is_empty() {
        return Err(FinishError::Incomplete);
    }
    let mut body = ResultBody::new(task, item, clause, &kept.value.answer).ok_or(FinishError::Incomplete)?;
    body.amended_because = Some(reason);
    let record = result_record(task, &kept.value, &body, before.map(|r| r.record_id), act);
    let mut batch = put_recorded(Batch::new(), task, item, kept);
    let amending = others.iter().filter(|(_, kept)| kept.value.is_amending()).count();
    progress.value.amending = u32::try_from(amending).unwrap_or(u32::MAX);
    batch = draft::put_progress(batch, task, &progress.value, progress.rev);
    let batch = outbox::enqueue(store, batch, &[record]).await?;
    commit(store, batch).await
}

fn result_record(
    task: &Task,
    draft: &Draft,
    body: &ResultBody,
    supersedes: Option<String>,
    act: &Act,
) -> OutboxRecord {
    let new = NewRecord {
        item_id: draft.record_id.clone(),
        kind: RESULT.to_owned(),
        schema: SCHEMA,
        author: authorship::of_record(&draft.author, &act.author).to_owned(),
        captured: draft.changed.clone(),
        blobs: body.photos.clone(),
        supersedes,
        task: task.id.clone(),
        title: body.wording.clone(),
        created_ms: act.now_ms,
    };
    OutboxRecord::new(new, body)
}

/// The draft stays, and says what was recorded of it.
fn put_recorded(batch: Batch, task: &Task, item: &TaskItem, kept: Revised<Draft>) -> Batch {
    let Revised { value: mut draft, rev } = kept;
    draft.recorded = Some(Recorded { record_id: draft.record_id.clone(), answer: draft.answer.clone() });
    draft.amend_reason.clear();
    draft::put_draft(batch, &task.id, &item.id, &draft, rev)
}

async fn commit<S: Store>(store: &S, batch: Batch) -> Result<(), FinishError> {
    match store.commit(batch).await {
        Ok(_) => Ok(()),
        // Whoever changed a row between reading and writing won; the caller reads again.
        Err(StoreError::Conflict { .. }) => Err(FinishError::AlreadyFinished),
        Err(error) => Err(error.into()),
    }
}
