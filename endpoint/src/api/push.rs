//! `POST /v1/push`: records in, one outcome each, receipts only after the commit.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use rounds::sync::protocol::{
    MAX_PUSH_BYTES, MAX_PUSH_ITEMS, PROTOCOL, Problem, PushAnswer, PushRequest, Seen,
};
use serde::Deserialize;
use serde_json::Value;

use super::incoming::{self, MAX_EXACT};
use crate::auth::Device;
use crate::extract::{parse_json, read_body, require_json};
use crate::problem::Fault;
use crate::state::AppState;
use crate::store::{Arrival, Envelope, Store, StoreError};

/// A push whose records are read one by one.
#[derive(Deserialize)]
struct LenientPush {
    protocol: u32,
    device_id: String,
    install_id: String,
    next_seq: u64,
    pending: u64,
    seen: Seen,
    items: Vec<Value>,
}

#[utoipa::path(
    post,
    path = "/v1/push",
    request_body = PushRequest,
    security(("device" = [])),
    responses(
        (status = 200, description = "One outcome a record, in order; what has a receipt is durable", body = PushAnswer),
        (status = 400, description = "`bad-json` or `unknown-protocol`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`token-missing`, `token-unknown`, `token-replaced` or `token-expired`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`device-revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "`body-too-slow`: send it again", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`device-mismatch`", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`push-too-large` or `too-many-items`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`wrong-shape`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`store-unavailable`; see Retry-After", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn push(
    State(state): State<AppState>,
    device: Device,
    request: Request,
) -> Result<Json<PushAnswer>, Fault> {
    require_json(request.headers())?;
    let bytes = read_body(request, MAX_PUSH_BYTES, "push-too-large").await?;
    let push: LenientPush = parse_json(&bytes)?;
    check_envelope(&push, &device)?;
    let mut arrivals: Vec<Arrival> = push.items.iter().map(|item| incoming::check(item, &device)).collect();
    flag_unknown_editions(&state.store, &mut arrivals).await?;
    let envelope = Envelope {
        install_id: push.install_id,
        next_seq: push.next_seq,
        pending: push.pending,
        seen: push.seen,
    };
    let answer = state.store.receive(&device, &envelope, &arrivals, state.clock.now()).await?;
    Ok(Json(answer))
}

fn check_envelope(push: &LenientPush, device: &Device) -> Result<(), Fault> {
    if push.protocol != PROTOCOL {
        let detail = format!(
            "This endpoint speaks protocol {PROTOCOL}. Keep all records and update the app or the endpoint."
        );
        return Err(Fault::bad_request("unknown-protocol", detail));
    }
    if push.device_id != device.id {
        let detail =
            "device_id is not the one that the token was given to. Keep all records and enrol again.";
        return Err(Fault::new(StatusCode::CONFLICT, "device-mismatch", "Another device's token", detail));
    }
    if push.items.len() > MAX_PUSH_ITEMS {
        let detail = format!("Send at most {MAX_PUSH_ITEMS} records in one push.");
        return Err(Fault::too_large("too-many-items", detail));
    }
    let install_fits = (1..=100).contains(&push.install_id.len()) && !push.install_id.contains('\0');
    let numbers_fit =
        [push.seen.epoch, push.seen.server_seq, push.next_seq, push.pending].iter().all(|n| *n <= MAX_EXACT);
    if install_fits && numbers_fit {
        return Ok(());
    }
    let detail = "install_id holds 1 to 100 characters, and numbers must stay below 2^53.";
    Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-shape", "Not the expected shape", detail))
}

/// Flags results that were judged by an edition that the store does not have.
pub(crate) async fn flag_unknown_editions(store: &Store, arrivals: &mut [Arrival]) -> Result<(), StoreError> {
    for received in arrivals.iter_mut().filter_map(|arrival| arrival.checked.as_mut().ok()) {
        if let Some(standard) = &received.standard
            && !store.has_record("standard", standard).await?
        {
            received.flags.push("unknown-edition");
        }
    }
    Ok(())
}
