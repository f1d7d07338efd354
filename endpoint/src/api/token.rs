//! `POST /v1/token`: a phone renews its token before it runs out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rounds::sync::protocol::{Problem, TokenAnswer};

use super::enrol::TOKEN_LIFE_MS;
use crate::auth::Device;
use crate::problem::Fault;
use crate::secret::Secret;
use crate::state::AppState;
use crate::store::{NewToken, StoreError};

const TRY_AGAIN_SECONDS: u64 = 3600;

#[utoipa::path(
    post,
    path = "/v1/token",
    security(("device" = [])),
    responses(
        (status = 201, description = "A new token, told this once; the one that asked goes on until the new one is first used", body = TokenAnswer),
        (status = 401, description = "`token-missing`, `token-unknown`, `token-replaced` or `token-expired`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`device-revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`too-many-tokens`: eight within a day were never used; see Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`store-unavailable`; see Retry-After", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn renew(
    State(state): State<AppState>,
    device: Device,
) -> Result<(StatusCode, Json<TokenAnswer>), Fault> {
    let token = Secret::token().map_err(StoreError::from)?.reveal();
    let expires = state.clock.now().plus(TOKEN_LIFE_MS);
    let hash = Secret::token_hash(&token);
    let new = NewToken { device_id: &device.id, hash: &hash, expires_ms: expires.millis() };
    if !state.store.renew_token(&new).await? {
        let detail = "Eight new tokens of this device were never used. The one that asked still opens; ask again later.";
        return Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tokens", "Too many tokens", detail)
            .retry_after(TRY_AGAIN_SECONDS));
    }
    tracing::info!(device = %device.id, "renewed its token");
    Ok((StatusCode::CREATED, Json(TokenAnswer { token, expires_at: expires.rfc3339() })))
}
