//! What an answer means, before anyone looks at what it says.
//!
//! A portal's page, a proxy's error and half an answer are told apart from the endpoint's own word:
//! only a problem of this protocol can say that a token is no longer good.

use serde::de::DeserializeOwned;

use super::backoff;
use super::protocol::Problem;
use super::receipt::note;
use super::transport::{Response, TransportError};
use crate::store::outbox::ProblemNote;

/// Why a call did not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No whole answer came.
    Offline(ProblemNote),
    /// No answer came in time.
    Slow(ProblemNote),
    /// 401: the token ran out.
    Unauthorised(ProblemNote),
    /// The device was shut out.
    Revoked(ProblemNote),
    /// 413.
    TooLarge(ProblemNote),
    /// 410: the cursor is too old.
    Gone(ProblemNote),
    /// The endpoint will not take this request however often it is sent.
    Refused(ProblemNote),
    /// 429 or 503.
    Wait {
        /// Milliseconds from now, where it says so.
        retry_after_ms: Option<u64>,
        /// What it said.
        note: ProblemNote,
    },
    /// The endpoint failed: a 5xx, whoever wrote it.
    Failed {
        /// Milliseconds from now, where it says so.
        retry_after_ms: Option<u64>,
        /// What it said.
        note: ProblemNote,
    },
    /// Anything else: what became of the request is not known.
    Unknown(ProblemNote),
}

/// Reads a 2xx answer's JSON.
pub(super) fn json<T: DeserializeOwned>(
    reply: Result<Response, TransportError>,
    now_ms: u64,
) -> Result<T, Trouble> {
    let response = success(reply, now_ms)?;
    parse(&response.body).ok_or_else(|| {
        let detail = "the answer is not the endpoint's: perhaps a network's sign-in page";
        Trouble::Unknown(local("not-the-endpoint", response.status, detail))
    })
}

/// JSON text as UTF-8. Reading all JSON as text keeps one parser in the app instead of two.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    crate::json::read(std::str::from_utf8(bytes).ok()?).ok()
}

/// Lets a 2xx answer through.
pub(super) fn success(reply: Result<Response, TransportError>, now_ms: u64) -> Result<Response, Trouble> {
    let response = match reply {
        Ok(response) if (200..300).contains(&response.status) => return Ok(response),
        Ok(response) => response,
        Err(error @ TransportError::Timeout) => {
            return Err(Trouble::Slow(local("no-answer", 0, &error.to_string())));
        }
        Err(error @ TransportError::Network(_)) => {
            return Err(Trouble::Offline(local("no-connection", 0, &error.to_string())));
        }
    };
    Err(trouble(&response, now_ms))
}

/// A problem found on the phone.
pub(super) fn local(code: &str, status: u16, detail: &str) -> ProblemNote {
    ProblemNote { code: code.to_owned(), status, title: String::new(), detail: detail.to_owned() }
}

/// The endpoint's own problem in an answer, if it is one.
pub(super) fn own_problem(response: &Response) -> Option<Problem> {
    let problem: Problem = parse(&response.body)?;
    (!problem.code().is_empty()).then_some(problem)
}

impl Trouble {
    /// True when no other call of the same pass can fare better.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Offline(_) | Self::Slow(_) | Self::Unauthorised(_) | Self::Revoked(_) | Self::Wait { .. }
        )
    }

    /// What to show of it.
    pub(super) fn note(&self) -> &ProblemNote {
        match self {
            Self::Offline(note)
            | Self::Slow(note)
            | Self::Unauthorised(note)
            | Self::Revoked(note)
            | Self::TooLarge(note)
            | Self::Gone(note)
            | Self::Refused(note)
            | Self::Wait { note, .. }
            | Self::Failed { note, .. }
            | Self::Unknown(note) => note,
        }
    }
}

fn trouble(response: &Response, now_ms: u64) -> Trouble {
    let status = response.status;
    let own = own_problem(response);
    let note = own.as_ref().map_or_else(|| local("", status, "the answer is not the endpoint's own"), note);
    let retry_after_ms = response
        .header("retry-after")
        .and_then(|value| backoff::retry_after_ms(value, response.header("date"), now_ms));
    match (status, own) {
        (401 | 403, Some(own)) if own.code().contains("revoked") => Trouble::Revoked(note),
        (401, Some(_)) => Trouble::Unauthorised(note),
        (413, _) => Trouble::TooLarge(note),
        (429 | 503, _) => Trouble::Wait { retry_after_ms, note },
        (410, Some(_)) => Trouble::Gone(note),
        (400..=499, Some(own)) if !own.retryable => Trouble::Refused(note),
        (500..=599, _) => Trouble::Failed { retry_after_ms, note },
        _ => Trouble::Unknown(note),
    }
}
