//! Checks one record of a push, apart from the others: one bad record never holds up the rest.
//!
//! What a person finished is kept even when odd: flags say what is odd, and only what cannot be
//! taken truthfully is refused.

use chrono::DateTime;
use rounds::domain::hash::{is_sha256_hex, sha256_hex};
use rounds::domain::record::{RESULT, ResultBody, SCHEMA, TASK_FINISH, TaskFinishBody};
use rounds::sync::protocol::{Problem, PushItem};
use serde_json::Value;
use uuid::Uuid;

use crate::auth::Device;
use crate::store::{Arrival, ReceivedItem, Refused};

/// The largest whole number that every JSON reader keeps exactly: 2^53 − 1 (RFC 8259, section 6).
pub(super) const MAX_EXACT: u64 = (1 << 53) - 1;
/// The flag of a record whose site its device does not see.
pub(crate) const FOREIGN_SITE: &str = "foreign-site";
const MAX_WORD: usize = 200;
/// As of the install that pushes.
const MAX_INSTALL: usize = 100;

/// Reads and checks one record.
pub(crate) fn check(value: &Value, device: &Device) -> Arrival {
    let item_id = value.get("item_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let checked = serde_json::from_value::<PushItem>(value.clone())
        .map_err(|_| {
            Refused(malformed("The record lacks a field or has one of another type. See /v1/openapi.json."))
        })
        .and_then(|item| checked(item, device));
    Arrival { item_id, raw: value.to_string(), checked }
}

/// A record of a file whose bytes were changed.
pub(crate) fn damaged() -> Problem {
    let detail = "Bytes of the record are no text any more. A copy is kept; look for another export file.";
    problem("record-damaged", "The record was changed in the file", detail)
}

fn checked(item: PushItem, device: &Device) -> Result<ReceivedItem, Refused> {
    check_form(&item).map_err(Refused)?;
    if sha256_hex(item.body.as_bytes()) != item.body_sha256 {
        let detail =
            "body_sha256 is not the SHA-256 of the body's bytes. Set the record aside and export it.";
        return Err(Refused(problem("body-hash-mismatch", "The body was changed", detail)));
    }
    let Ok(body) = serde_json::from_str::<Value>(&item.body) else {
        let detail = "The body is not JSON text. Set the record aside and export it.";
        return Err(Refused(problem("body-not-json", "The body cannot be read", detail)));
    };
    if !matches!(item.kind.as_str(), RESULT | TASK_FINISH) {
        let detail = "This endpoint does not know this kind of record. A copy is kept; set the record aside until the endpoint is newer.";
        return Err(Refused(problem("unknown-kind", "Unknown kind of record", detail)));
    }
    let site = text(&body, "site");
    let standard =
        text(&body, "standard").zip(text(&body, "edition")).map(|(id, edition)| format!("{id}@{edition}"));
    let flags = flags(&item, &body, site.as_deref(), device);
    Ok(ReceivedItem { item, site, standard, flags })
}

fn check_form(item: &PushItem) -> Result<(), Problem> {
    let is_id = |id: &str| Uuid::parse_str(id).is_ok_and(|uuid| uuid.hyphenated().to_string() == id);
    if !is_id(&item.item_id) {
        return Err(malformed("item_id must be a UUID in lower case with hyphens."));
    }
    if item.supersedes.as_deref().is_some_and(|id| !is_id(id) || id == item.item_id) {
        return Err(malformed("supersedes must be the UUID of an earlier record."));
    }
    if !(1..=MAX_EXACT).contains(&item.seq) || item.mono_ms > MAX_EXACT {
        return Err(malformed("seq counts from 1, and numbers must stay below 2^53."));
    }
    let words = [&item.kind, &item.author, &item.captured_at, &item.tz, &item.boot_id];
    if words.iter().any(|word| word.len() > MAX_WORD || word.contains('\0')) {
        return Err(malformed(
            "kind, author, captured_at, tz and boot_id hold at most 200 bytes of plain text.",
        ));
    }
    let is_maker = |id: &str| id.len() <= MAX_INSTALL && !id.contains('\0');
    if !item.origin_install.as_deref().is_none_or(is_maker) {
        return Err(malformed("origin_install holds at most 100 bytes of plain text."));
    }
    let good = item.blobs.iter().all(|blob| {
        is_sha256_hex(&blob.sha256)
            && blob.len <= MAX_EXACT
            && blob.mime.len() <= MAX_WORD
            && !blob.mime.contains('\0')
    });
    if !good {
        return Err(malformed(
            "Each photo needs its SHA-256 in lower-case hex, its length and its media type.",
        ));
    }
    Ok(())
}

fn flags(item: &PushItem, body: &Value, site: Option<&str>, device: &Device) -> Vec<&'static str> {
    let mut flags = Vec::new();
    if item.schema != SCHEMA {
        flags.push("unknown-schema");
    } else if !has_known_shape(&item.kind, body) {
        flags.push("unexpected-shape");
    }
    if site.is_some_and(|site| !device.sees(site)) {
        flags.push(FOREIGN_SITE);
    }
    if item.origin_install.is_some() {
        flags.push("imported");
    }
    if DateTime::parse_from_rfc3339(&item.captured_at).is_err() {
        flags.push("unreadable-time");
    }
    flags
}

fn has_known_shape(kind: &str, body: &Value) -> bool {
    match kind {
        RESULT => serde_json::from_value::<ResultBody>(body.clone()).is_ok(),
        TASK_FINISH => serde_json::from_value::<TaskFinishBody>(body.clone()).is_ok(),
        _ => false,
    }
}

fn text(body: &Value, field: &str) -> Option<String> {
    body.get(field).and_then(Value::as_str).filter(|text| !text.contains('\0')).map(str::to_owned)
}

fn malformed(detail: &str) -> Problem {
    problem("malformed-item", "The record is not as the contract says", detail)
}

fn problem(code: &str, title: &str, detail: &str) -> Problem {
    Problem::new(code, 422, title, detail, false)
}
