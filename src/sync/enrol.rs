//! Enrolment: a one-time code becomes a device and its token.

use thiserror::Error;

use super::protocol::{DeviceRole, EnrolAnswer, EnrolRequest, Health};
use super::receipt::note;
use super::reply::{self, Trouble, local, own_problem};
use super::transport::{Method, Request, Transport};
use crate::store::identity::{self, Enrolment};
use crate::store::outbox::{self, ProblemNote};
use crate::store::{Store, StoreError};

/// Why enrolment did not go through. Nothing on the phone was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EnrolError {
    /// No connection.
    #[error("no connection")]
    Offline,
    /// No answer in time.
    #[error("no answer in time")]
    Slow,
    /// Something else answered: a sign-in page, or a server that is no endpoint of Rounds.
    #[error("this is no endpoint of Rounds")]
    NotTheEndpoint,
    /// No such code was given out.
    #[error("the code is wrong")]
    WrongCode,
    /// The code was used.
    #[error("the code is used up")]
    UsedCode,
    /// The code is older than 15 minutes.
    #[error("the code is too old")]
    ExpiredCode,
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    TooMany {
        /// Seconds to wait, where the endpoint says so.
        retry_after_s: Option<u64>,
    },
    /// The endpoint is not able to enrol just now.
    #[error("the endpoint is busy or failed")]
    Unavailable(ProblemNote),
    /// Another problem, in the endpoint's own words.
    #[error("the endpoint refused: {}", .0.title)]
    Other(ProblemNote),
}

/// Asks the endpoint to enrol this phone.
///
/// # Errors
/// [`EnrolError`], each cause told apart.
pub async fn enrol<T: Transport>(
    transport: &T,
    code: &str,
    device_name: &str,
    install_id: &str,
) -> Result<EnrolAnswer, EnrolError> {
    let body = EnrolRequest {
        code: code.trim().to_owned(),
        device_name: device_name.trim().to_owned(),
        install_id: install_id.to_owned(),
    };
    let request = Request::new(Method::Post, "/v1/enrol").json(&body);
    let reply = transport.send(request).await;
    let own = reply.as_ref().ok().and_then(own_problem);
    let trouble = match reply::json::<EnrolAnswer>(reply, 0) {
        Ok(answer) if answer.device_id.is_empty() || answer.token.is_empty() => {
            return Err(EnrolError::NotTheEndpoint);
        }
        Ok(answer) => return Ok(answer),
        Err(trouble) => trouble,
    };
    Err(match (trouble, own) {
        (Trouble::Offline(_), _) => EnrolError::Offline,
        (Trouble::Slow(_), _) => EnrolError::Slow,
        (Trouble::Wait { retry_after_ms, .. }, own) if own.as_ref().is_none_or(|p| p.status == 429) => {
            EnrolError::TooMany { retry_after_s: retry_after_ms.map(|ms| ms.div_ceil(1000)) }
        }
        (Trouble::Wait { note, .. } | Trouble::Failed { note, .. }, _) => EnrolError::Unavailable(note),
        (_, Some(problem)) => match problem.code() {
            "enrol-code-wrong" => EnrolError::WrongCode,
            "enrol-code-used" => EnrolError::UsedCode,
            "enrol-code-expired" => EnrolError::ExpiredCode,
            _ => EnrolError::Other(note(&problem)),
        },
        (_, None) => EnrolError::NotTheEndpoint,
    })
}

/// How many unsent records would go to another store than the one this phone knows, should it enrol
/// now; `None` when it knows none, holds nothing, or the endpoint's store is the same.
///
/// # Errors
/// What the storage or the endpoint said; enrolling then says what is wrong in its own words.
pub async fn unsent_for_another_store<S: Store, T: Transport>(
    store: &S,
    transport: &T,
) -> Result<Option<u64>, EnrolError> {
    let unavailable = |error: StoreError| EnrolError::Unavailable(local("storage", 0, &error.to_string()));
    let known = identity::seen(store).await.map_err(unavailable)?.store_id;
    let counts = outbox::counts(store).await.map_err(unavailable)?;
    let unsent = counts.pending_records() + counts.pending_photos();
    if known.is_empty() || unsent == 0 {
        return Ok(None);
    }
    let health = reply::json::<Health>(transport.send(Request::new(Method::Get, "/v1/health")).await, 0);
    let health = health.map_err(|_| EnrolError::NotTheEndpoint)?;
    Ok((!health.store_id.is_empty() && health.store_id != known).then_some(unsent))
}

/// What to keep of an enrolment; `origin` is where the endpoint is, empty for the page's own.
pub fn enrolment(answer: EnrolAnswer, origin: impl Into<String>) -> Enrolment {
    Enrolment {
        device_id: answer.device_id,
        token: answer.token,
        role: role_name(answer.role).to_owned(),
        sites: answer.sites,
        origin: origin.into(),
    }
}

/// The role that was kept; `None` for one that this version does not know.
pub fn role(enrolment: &Enrolment) -> Option<DeviceRole> {
    [DeviceRole::Butler, DeviceRole::Inspector, DeviceRole::Manager]
        .into_iter()
        .find(|role| role_name(*role) == enrolment.role)
}

fn role_name(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Butler => "butler",
        DeviceRole::Inspector => "inspector",
        DeviceRole::Manager => "manager",
    }
}
