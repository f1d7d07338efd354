//! Server-owned records on their way in. Never touches the outbox, drafts or photos.
//!
//! A pull that begins without a cursor is of everything: what it does not meet is gone at the
//! endpoint and leaves the phone at its end, however often the pull was cut in between.

use super::protocol::{PullAnswer, PulledRecord};
use super::reply::{self, Trouble, local};
use super::transport::{Method, Request, Response, TransportError};
use crate::store::identity::{self, PullState};
use crate::store::row::{Row, Table};
use crate::store::{Batch, Store, StoreError};

/// The kind of a [`crate::domain::task::Task`].
const TASK: &str = "task";
const PAGE: usize = 500;

/// Writes a page of pulled records with its cursor, in one transaction.
///
/// Tasks go to their own table by date, everything else (kinds not known too) to the reference
/// table as `kind/id`. A task that was begun on this phone is never taken away.
///
/// # Errors
/// As the store; nothing was changed then, and the page is pulled again.
pub async fn apply<S: Store>(store: &S, page: &PullAnswer) -> Result<(), StoreError> {
    let mut state = identity::pull_state(store).await?;
    if state.cursor.is_none() && state.met.is_none() {
        state.met = Some(Vec::new());
    }
    let mut batch = Batch::new();
    for record in &page.records {
        let name = name(&record.kind, &record.id);
        if record.deleted {
            batch = without(store, batch, &name).await?;
            continue;
        }
        batch = put(batch, record);
        if let Some(met) = &mut state.met {
            met.push(name);
        }
    }
    if !page.more {
        if let Some(met) = state.met.take() {
            batch = without_unmet(store, batch, met).await?;
        }
        state.is_whole = true;
    }
    state.cursor = Some(page.cursor.clone());
    store.commit(identity::put_pull_state(batch, &state)).await.map(|_| ())
}

/// Forgets the cursor, so that the next pull is of everything. What is there stays meanwhile.
///
/// # Errors
/// As the store.
pub async fn forget_cursor<S: Store>(store: &S) -> Result<(), StoreError> {
    store.commit(identity::put_pull_state(Batch::new(), &PullState::default())).await.map(|_| ())
}

pub(super) fn request(token: &str, cursor: Option<&str>) -> Request {
    let path = match cursor {
        Some(cursor) => format!("/v1/pull?cursor={}", encoded(cursor)),
        None => "/v1/pull".to_owned(),
    };
    Request::new(Method::Get, path).bearer(token)
}

pub(super) fn answer(
    reply: Result<Response, TransportError>,
    now_ms: u64,
    asked: Option<&str>,
) -> Result<PullAnswer, Trouble> {
    let page: PullAnswer = reply::json(reply, now_ms)?;
    let goes_nowhere = page.more && asked == Some(page.cursor.as_str());
    if page.cursor.is_empty() || goes_nowhere {
        let note = local("answer-not-believed", 200, "the page leads nowhere");
        return Err(Trouble::Unknown(note));
    }
    Ok(page)
}

fn put(batch: Batch, record: &PulledRecord) -> Batch {
    let json = record.body.to_string();
    if record.kind == TASK {
        let date = record.body.get("date").and_then(|date| date.as_str()).unwrap_or_default();
        batch.put(Table::Tasks, Row::new(record.id.clone(), date, json))
    } else {
        let name = name(&record.kind, &record.id);
        batch.put(Table::Reference, Row::new(name, record.kind.clone(), json))
    }
}

async fn without<S: Store>(store: &S, batch: Batch, name: &str) -> Result<Batch, StoreError> {
    let Some(task) = name.strip_prefix(TASK).and_then(|rest| rest.strip_prefix('/')) else {
        return Ok(batch.delete(Table::Reference, name));
    };
    let is_begun = store.get(Table::Progress, task).await?.is_some()
        || store.count(Table::Drafts, Some(task)).await? > 0;
    if is_begun {
        return Ok(batch);
    }
    // Conditions, so that a tap between the look and the write wins.
    Ok(batch.expect(Table::Progress, task, None).delete(Table::Tasks, task))
}

async fn without_unmet<S: Store>(store: &S, mut batch: Batch, met: Vec<String>) -> Result<Batch, StoreError> {
    let met: std::collections::HashSet<String> = met.into_iter().collect();
    for table in [Table::Reference, Table::Tasks] {
        let mut after = String::new();
        loop {
            let rows = store.page(table, &after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.key);
            for row in rows {
                let name = if table == Table::Tasks { name(TASK, &row.key) } else { row.key };
                if !met.contains(&name) {
                    batch = without(store, batch, &name).await?;
                }
            }
        }
    }
    Ok(batch)
}

fn name(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
