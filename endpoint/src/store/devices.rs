//! Enrolment codes, devices and their tokens.

use rounds::sync::protocol::DeviceRole;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};
use uuid::Uuid;

use super::tokens::{self, Stage};
use super::{Backend, Store, StoreError, Tx};
use crate::auth::{Device, TokenState};

/// What enrolling needs, made at the edge.
#[derive(Debug)]
pub struct NewDevice<'a> {
    /// Of the code.
    pub code_hash: &'a str,
    /// As the person calls the phone.
    pub name: &'a str,
    /// Made once on the phone.
    pub install_id: &'a str,
    /// Of the new token.
    pub token_hash: &'a str,
    /// When the token ends, in milliseconds since 1970.
    pub token_expires_ms: i64,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
}

/// What a code turned out to be.
#[derive(Debug)]
pub enum CodeState {
    /// It was good, and is used now.
    Taken(Device),
    /// Nobody's.
    Unknown,
    /// It was used before.
    Used,
    /// Older than its time.
    Expired,
}

impl Store {
    /// Keeps a new enrolment code. No sites named: all that the store knows.
    pub async fn add_code(
        &self,
        code_hash: &str,
        role: DeviceRole,
        sites: &[String],
        expires_ms: i64,
    ) -> Result<(), StoreError> {
        let sites = if sites.is_empty() { self.sites().await? } else { sites.to_vec() };
        let sites = serde_json::to_string(&sites)?;
        let sql = match &self.0 {
            Backend::Memory(memory) => {
                return memory.add_code(code_hash, role_name(role), sites, expires_ms).await;
            }
            Backend::Sql(sql) => sql,
        };
        sqlx::query("INSERT INTO enrol_codes (code_sha256, role, sites, expires_ms) VALUES ($1, $2, $3, $4)")
            .bind(code_hash)
            .bind(role_name(role))
            .bind(sites)
            .bind(expires_ms)
            .execute(sql.pool())
            .await?;
        Ok(())
    }

    /// Uses a code up and enrols the phone, in one transaction.
    pub async fn enrol(&self, new: NewDevice<'_>) -> Result<CodeState, StoreError> {
        let mut tx = self.begin().await?;
        let Some((role, sites)) = take_code(&mut tx, new.code_hash, new.now_ms).await? else {
            return why_not(&mut tx, new.code_hash).await;
        };
        let sites: Vec<String> = serde_json::from_str(&sites)?;
        let device_id = upsert_device(&mut tx, &new, &role).await?;
        replace_sites(&mut tx, &device_id, &sites).await?;
        tokens::replace_all(&mut tx, &device_id, &new).await?;
        tx.commit().await?;
        Ok(CodeState::Taken(Device {
            id: device_id,
            install_id: new.install_id.to_owned(),
            role: role_of(&role),
            sites,
        }))
    }

    /// Whose token this is.
    pub async fn device_of_token(&self, token_hash: &str, now_ms: i64) -> Result<TokenState, StoreError> {
        let found = match &self.0 {
            Backend::Memory(memory) => memory.read(|tables| tables.bearer(token_hash)).await?,
            Backend::Sql(sql) => bearer(sql.pool(), token_hash).await?,
        };
        let Some(bearer) = found else { return Ok(TokenState::Unknown) };
        if bearer.revoked {
            return Ok(TokenState::Revoked);
        }
        if bearer.stage == Stage::Replaced {
            return Ok(TokenState::Replaced);
        }
        if bearer.expires_ms <= now_ms {
            return Ok(TokenState::Expired);
        }
        if bearer.stage == Stage::Fresh {
            self.first_use(&bearer.device_id, token_hash).await?;
        }
        let sites = match &self.0 {
            Backend::Memory(memory) => memory.read(|tables| tables.sites_of(&bearer.device_id)).await?,
            Backend::Sql(sql) => sites_of(sql.pool(), &bearer.device_id).await?,
        };
        let role = role_of(&bearer.role);
        Ok(TokenState::Valid(Device { id: bearer.device_id, install_id: bearer.install_id, role, sites }))
    }

    /// Shuts a device out at once; false when there is none.
    pub async fn revoke(&self, device_id: &str, now_ms: i64) -> Result<bool, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => return memory.revoke(device_id, now_ms).await,
            Backend::Sql(sql) => sql,
        };
        let done = sqlx::query("UPDATE devices SET revoked_ms = $1 WHERE device_id = $2")
            .bind(now_ms)
            .bind(device_id)
            .execute(sql.pool())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn sites(&self) -> Result<Vec<String>, StoreError> {
        let sql = match &self.0 {
            Backend::Memory(memory) => return memory.read(|tables| tables.sites()).await,
            Backend::Sql(sql) => sql,
        };
        let rows = sqlx::query("SELECT id FROM records WHERE kind = 'site' AND deleted = 0 ORDER BY id")
            .fetch_all(sql.pool())
            .await?;
        Ok(rows.iter().map(first_text).collect::<Result<_, _>>()?)
    }
}

