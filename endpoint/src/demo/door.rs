//! `/demo`: a fresh one-time code, and on to the app with it.

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds::sync::protocol::DeviceRole;
use serde::Deserialize;

use crate::cli::CODE_LIFE_MS;
use crate::extract::InQuery;
use crate::problem::Fault;
use crate::secret::Secret;
use crate::state::AppState;
use crate::store::StoreError;

/// Which role to play.
#[derive(Debug, Deserialize)]
pub struct DoorQuery {
    #[serde(default = "butler")]
    role: DeviceRole,
}

/// Enrols whoever opens it; routed only in a demo that listens on loopback.
pub async fn open(
    State(state): State<AppState>,
    InQuery(query): InQuery<DoorQuery>,
) -> Result<Response, Fault> {
    let code = Secret::code().map_err(StoreError::from)?.reveal();
    let expires = state.clock.now().millis() + CODE_LIFE_MS;
    let sites = [super::SITE.to_owned()];
    state.store.add_code(&Secret::code_hash(&code), query.role, &sites, expires).await?;
    let headers: [(HeaderName, String); 3] = [
        (header::LOCATION, format!("/#enrol={code}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

fn butler() -> DeviceRole {
    DeviceRole::Butler
}
