//! What goes into the engine and what comes out of it, in plain data.

use super::gate::Wake;
use super::protocol::PullAnswer;
use super::transport::{Request, Response, TransportError};
use crate::store::StoreError;
use crate::store::identity::{Enrolment, PullState, StoreSeen};
use crate::store::outbox::{Settlement, Unsent};
use crate::store::photos::{Photo, PhotoVerdict};

/// When, and a fresh random number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Device wall time, milliseconds since 1970. It may jump.
    pub ms: u64,
    /// Uniform over all of `u64`.
    pub random: u64,
}

/// What the engine knows of the phone during a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneView {
    /// Made once on the phone.
    pub install_id: String,
    /// Who the phone is to the endpoint.
    pub enrolment: Enrolment,
    /// The newest seen of the endpoint's store.
    pub seen: StoreSeen,
    /// How far pulling has got.
    pub pull: PullState,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Something asks for a pass.
    Wake(Wake),
    /// Answer to [`Effect::ReadPhone`]; `None` when the phone is not enrolled.
    Phone(Option<Box<PhoneView>>),
    /// Answer to [`Effect::ReadUnsent`].
    Unsent(Unsent),
    /// Answer to [`Effect::ReadPhotos`] and [`Effect::ReadReceivedPhotos`].
    Photos(Vec<Photo>),
    /// Answer to [`Effect::ReadChunk`]; `None` when the bytes are not on the phone.
    Chunk(Option<Vec<u8>>),
    /// Answer to [`Effect::Send`].
    Replied(Result<Response, TransportError>),
    /// Answer to the effects that write: it is on disk.
    Saved,
    /// What was asked for was not written: another page of this phone saw more of the store meanwhile.
    Outdated,
    /// Answer to [`Effect::Tidy`]: when the next record or photo that waits is due.
    Tidied(Option<u64>),
    /// Any effect on the storage failed; nothing was changed by it.
    StorageFailed(StoreError),
}

/// What is to be done next. Each but [`Effect::Rest`] is answered by one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Make ready what waited long enough (all of it when `all_due`), then read [`PhoneView`].
    ReadPhone {
        /// A person asked.
        all_due: bool,
    },
    /// Read at most so many records that are ready.
    ReadUnsent(usize),
    /// Read at most so many photos that are ready.
    ReadPhotos(usize),
    /// Read all photos that were received.
    ReadReceivedPhotos,
    /// Read a part of a photo's bytes.
    ReadChunk {
        /// Which photo.
        sha256: String,
        /// From where.
        offset: u64,
        /// At most so many bytes.
        len: usize,
    },
    /// Send a request.
    Send(Request),
    /// Write what became of records.
    Settle(Settlement),
    /// Write what became of photos.
    SettlePhotos(Vec<(String, PhotoVerdict)>),
    /// Write a page of pulled records with its cursor.
    SavePull(PullAnswer),
    /// Forget the cursor: everything is pulled again.
    ForgetCursor,
    /// Let received records go that are in a backup up to the watermark; `None` when none is known.
    Tidy(Option<u64>),
    /// The pass is over.
    Rest {
        /// Device wall time at which to send [`Wake::Timer`]; `None`: only an event helps.
        wake_at_ms: Option<u64>,
    },
}
