//! `PUT /v1/{kind}/{id}`: a manager changes a server-owned record on top of a known revision.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds::domain::estate::{Place, Site, Staff};
use rounds::domain::standard::Standard;
use rounds::domain::task::Task;
use rounds::sync::protocol::{DeviceRole, Problem, PulledRecord};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::Device;
use crate::extract::{InPath, parse_json, read_body, require_json};
use crate::problem::Fault;
use crate::state::AppState;
use crate::store::{PutOutcome, Record};

const MAX_RECORD_BYTES: usize = 1024 * 1024;
const KINDS: [&str; 6] = ["site", "staff", "place", "standard", "plan", "task"];

/// True for the kinds of record that a manager may change.
pub(super) fn is_kind(kind: &str) -> bool {
    KINDS.contains(&kind)
}

#[utoipa::path(
    put,
    path = "/v1/{kind}/{id}",
    params(
        ("kind" = String, Path, description = "site, staff, place, standard, plan or task"),
        ("id" = String, Path, description = "Its id; of a standard `id@edition`"),
        ("If-Match" = String, Header, description = "The revision changed from; 0 makes a new record")
    ),
    request_body = Value,
    security(("device" = [])),
    responses(
        (status = 200, description = "Changed", body = PulledRecord),
        (status = 201, description = "Made", body = PulledRecord),
        (status = 401, description = "Not enrolled", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`role-not-allowed`, `site-not-yours` or `device-revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`no-such-call`: no such kind", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "`body-too-slow`: send it again", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`edition-in-use`: make a new edition", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-revision`: pull, then change again", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`wrong-shape` or `id-mismatch`", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`revision-missing`", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn put(
    State(state): State<AppState>,
    device: Device,
    InPath((kind, id)): InPath<(String, String)>,
    request: axum::extract::Request,
) -> Result<Response, Fault> {
    if !is_kind(&kind) {
        return Err(Fault::no_such_call());
    }
    if device.role != DeviceRole::Manager {
        return Err(forbidden(
            "role-not-allowed",
            "Only a manager changes this. Ask the manager of the site.",
        ));
    }
    let base = revision(request.headers())?;
    require_json(request.headers())?;
    let bytes = read_body(request, MAX_RECORD_BYTES, "record-too-large").await?;
    let record = read_record(&kind, &id, &bytes)?;
    let makes_site = kind == "site" && base == 0;
    if !(record.site.is_empty() || device.sees(&record.site) || makes_site) {
        return Err(not_yours());
    }
    match state.store.put(&device, &record, base).await? {
        PutOutcome::Written(rev) => {
            let status = if base == 0 { StatusCode::CREATED } else { StatusCode::OK };
            let body = PulledRecord { kind, id, rev, deleted: false, body: record.body };
            Ok((status, [(header::ETAG, format!("\"{rev}\""))], Json(body)).into_response())
        }
        PutOutcome::Stale(rev) => {
            let detail = format!(
                "The record is at revision {rev} now. Pull, look at the change, then change it again."
            );
            Err(Fault::new(StatusCode::PRECONDITION_FAILED, "stale-revision", "Someone was first", detail))
        }
        PutOutcome::NotYours => Err(not_yours()),
        PutOutcome::InUse => Err(Fault::new(
            StatusCode::CONFLICT,
            "edition-in-use",
            "The edition is in use",
            "Results were judged by this edition, so it stays as it is. Write a new edition.",
        )),
    }
}

fn revision(headers: &HeaderMap) -> Result<u64, Fault> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        let detail = "Send If-Match with the revision you change from; 0 for a new record.";
        return Err(Fault::new(
            StatusCode::PRECONDITION_REQUIRED,
            "revision-missing",
            "Which revision?",
            detail,
        ));
    };
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    text.parse::<u64>().ok().filter(|rev| i64::try_from(*rev).is_ok()).ok_or_else(|| {
        Fault::bad_request("bad-revision", "If-Match holds a revision's number, such as \"3\".")
    })
}

/// Reads the record as its kind's own shape, so that no phone is ever sent one it cannot read.
fn read_record(kind: &str, id: &str, bytes: &[u8]) -> Result<Record, Fault> {
    let body: Value = parse_json(bytes)?;
    let (own_id, site) = match kind {
        "site" => typed::<Site>(&body).map(|site| (site.id.clone(), site.id))?,
        "staff" => typed::<Staff>(&body).map(|staff| (staff.id, staff.site))?,
        "place" => typed::<Place>(&body).map(|place| (place.id, place.site))?,
        "task" => typed::<Task>(&body).map(|task| (task.id, task.site))?,
        "standard" => typed::<Standard>(&body)
            .map(|standard| (format!("{}@{}", standard.id, standard.edition), String::new()))?,
        _ => (word(&body, "id")?, word(&body, "site")?),
    };
    if own_id != id || id.is_empty() || id.len() > 200 || id.contains('\0') || site.contains('\0') {
        let detail = "The record's own id must be the one in the address, with 1 to 200 bytes.";
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "id-mismatch", "Another id", detail));
    }
    Ok(Record { kind: kind.to_owned(), id: id.to_owned(), site, body })
}

fn typed<T: DeserializeOwned>(body: &Value) -> Result<T, Fault> {
    serde_json::from_value(body.clone()).map_err(|_| wrong_shape())
}

fn word(body: &Value, field: &str) -> Result<String, Fault> {
    body.get(field)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or_else(wrong_shape)
}

fn wrong_shape() -> Fault {
    let detail = "The record lacks a field of its kind or has one of another type.";
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-shape", "Not the expected shape", detail)
}

fn not_yours() -> Fault {
    forbidden("site-not-yours", "The record belongs to a site that this device does not see.")
}

fn forbidden(code: &str, detail: &str) -> Fault {
    Fault::new(StatusCode::FORBIDDEN, code, "Not allowed", detail)
}
