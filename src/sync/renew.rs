//! Renewing the token, after a pass that went through.
//!
//! The endpoint lets the old token in until the new one is first used, and the new one is used only
//! once it is on disk: an answer that is lost, or a phone that dies anywhere, shuts nobody out. What
//! fails here is tried another time and troubles no one.

use super::protocol::TokenAnswer;
use super::reply;
use super::transport::{Method, Request, Transport};
use crate::store::renewal;
use crate::store::{Store, StoreError};

/// How often the age is looked at, milliseconds.
const LOOK_MS: u64 = 60 * 60 * 1000;

/// When renewing was last tried, and whether the older token was.
#[derive(Clone, Debug, Default)]
pub(super) struct Renewal {
    looked_ms: Option<u64>,
    has_fallen_back: bool,
}

impl Renewal {
    /// A pass went through: the token is good. Renews it when it is old.
    pub(super) async fn after_success<S: Store, T: Transport>(
        &mut self,
        store: &S,
        transport: &T,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.has_fallen_back = false;
        if self.looked_ms.is_some_and(|looked| looked.abs_diff(now_ms) < LOOK_MS) {
            return Ok(());
        }
        self.looked_ms = Some(now_ms);
        let Some(held) = renewal::due(store, now_ms).await? else { return Ok(()) };
        let request = Request::new(Method::Post, "/v1/token").bearer(&held.enrolment.token);
        let answer = reply::json::<TokenAnswer>(transport.send(request).await, now_ms);
        match answer {
            Ok(answer) if is_token(&answer.token) => renewal::keep(store, &held, answer.token, now_ms).await,
            _ => Ok(()),
        }
    }

    /// The endpoint does not know the token. One that was restored from a backup may know the one
    /// before; true when another token than the refused one is in place now. Each run of the app tries once.
    pub(super) async fn after_refusal<S: Store>(&mut self, store: &S, token: &str) -> bool {
        if self.has_fallen_back {
            return false;
        }
        let has_changed = renewal::fall_back(store, token).await.unwrap_or(false);
        self.has_fallen_back = has_changed;
        has_changed
    }
}

/// Fits in a header.
fn is_token(token: &str) -> bool {
    (16..=512).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}
