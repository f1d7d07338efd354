//! What the OpenAPI says beside the handlers' own words.

use axum::Json;
use axum::response::IntoResponse;
use utoipa::Modify;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

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

pub(super) async fn answer(description: OpenApi) -> impl IntoResponse {
    Json(description)
}
