//! Tokens after enrolment: renewed by the phone, never in a way that could lock it out.
//!
//! A renewed token opens at once, and the one before it goes on opening until the renewed one is
//! first used: by then the phone has it on disk. So an answer that is lost costs nothing, and a
//! phone that asks twice may use either.

use super::devices::NewDevice;
use super::{Store, StoreError, Tx};

/// Tokens of one device that wait for their first use and were given within a day.
const MAX_FRESH: i64 = 8;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// How far a token is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Given out, not used yet.
    Fresh,
    /// It opens.
    InUse,
    /// A newer one was used since.
    Replaced,
}

/// A token to be given out.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// To which device.
    pub device_id: &'a str,
    /// What is stored of it.
    pub hash: &'a str,
    /// When it ends, in milliseconds since 1970.
    pub expires_ms: i64,
}

impl Store {
    /// Gives a device one more token; false when too many wait for their first use.
    pub async fn renew_token(&self, new: &NewToken<'_>) -> Result<bool, StoreError> {
        let given_after = new.expires_ms - DAY_MS;
        let mut tx = self.begin().await?;
        if count_fresh(&mut tx, new.device_id, given_after).await? >= MAX_FRESH {
            return Ok(false);
        }
        add(&mut tx, new.device_id, new.hash, new.expires_ms, Stage::Fresh).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The first use of a fresh token: every other one of the device is replaced by it.
    pub(super) async fn first_use(&self, device_id: &str, hash: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        match &mut tx {
            Tx::Memory(memory) => memory.first_use(device_id, hash)?,
            Tx::Sql(sql) => {
                // Of two fresh ones used at once the second finds itself replaced, and stays so.
                sqlx::query(
                    "UPDATE tokens SET stage = CASE WHEN token_sha256 = $1 THEN 'in-use' ELSE 'replaced' END \
                     WHERE device_id = $2 AND EXISTS (SELECT 1 FROM tokens f WHERE f.token_sha256 = $3 \
                     AND f.stage = 'fresh')",
                )
                .bind(hash)
                .bind(device_id)
                .bind(hash)
                .execute(sql.connection())
                .await?;
            }
        }
        tx.commit().await
    }
}

/// Enrolment ends every token that the device had.
pub(super) async fn replace_all(tx: &mut Tx, device_id: &str, new: &NewDevice<'_>) -> Result<(), StoreError> {
    match tx {
        Tx::Memory(memory) => memory.drop_tokens(device_id)?,
        Tx::Sql(sql) => {
            sqlx::query("DELETE FROM tokens WHERE device_id = $1")
                .bind(device_id)
                .execute(sql.connection())
                .await?;
        }
    }
    add(tx, device_id, new.token_hash, new.token_expires_ms, Stage::InUse).await
}

async fn add(
    tx: &mut Tx,
    device_id: &str,
    hash: &str,
    expires_ms: i64,
    stage: Stage,
) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.add_token(device_id, hash, expires_ms, stage),
        Tx::Sql(sql) => sql,
    };
    sqlx::query("INSERT INTO tokens (token_sha256, device_id, expires_ms, stage) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(device_id)
        .bind(expires_ms)
        .bind(stage.name())
        .execute(sql.connection())
        .await?;
    Ok(())
}

async fn count_fresh(tx: &mut Tx, device_id: &str, expires_after: i64) -> Result<i64, StoreError> {
    use sqlx::Row;
    let sql = match tx {
        Tx::Memory(memory) => return memory.count_fresh(device_id, expires_after),
        Tx::Sql(sql) => sql,
    };
    let row = sqlx::query(
        "SELECT COUNT(*) FROM tokens WHERE device_id = $1 AND stage = 'fresh' AND expires_ms > $2",
    )
    .bind(device_id)
    .bind(expires_after)
    .fetch_one(sql.connection())
    .await?;
    Ok(row.try_get(0)?)
}

impl Stage {
    /// As stored.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::InUse => "in-use",
            Self::Replaced => "replaced",
        }
    }

    /// A stage that is none of ours opens nothing.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "fresh" => Self::Fresh,
            "in-use" => Self::InUse,
            _ => Self::Replaced,
        }
    }
}