/// What is known of a token.
pub(super) struct Bearer {
    pub(super) device_id: String,
    pub(super) install_id: String,
    pub(super) role: String,
    pub(super) revoked: bool,
    pub(super) expires_ms: i64,
    pub(super) stage: Stage,
}

async fn bearer(pool: &AnyPool, token_hash: &str) -> Result<Option<Bearer>, StoreError> {
    let row = sqlx::query(
        "SELECT d.device_id, d.install_id, d.role, d.revoked_ms, t.expires_ms, t.stage \
         FROM tokens t JOIN devices d ON d.device_id = t.device_id WHERE t.token_sha256 = $1",
    )
    .bind(token_hash)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Bearer {
        device_id: row.try_get("device_id")?,
        install_id: row.try_get("install_id")?,
        role: row.try_get("role")?,
        revoked: row.try_get::<Option<i64>, _>("revoked_ms")?.is_some(),
        expires_ms: row.try_get("expires_ms")?,
        stage: Stage::of(&row.try_get::<String, _>("stage")?),
    }))
}

async fn sites_of(pool: &AnyPool, device_id: &str) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT site FROM device_sites WHERE device_id = $1 ORDER BY site")
        .bind(device_id)
        .fetch_all(pool)
        .await?;
    Ok(rows.iter().map(first_text).collect::<Result<_, _>>()?)
}

/// Uses a code up, if it is good; its role and its sites as JSON.
async fn take_code(
    tx: &mut Tx,
    code_hash: &str,
    now_ms: i64,
) -> Result<Option<(String, String)>, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.take_code(code_hash, now_ms),
        Tx::Sql(sql) => sql,
    };
    let taken = sqlx::query(
        "UPDATE enrol_codes SET used_ms = $1 \
         WHERE code_sha256 = $2 AND used_ms IS NULL AND expires_ms > $3 RETURNING role, sites",
    )
    .bind(now_ms)
    .bind(code_hash)
    .bind(now_ms)
    .fetch_optional(sql.connection())
    .await?;
    taken.map(|code| Ok((code.try_get("role")?, code.try_get("sites")?))).transpose()
}

async fn why_not(tx: &mut Tx, code_hash: &str) -> Result<CodeState, StoreError> {
    let used = match tx {
        Tx::Memory(memory) => memory.code_is_used(code_hash)?,
        Tx::Sql(sql) => {
            let row = sqlx::query("SELECT used_ms FROM enrol_codes WHERE code_sha256 = $1")
                .bind(code_hash)
                .fetch_optional(sql.connection())
                .await?;
            row.map(|row| row.try_get::<Option<i64>, _>(0)).transpose()?.map(|used| used.is_some())
        }
    };
    Ok(match used {
        None => CodeState::Unknown,
        Some(true) => CodeState::Used,
        Some(false) => CodeState::Expired,
    })
}

async fn upsert_device(tx: &mut Tx, new: &NewDevice<'_>, role: &str) -> Result<String, StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.upsert_device(new.install_id, role),
        Tx::Sql(sql) => sql,
    };
    let row = sqlx::query(
        "INSERT INTO devices (device_id, install_id, name, role, enrolled_ms) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (install_id) DO UPDATE SET name = excluded.name, role = excluded.role, \
         enrolled_ms = excluded.enrolled_ms, revoked_ms = NULL RETURNING device_id",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(new.install_id)
    .bind(new.name)
    .bind(role)
    .bind(new.now_ms)
    .fetch_one(sql.connection())
    .await?;
    Ok(first_text(&row)?)
}

async fn replace_sites(tx: &mut Tx, device_id: &str, sites: &[String]) -> Result<(), StoreError> {
    match tx {
        Tx::Memory(memory) => memory.drop_sites(device_id)?,
        Tx::Sql(sql) => {
            sqlx::query("DELETE FROM device_sites WHERE device_id = $1")
                .bind(device_id)
                .execute(sql.connection())
                .await?;
        }
    }
    for site in sites {
        add_site(tx, device_id, site).await?;
    }
    Ok(())
}

/// Lets a device see one more site.
pub(super) async fn add_site(tx: &mut Tx, device_id: &str, site: &str) -> Result<(), StoreError> {
    let sql = match tx {
        Tx::Memory(memory) => return memory.add_site(device_id, site),
        Tx::Sql(sql) => sql,
    };
    sqlx::query(
        "INSERT INTO device_sites (device_id, site) VALUES ($1, $2) ON CONFLICT (device_id, site) DO NOTHING",
    )
    .bind(device_id)
    .bind(site)
    .execute(sql.connection())
    .await?;
    Ok(())
}

fn first_text(row: &AnyRow) -> Result<String, sqlx::Error> {
    row.try_get(0)
}

fn role_name(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Butler => "butler",
        DeviceRole::Inspector => "inspector",
        DeviceRole::Manager => "manager",
    }
}

/// A name that is none of ours gets the least rights.
fn role_of(name: &str) -> DeviceRole {
    match name {
        "manager" => DeviceRole::Manager,
        "inspector" => DeviceRole::Inspector,
        _ => DeviceRole::Butler,
    }
}
