//! Between a phone and the rest of the world: requests go out, and wait until the world answers.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use rounds::sync::transport::{Request, Response, Transport, TransportError};

use crate::step::Answer;

/// What a phone hears of one request.
pub type Reply = Result<Response, TransportError>;

/// One phone's connection. Clones are the same connection.
#[derive(Clone, Debug, Default)]
pub struct Wire(Rc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    request: RefCell<Option<Request>>,
    reply: RefCell<Option<Reply>>,
}

impl Wire {
    /// The request that was sent and not answered, once.
    pub fn take_request(&self) -> Option<Request> {
        self.0.request.take()
    }

    /// Answers it.
    pub fn answer(&self, reply: Reply) {
        self.0.reply.replace(Some(reply));
    }
}

impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.0.request.replace(Some(request));
        std::future::poll_fn(|_| self.0.reply.take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

/// No connection.
pub fn cut() -> Reply {
    Err(TransportError::Network("cut".to_owned()))
}

/// What something in between answers.
pub fn instead(answer: Answer) -> Reply {
    let page = "<!doctype html><title>Sign in</title>";
    Ok(match answer {
        // A browser told not to follow redirects reports a failed request.
        Answer::Portal(302) => return Err(TransportError::Network("a redirect".to_owned())),
        Answer::Portal(204) => plain(204, ""),
        Answer::Portal(status) | Answer::Foreign(status) => plain(status, page),
        Answer::TokenExpired => problem(401, "token-expired"),
        Answer::Revoked => problem(403, "device-revoked"),
        Answer::TooLarge => problem(413, "push-too-large"),
        Answer::Busy { status, retry_after_s } => Response {
            headers: retry_after_s.map(|s| ("retry-after".to_owned(), s.to_string())).into_iter().collect(),
            ..plain(status, "")
        },
    })
}

fn plain(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn problem(status: u16, code: &str) -> Response {
    let problem = rounds::sync::protocol::Problem::new(code, status, "no", "not now", false);
    Response {
        status,
        headers: Vec::new(),
        body: serde_json::to_vec(&problem).expect("plain data always has JSON"),
    }
}
