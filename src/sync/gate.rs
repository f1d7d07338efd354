//! When a pass may begin: our own backoff, the endpoint's patience, and a shut door.

use super::backoff::{asked_ms, delay_ms, nth_random};
use super::engine::Now;
use super::reply::Trouble;
use super::status::Phase;
use crate::store::StoreError;

/// How long an open app rests before it looks for new work, milliseconds.
pub const LOOK_MS: u64 = 5 * 60 * 1000;
/// What is added to that at random, at most, milliseconds.
pub const LOOK_SPREAD_MS: u64 = 60 * 1000;
/// A record or photo that waits is not tried again sooner than this after a pass, milliseconds.
const LEAST_REST_MS: u64 = 1000;

/// Why a pass is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wake {
    /// The app started. Breaks our own backoff, not the endpoint's `Retry-After`.
    #[default]
    Start,
    /// The app came to the front. As [`Self::Start`].
    Focus,
    /// The browser says that there is a connection: a hint only. As [`Self::Start`].
    Online,
    /// A person asked. Breaks both, and makes all that waits ready.
    User,
    /// Something was put in the outbox. Breaks neither.
    Saved,
    /// The time named by the last rest has come. Breaks neither.
    Timer,
}

/// Whether a pass may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes.
    Go,
    /// Not before the time that the gate names.
    Wait,
}

/// What stands between now and the next pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    hold: Hold,
    failures: u32,
}

#[derive(Clone, Debug, Default)]
enum Hold {
    /// Nothing; look again at a time.
    #[default]
    Never,
    Well {
        look_ms: u64,
    },
    Backoff {
        from_ms: u64,
        until_ms: u64,
        phase: Phase,
    },
    Asked {
        from_ms: u64,
        until_ms: u64,
    },
    NotEnrolled,
    Shut {
        token: String,
        is_revoked: bool,
    },
}

impl Gate {
    /// Someone asks for a pass.
    pub(super) fn knock(&self, now: Now, wake: Wake) -> Verdict {
        let (from_ms, until_ms, breaks) = match (&self.hold, wake) {
            (Hold::Backoff { from_ms, until_ms, .. }, Wake::Saved | Wake::Timer) => {
                (*from_ms, *until_ms, false)
            }
            (Hold::Asked { from_ms, until_ms }, wake) => (*from_ms, *until_ms, wake == Wake::User),
            _ => return Verdict::Go,
        };
        // A clock that was set back would make the wait endless.
        let is_over = now.ms >= until_ms || now.ms < from_ms;
        if breaks || is_over { Verdict::Go } else { Verdict::Wait }
    }

    /// True when the token was refused before and nothing says that it is worth another try. A
    /// revoked one stays refused; one that ran out may be asked about by a person or a fresh start.
    pub(super) fn shuts_out(&self, token: &str, wake: Wake) -> bool {
        match &self.hold {
            Hold::Shut { token: refused, is_revoked } => {
                let may_ask = !is_revoked && matches!(wake, Wake::User | Wake::Start);
                refused == token && !may_ask
            }
            _ => false,
        }
    }

    /// Something arrived: the next failure is the first.
    pub(super) fn progressed(&mut self) {
        self.failures = 0;
    }

    /// A pass went through.
    pub(super) fn well(&mut self, now: Now, next_due: Option<u64>) {
        self.failures = 0;
        let look = LOOK_MS + nth_random(now.random, 0) % LOOK_SPREAD_MS;
        let due = next_due.map(|due| due.saturating_sub(now.ms).max(LEAST_REST_MS));
        self.hold = Hold::Well { look_ms: now.ms.saturating_add(due.unwrap_or(look).min(look)) };
    }

    /// The phone is not enrolled.
    pub(super) fn not_enrolled(&mut self) {
        self.hold = Hold::NotEnrolled;
    }

    /// A pass ended with trouble.
    pub(super) fn failed(&mut self, now: Now, trouble: &Trouble, token: String) {
        self.failures = self.failures.saturating_add(1);
        self.hold = match trouble {
            Trouble::Unauthorised(_) => Hold::Shut { token, is_revoked: false },
            Trouble::Revoked(_) => Hold::Shut { token, is_revoked: true },
            Trouble::Wait { retry_after_ms: Some(asked), .. }
            | Trouble::Failed { retry_after_ms: Some(asked), .. } => {
                let wait = asked_ms(*asked, now.random);
                Hold::Asked { from_ms: now.ms, until_ms: now.ms.saturating_add(wait) }
            }
            Trouble::Offline(_) | Trouble::Slow(_) => self.backoff(now, |_| Phase::Offline),
            _ => self.backoff(now, |until_ms| Phase::Waiting { until_ms }),
        };
    }

    /// The phone's storage failed.
    pub(super) fn storage_failed(&mut self, now: Now, error: &StoreError) {
        self.failures = self.failures.saturating_add(1);
        self.hold = self.backoff(now, |_| Phase::Failed(error.to_string()));
    }

    /// The token that ran out or is not known, if that is what stands in the way.
    pub(super) fn refused_token(&self) -> Option<&str> {
        match &self.hold {
            Hold::Shut { token, is_revoked: false } => Some(token),
            _ => None,
        }
    }

    /// When to knock again by ourselves.
    pub(super) fn wake_at_ms(&self) -> Option<u64> {
        match self.hold {
            Hold::Well { look_ms } => Some(look_ms),
            Hold::Backoff { until_ms, .. } | Hold::Asked { until_ms, .. } => Some(until_ms),
            Hold::Never | Hold::NotEnrolled | Hold::Shut { .. } => None,
        }
    }

    /// What to call it.
    pub(super) fn phase(&self) -> Phase {
        match &self.hold {
            Hold::Never | Hold::Well { .. } => Phase::Idle,
            Hold::Backoff { phase, .. } => phase.clone(),
            Hold::Asked { until_ms, .. } => Phase::Waiting { until_ms: *until_ms },
            Hold::NotEnrolled | Hold::Shut { is_revoked: false, .. } => Phase::NeedsEnrolment,
            Hold::Shut { is_revoked: true, .. } => Phase::Revoked,
        }
    }

    fn backoff(&self, now: Now, phase: impl FnOnce(u64) -> Phase) -> Hold {
        let until_ms = now.ms.saturating_add(delay_ms(self.failures, now.random));
        Hold::Backoff { from_ms: now.ms, until_ms, phase: phase(until_ms) }
    }
}
