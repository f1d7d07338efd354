//! What the OpenAPI says beside the handlers' own words.

use axum::Json;
use serde_json::{Value, json};
use utoipa::Modify;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::problem::PROBLEM_JSON;

/// The name of the bearer scheme in the handlers' descriptions.
pub(super) const BEARER: &str = "device";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Rounds endpoint",
        description = "Protocol 1: each record delivered at least once and taken exactly once. \
                       Errors are application/problem+json with `type` urn:rounds:problem:<code>."
    ),
    modifiers(&Bearer)
)]
struct Head;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    }
}

pub(super) fn head() -> OpenApi {
    Head::openapi()
}

/// The description with the refusals that handlers share through their extractors, so that each
/// handler names only what is its own.
pub(super) fn complete(description: &OpenApi) -> Value {
    let mut whole = serde_json::to_value(description).expect("a description is plain data");
    let paths = whole.get_mut("paths").and_then(Value::as_object_mut);
    for calls in paths.into_iter().flat_map(serde_json::Map::values_mut).filter_map(Value::as_object_mut) {
        for (method, call) in calls.iter_mut() {
            let shared = SHARED.iter().filter(|shared| (shared.applies)(call));
            let added: Vec<_> =
                shared.map(|shared| (shared.status.to_string(), shared.response(method))).collect();
            let Some(responses) = call.get_mut("responses").and_then(Value::as_object_mut) else { continue };
            for (status, response) in added {
                responses.entry(status).or_insert(response);
            }
        }
    }
    whole
}

pub(super) async fn answer(description: Value) -> Json<Value> {
    Json(description)
}

/// A refusal of every call that `applies` holds for.
struct Shared {
    status: u16,
    words: &'static str,
    applies: fn(&Value) -> bool,
}

const SHARED: [Shared; 9] = [
    Shared { status: 400, words: "`bad-json` or `body-cut`", applies: has_body },
    Shared { status: 400, words: "`bad-path` or `bad-query`", applies: has_parameters },
    Shared {
        status: 401,
        words: "`token-missing`, `token-unknown` or `token-expired`",
        applies: needs_token,
    },
    Shared { status: 403, words: "`device-revoked`", applies: needs_token },
    Shared { status: 413, words: "More bytes than the call takes", applies: has_body },
    Shared { status: 415, words: "`wrong-media-type`", applies: has_body },
    Shared { status: 422, words: "`wrong-shape`", applies: has_body },
    Shared { status: 500, words: "`internal`: nothing was stored", applies: |_| true },
    Shared { status: 503, words: "`store-unavailable`; see Retry-After", applies: |_| true },
];

impl Shared {
    fn response(&self, method: &str) -> Value {
        if method == "head" {
            return json!({ "description": self.words });
        }
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        json!({ "description": self.words, "content": { PROBLEM_JSON: { "schema": schema } } })
    }
}

fn has_body(call: &Value) -> bool {
    call.get("requestBody").is_some()
}

fn has_parameters(call: &Value) -> bool {
    call.get("parameters").is_some()
}

fn needs_token(call: &Value) -> bool {
    call.get("security").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_handlers_share_is_added_and_their_own_words_stay() {
        let own = json!({ "description": "own" });
        let described = json!({
            "openapi": "3.1.0", "info": { "title": "", "version": "1" },
            "paths": { "/a": {
                "post": { "requestBody": { "content": {} }, "responses": { "415": own } },
                "head": { "security": [], "parameters": [], "responses": { "200": own } },
            } },
        });
        let whole = complete(&serde_json::from_value(described).unwrap());
        let statuses = |method: &str| {
            let responses = whole["paths"]["/a"][method]["responses"].as_object().unwrap();
            responses.keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(statuses("post"), "400 413 415 422 500 503");
        assert_eq!(whole["paths"]["/a"]["post"]["responses"]["415"], own);
        assert_eq!(statuses("head"), "200 400 401 403 500 503");
        assert!(whole["paths"]["/a"]["head"]["responses"]["401"].get("content").is_none());
    }
}
