//! How old the token is, and the one before it: what renewing needs, in rows of the meta table.
//!
//! The age belongs to one token, told by its hash, so that enrolling anew needs to know nothing of
//! it: an age of another token is no age, and counting begins again.

use serde::{Deserialize, Serialize};

use super::draft::parse;
use super::identity::{self, Enrolment};
use super::row::Table;
use super::{Batch, Store, StoreError};
use crate::domain::hash::sha256_hex;

/// A token is renewed when it is so old, milliseconds.
pub const RENEW_MS: u64 = 30 * 24 * 60 * 60 * 1000;
const AGE: &str = "token_age";

/// The enrolment as it stands, with the token's age.
#[derive(Clone, Debug)]
pub struct Held {
    /// With the token.
    pub enrolment: Enrolment,
    rev: u64,
    age: Age,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Age {
    /// Which token.
    token_sha256: String,
    /// Since when it is here, device wall time, milliseconds since 1970.
    since_ms: u64,
    /// The token before it. An endpoint that was restored from a backup may know only that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

/// The enrolment, if its token is old enough to be renewed. Begins counting where no age is known.
///
/// # Errors
/// As the store, here and below.
pub async fn due<S: Store>(store: &S, now_ms: u64) -> Result<Option<Held>, StoreError> {
    let Some(held) = held(store).await? else { return Ok(None) };
    // A clock that was set back makes the age unknown.
    if held.age.token_sha256.is_empty() || held.age.since_ms > now_ms {
        let previous = held.age.previous.clone();
        let token = held.enrolment.token.clone();
        write(store, &held, token, now_ms, previous).await?;
        return Ok(None);
    }
    Ok((now_ms - held.age.since_ms >= RENEW_MS).then_some(held))
}

/// Keeps a renewed token in place of the one that asked for it; nothing when the phone was enrolled
/// anew meanwhile.
///
/// # Errors
/// As [`due`].
pub async fn keep<S: Store>(store: &S, held: &Held, token: String, now_ms: u64) -> Result<(), StoreError> {
    write(store, held, token, now_ms, Some(held.enrolment.token.clone())).await.map(|_| ())
}

/// Puts the token before the refused one in its place, and that one behind it; false when there is
/// none, true also when another is in place already.
///
/// # Errors
/// As [`due`].
pub async fn fall_back<S: Store>(store: &S, refused: &str) -> Result<bool, StoreError> {
    let Some(held) = held(store).await? else { return Ok(false) };
    if held.enrolment.token != refused {
        return Ok(true);
    }
    let Some(previous) = held.age.previous.clone() else { return Ok(false) };
    // It is as old as can be: once it opens, it is renewed.
    write(store, &held, previous, 0, Some(held.enrolment.token.clone())).await
}

async fn held<S: Store>(store: &S) -> Result<Option<Held>, StoreError> {
    let Some(row) = store.get(Table::Meta, identity::ENROLMENT).await? else { return Ok(None) };
    let enrolment: Enrolment = parse(&row)?;
    let age: Option<Age> = identity::get(store, AGE).await?;
    let age = age.filter(|age| age.token_sha256 == sha256_hex(enrolment.token.as_bytes()));
    Ok(Some(Held { enrolment, rev: row.rev, age: age.unwrap_or_default() }))
}

/// One transaction, on condition that the enrolment still stands as it was read.
async fn write<S: Store>(
    store: &S,
    held: &Held,
    token: String,
    since_ms: u64,
    previous: Option<String>,
) -> Result<bool, StoreError> {
    let age = Age { token_sha256: sha256_hex(token.as_bytes()), since_ms, previous };
    let batch = Batch::new().expect(Table::Meta, identity::ENROLMENT, Some(held.rev));
    let batch = if token == held.enrolment.token {
        batch
    } else {
        identity::put(batch, identity::ENROLMENT, &Enrolment { token, ..held.enrolment.clone() })
    };
    match store.commit(identity::put(batch, AGE, &age)).await {
        Ok(_) => Ok(true),
        // Another tab, or a new enrolment, was faster.
        Err(StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
