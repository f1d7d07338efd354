//! `GET /v1/pull`: the server-owned records of the device's sites that changed since a cursor.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rounds::sync::protocol::{Problem, PullAnswer};
use serde::Deserialize;
use utoipa::IntoParams;

use super::cursor::Cursor;
use crate::auth::Device;
use crate::extract::InQuery;
use crate::problem::Fault;
use crate::state::AppState;
use crate::store::pull_scope;

const PAGE: usize = 200;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PullQuery {
    /// From the last answer; absent or empty for everything.
    #[serde(default)]
    cursor: String,
}

#[utoipa::path(
    get,
    path = "/v1/pull",
    params(PullQuery),
    security(("device" = [])),
    responses(
        (status = 200, description = "At most 200 records, newest revision of each", body = PullAnswer),
        (status = 401, description = "`token-missing`, `token-unknown`, `token-replaced` or `token-expired`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`device-revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "`cursor-too-old`: pull again without a cursor", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn pull(
    State(state): State<AppState>,
    device: Device,
    InQuery(query): InQuery<PullQuery>,
) -> Result<Json<PullAnswer>, Fault> {
    if let Some(demo) = &state.demo {
        demo.make_day(&state.store, state.clock.now()).await?;
    }
    let identity = state.store.identity().await?;
    let scope = pull_scope(&device);
    let from = if query.cursor.is_empty() {
        0
    } else {
        let newest = state.store.newest_change().await?;
        Cursor::parse(&query.cursor)
            .filter(|cursor| cursor.fits(&identity, &scope, newest))
            .ok_or_else(cursor_too_old)?
            .change_seq
    };
    let mut changes = state.store.changes_after(&device, from, PAGE as i64 + 1).await?;
    let more = changes.len() > PAGE;
    changes.truncate(PAGE);
    let reached = changes.last().map_or(from, |(change_seq, _)| *change_seq);
    Ok(Json(PullAnswer {
        cursor: Cursor::new(&identity, &scope, reached).to_string(),
        more,
        records: changes.into_iter().map(|(_, record)| record).collect(),
    }))
}

fn cursor_too_old() -> Fault {
    Fault::new(
        StatusCode::GONE,
        "cursor-too-old",
        "The cursor is not good any more",
        "Pull again without a cursor. Records waiting to be sent are not touched by it.",
    )
}
