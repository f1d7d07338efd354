//! Enrolment codes, devices and their tokens.

use rounds::sync::protocol::DeviceRole;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

use super::{Store, StoreError};
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
        sqlx::query("INSERT INTO enrol_codes (code_sha256, role, sites, expires_ms) VALUES ($1, $2, $3, $4)")
            .bind(code_hash)
            .bind(role_name(role))
            .bind(serde_json::to_string(&sites)?)
            .bind(expires_ms)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Uses a code up and enrols the phone, in one transaction.
    pub async fn enrol(&self, new: NewDevice<'_>) -> Result<CodeState, StoreError> {
        let mut write = self.begin_write().await?;
        let taken = sqlx::query(
            "UPDATE enrol_codes SET used_ms = $1 \
             WHERE code_sha256 = $2 AND used_ms IS NULL AND expires_ms > $3 RETURNING role, sites",
        )
        .bind(new.now_ms)
        .bind(new.code_hash)
        .bind(new.now_ms)
        .fetch_optional(write.connection())
        .await?;
        let Some(code) = taken else {
            return why_not(write.connection(), new.code_hash).await;
        };
        let role = code.try_get::<String, _>("role")?;
        let sites: Vec<String> = serde_json::from_str(&code.try_get::<String, _>("sites")?)?;
        let device_id = upsert_device(write.connection(), &new, &role).await?;
        replace_sites(write.connection(), &device_id, &sites).await?;
        replace_token(write.connection(), &device_id, &new).await?;
        write.commit().await?;
        Ok(CodeState::Taken(Device {
            id: device_id,
            install_id: new.install_id.to_owned(),
            role: role_of(&role),
            sites,
        }))
    }

    /// Whose token this is.
    pub async fn device_of_token(&self, token_hash: &str, now_ms: i64) -> Result<TokenState, StoreError> {
        let row = sqlx::query(
            "SELECT d.device_id, d.install_id, d.role, d.revoked_ms, t.expires_ms \
             FROM tokens t JOIN devices d ON d.device_id = t.device_id WHERE t.token_sha256 = $1",
        )
        .bind(token_hash)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(TokenState::Unknown) };
        if row.try_get::<Option<i64>, _>("revoked_ms")?.is_some() {
            return Ok(TokenState::Revoked);
        }
        if row.try_get::<i64, _>("expires_ms")? <= now_ms {
            return Ok(TokenState::Expired);
        }
        let id: String = row.try_get("device_id")?;
        let sites = sqlx::query("SELECT site FROM device_sites WHERE device_id = $1 ORDER BY site")
            .bind(&id)
            .fetch_all(&self.pool)
            .await?;
        let sites = sites.iter().map(first_text).collect::<Result<_, _>>()?;
        let role = role_of(&row.try_get::<String, _>("role")?);
        Ok(TokenState::Valid(Device { id, install_id: row.try_get("install_id")?, role, sites }))
    }

    /// Shuts a device out at once; false when there is none.
    pub async fn revoke(&self, device_id: &str, now_ms: i64) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE devices SET revoked_ms = $1 WHERE device_id = $2")
            .bind(now_ms)
            .bind(device_id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn sites(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT id FROM records WHERE kind = 'site' AND deleted = 0 ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(first_text).collect::<Result<_, _>>()?)
    }
}

async fn why_not(connection: &mut AnyConnection, code_hash: &str) -> Result<CodeState, StoreError> {
    let row = sqlx::query("SELECT used_ms FROM enrol_codes WHERE code_sha256 = $1")
        .bind(code_hash)
        .fetch_optional(connection)
        .await?;
    Ok(match row {
        None => CodeState::Unknown,
        Some(row) if row.try_get::<Option<i64>, _>(0)?.is_some() => CodeState::Used,
        Some(_) => CodeState::Expired,
    })
}

async fn upsert_device(
    connection: &mut AnyConnection,
    new: &NewDevice<'_>,
    role: &str,
) -> Result<String, StoreError> {
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
    .fetch_one(connection)
    .await?;
    Ok(first_text(&row)?)
}

async fn replace_sites(
    connection: &mut AnyConnection,
    device_id: &str,
    sites: &[String],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM device_sites WHERE device_id = $1")
        .bind(device_id)
        .execute(&mut *connection)
        .await?;
    for site in sites {
        add_site(connection, device_id, site).await?;
    }
    Ok(())
}

/// Lets a device see one more site.
pub(super) async fn add_site(
    connection: &mut AnyConnection,
    device_id: &str,
    site: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device_sites (device_id, site) VALUES ($1, $2) ON CONFLICT (device_id, site) DO NOTHING",
    )
    .bind(device_id)
    .bind(site)
    .execute(connection)
    .await?;
    Ok(())
}

async fn replace_token(
    connection: &mut AnyConnection,
    device_id: &str,
    new: &NewDevice<'_>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM tokens WHERE device_id = $1").bind(device_id).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO tokens (token_sha256, device_id, expires_ms) VALUES ($1, $2, $3)")
        .bind(new.token_hash)
        .bind(device_id)
        .bind(new.token_expires_ms)
        .execute(connection)
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
