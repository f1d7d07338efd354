//! What a screen may know of delivery.

use crate::store::outbox::{Counts, ProblemNote};

/// Delivery at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// What the engine is doing.
    pub phase: Phase,
    /// What is on the phone.
    pub counts: Counts,
    /// Ids of the records in the push that is under way: shown as being sent.
    pub in_flight: Vec<String>,
    /// The photo that is under way.
    pub photo: Option<PhotoProgress>,
    /// Device wall time of the next try or look, milliseconds since 1970.
    pub next_try_ms: Option<u64>,
    /// Device wall time at which the endpoint last answered as it should, milliseconds since 1970.
    pub last_ok_ms: Option<u64>,
    /// What last went wrong, until a pass goes through.
    pub last_problem: Option<ProblemNote>,
}

/// What the engine is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Resting with nothing against it.
    #[default]
    Idle,
    /// In a pass.
    Sending,
    /// The endpoint asked for patience or did not answer as it should.
    Waiting {
        /// Device wall time of the next try, milliseconds since 1970.
        until_ms: u64,
    },
    /// No connection at the last try; [`SyncStatus::next_try_ms`] tells the next.
    Offline,
    /// Not enrolled, or the enrolment ran out: enrol (again), and all goes on.
    NeedsEnrolment,
    /// The company revoked this phone: nothing is sent, all is kept.
    Revoked,
    /// The phone's storage failed, in its own words.
    Failed(String),
}

/// How far a photo is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoProgress {
    /// Which.
    pub sha256: String,
    /// Bytes at the endpoint.
    pub sent: u64,
    /// Bytes in all.
    pub len: u64,
}

/// The chip's `data-state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChipState {
    /// Everything is at the endpoint.
    Synced,
    /// Something is on the phone, about to be sent.
    Pending,
    /// Being sent.
    Sending,
    /// On the phone, another try at a known time.
    Waiting,
    /// Needs a person: a record or photo was set aside, or the phone is not (any more) enrolled, or
    /// its storage failed.
    Blocked,
    /// On the phone, and there is no connection.
    Offline,
}

impl SyncStatus {
    /// What the chip says. Offline and waiting are said only while something is on the phone.
    pub fn chip(&self) -> ChipState {
        let pending = self.counts.pending_records() + self.counts.pending_photos();
        match self.phase {
            Phase::Revoked | Phase::NeedsEnrolment | Phase::Failed(_) => ChipState::Blocked,
            Phase::Sending if pending > self.counts.blocked() => ChipState::Sending,
            _ if self.counts.blocked() > 0 => ChipState::Blocked,
            _ if pending == 0 => ChipState::Synced,
            Phase::Offline => ChipState::Offline,
            Phase::Waiting { .. } => ChipState::Waiting,
            Phase::Idle | Phase::Sending => ChipState::Pending,
        }
    }

    /// True when the phone may be handed in: nothing at all is left on it alone.
    pub fn is_safe_to_hand_in(&self) -> bool {
        self.counts.pending_records() + self.counts.pending_photos() + self.counts.photos_draft == 0
    }

    /// True for a record in the push that is under way.
    pub fn is_sending(&self, item_id: &str) -> bool {
        self.in_flight.iter().any(|id| id == item_id)
    }
}

impl ChipState {
    /// As `data-state` spells it.
    pub fn token(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Offline => "offline",
        }
    }
}
