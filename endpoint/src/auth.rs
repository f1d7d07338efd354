//! Who is calling: a bearer token, looked up by its hash.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds::sync::protocol::DeviceRole;

use crate::problem::Fault;
use crate::secret::Secret;
use crate::state::AppState;

/// An enrolled phone that may act.
#[derive(Clone, Debug)]
pub struct Device {
    /// The endpoint's name for it.
    pub id: String,
    /// The install that enrolled.
    pub install_id: String,
    /// What its person may do.
    pub role: DeviceRole,
    /// The sites it may see.
    pub sites: Vec<String>,
}

/// What a token turned out to be.
#[derive(Clone, Debug)]
pub enum TokenState {
    /// It opens.
    Valid(Device),
    /// It was good once.
    Expired,
    /// The phone renewed it, and has used the newer one since.
    Replaced,
    /// Its device was shut out.
    Revoked,
    /// Nobody's.
    Unknown,
}

/// Why a call was not let in.
pub struct NotLetIn(Fault);

impl Device {
    /// True when it may see the site.
    pub fn sees(&self, site: &str) -> bool {
        self.sites.iter().any(|own| own == site)
    }
}

impl FromRequestParts<AppState> for Device {
    type Rejection = NotLetIn;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, NotLetIn> {
        let token = bearer(parts).ok_or_else(|| {
            unauthorised("token-missing", "Send the token from enrolment as Authorization: Bearer.")
        })?;
        let now = state.clock.now().millis();
        let found = state.store.device_of_token(&Secret::token_hash(token), now).await;
        match found.map_err(|error| NotLetIn(error.into()))? {
            TokenState::Valid(device) => {
                tracing::Span::current().record("device", device.id.as_str());
                Ok(device)
            }
            TokenState::Expired => Err(unauthorised(
                "token-expired",
                "Keep all records, enrol again with a new code, then go on.",
            )),
            TokenState::Replaced => Err(unauthorised(
                "token-replaced",
                "The phone has renewed this token and used the newer one. Whoever still has this one should not.",
            )),
            TokenState::Unknown => {
                let detail = "This endpoint does not know the token. Keep all records and enrol again with a new code.";
                Err(unauthorised("token-unknown", detail))
            }
            TokenState::Revoked => Err(NotLetIn(Fault::new(
                StatusCode::FORBIDDEN,
                "device-revoked",
                "This device was shut out",
                "A manager revoked this device. Nothing on it is deleted; ask the manager how to hand it in.",
            ))),
        }
    }
}

impl IntoResponse for NotLetIn {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorised(code: &str, detail: &str) -> NotLetIn {
    NotLetIn(Fault::new(StatusCode::UNAUTHORIZED, code, "Not enrolled", detail))
}
