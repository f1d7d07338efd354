//! `POST /v1/enrol`: a one-time code becomes a device and its token.

use std::net::{IpAddr, Ipv4Addr};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{Extensions, StatusCode};
use rounds::sync::protocol::{EnrolAnswer, EnrolRequest, Problem};

use crate::extract;
use crate::problem::Fault;
use crate::secret::Secret;
use crate::serve::Peer;
use crate::state::AppState;
use crate::store::{CodeState, NewDevice, StoreError};

/// How long a token holds.
pub(super) const TOKEN_LIFE_MS: i64 = 180 * 24 * 3600 * 1000;
const MAX_NAME: usize = 100;

#[utoipa::path(
    post,
    path = "/v1/enrol",
    request_body = EnrolRequest,
    responses(
        (status = 201, description = "Enrolled; the token is told this once", body = EnrolAnswer),
        (status = 404, description = "`enrol-code-wrong`", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "`enrol-code-used` or `enrol-code-expired`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`wrong-shape` or `bad-install`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`too-many-codes`; see Retry-After", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn enrol(
    State(state): State<AppState>,
    extensions: Extensions,
    extract::Json(request): extract::Json<EnrolRequest>,
) -> Result<(StatusCode, Json<EnrolAnswer>), Fault> {
    let now_ms = state.clock.now().millis();
    let install_id = checked_install(&request.install_id)?;
    let made = state.enrol_limit.begin(peer(&extensions), now_ms).map_err(too_many)?;
    let token = Secret::token().map_err(StoreError::from)?.reveal();
    let name: String =
        request.device_name.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    let new = NewDevice {
        code_hash: &Secret::code_hash(&request.code),
        name: &name,
        install_id,
        token_hash: &Secret::token_hash(&token),
        token_expires_ms: now_ms + TOKEN_LIFE_MS,
        now_ms,
    };
    let outcome = state.store.enrol(new).await;
    if matches!(outcome, Ok(CodeState::Taken(_)) | Err(_)) {
        state.enrol_limit.take_back(made);
    }
    Err(match outcome? {
        CodeState::Taken(device) => {
            tracing::info!(device = %device.id, "enrolled");
            let answer = EnrolAnswer { device_id: device.id, token, role: device.role, sites: device.sites };
            return Ok((StatusCode::CREATED, Json(answer)));
        }
        CodeState::Unknown => Fault::new(
            StatusCode::NOT_FOUND,
            "enrol-code-wrong",
            "Wrong code",
            "No such code was given out. Check each digit, or ask for a new code.",
        ),
        CodeState::Used => {
            gone("enrol-code-used", "The code is used up", "Each code opens once. Ask for a new one.")
        }
        CodeState::Expired => {
            gone("enrol-code-expired", "The code is too old", "Codes hold for 15 minutes. Ask for a new one.")
        }
    })
}

/// Where the request came from; in-memory tests have no connection.
fn peer(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<ConnectInfo<Peer>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(Peer(address))| address.ip())
}

fn checked_install(install_id: &str) -> Result<&str, Fault> {
    if (8..=MAX_NAME).contains(&install_id.len()) && install_id.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(install_id);
    }
    Err(Fault::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "bad-install",
        "Not an install id",
        "install_id is 8 to 100 visible ASCII characters, made once on the phone; a UUID serves well.",
    ))
}

fn gone(code: &str, title: &str, detail: &str) -> Fault {
    Fault::new(StatusCode::GONE, code, title, detail)
}

fn too_many(seconds: u64) -> Fault {
    let detail = format!("Too many wrong codes came from your address. Try again in {seconds} seconds.");
    Fault::new(StatusCode::TOO_MANY_REQUESTS, "too-many-codes", "Too many wrong codes", detail)
        .retry_after(seconds)
}
