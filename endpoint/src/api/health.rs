//! `GET /v1/health`: alive, which protocol, which store. Needs no token.

use axum::Json;
use axum::extract::State;
use rounds::sync::protocol::{Health, PROTOCOL, Problem};

use crate::problem::Fault;
use crate::state::AppState;

#[utoipa::path(
    get,
    path = "/v1/health",
    responses(
        (status = 200, description = "The endpoint and its store answer", body = Health),
        (status = 503, description = "The store does not answer", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn health(State(state): State<AppState>) -> Result<Json<Health>, Fault> {
    let identity = state.store.identity().await?;
    Ok(Json(Health {
        service: "rounds-endpoint".to_owned(),
        protocol: PROTOCOL,
        store_id: identity.store_id,
        epoch: identity.epoch,
    }))
}
