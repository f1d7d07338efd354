//! What can happen: everything a schedule is made of, in plain data, so that it can be printed,
//! replayed, and made shorter.

use rounds::sync::Wake;

/// A world and what happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What everything left to chance comes from.
    pub seed: u64,
    /// How many phones.
    pub phones: u8,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A person does something on a phone.
    Person {
        /// Which phone.
        phone: u8,
        /// What.
        deed: Deed,
        /// What the phone's storage does meanwhile.
        disk: Option<DiskFault>,
    },
    /// A phone is woken, and perhaps runs a pass.
    Pass {
        /// Which phone.
        phone: u8,
        /// Why.
        wake: Wake,
        /// True: by a second page on the same database, beside whatever the first one does.
        second_page: bool,
        /// What the network does, by the number of the request within the pass, or [`EVERY`].
        net: Vec<(u8, NetFault)>,
        /// What the phone's storage does meanwhile.
        disk: Option<DiskFault>,
    },
    /// What was held back on its way to or from this phone comes through.
    Arrive {
        /// Which phone.
        phone: u8,
    },
    /// A copy of an old request, kept somewhere on its way, arrives at the endpoint.
    Stray,
    /// Something befalls a phone.
    Phone {
        /// Which phone.
        phone: u8,
        /// What.
        event: PhoneEvent,
    },
    /// Something befalls the endpoint.
    Office(OfficeEvent),
    /// Time goes by.
    Wait {
        /// Milliseconds.
        ms: u64,
    },
}

/// In place of a request's number: every request of the pass.
pub const EVERY: u8 = u8::MAX;

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Takes a photo for an item and keeps the draft that names it.
    Photo {
        /// Which task.
        task: u8,
        /// Which of its items.
        item: u8,
        /// Which picture; two photos of one picture have the same bytes.
        picture: u16,
        /// Bytes.
        len: u32,
    },
    /// Changes an answer.
    Draft {
        /// Which task.
        task: u8,
        /// Which of its items.
        item: u8,
        /// True: not as it should be.
        fails: bool,
    },
    /// Takes the photos out of an answer that was not finished.
    Unphoto {
        /// Which task.
        task: u8,
        /// Which of its items.
        item: u8,
    },
    /// Finishes a task.
    Finish {
        /// Which task.
        task: u8,
    },
    /// Corrects an item of a finished task.
    Amend {
        /// Which task.
        task: u8,
        /// Which of its items.
        item: u8,
    },
    /// Enrols the phone with a fresh code.
    Enrol {
        /// What the network does to the one request.
        net: Option<NetFault>,
    },
    /// Taps "send again" on all that was set aside.
    SendAgain,
    /// Exports what is unsent to a file.
    Export,
}

/// What befalls a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneEvent {
    /// Its app is killed and opened again later.
    Killed,
    /// Its clock jumps by so many milliseconds.
    Clock(i64),
    /// Its storage is full from now on, or not any more.
    Full(bool),
    /// Another person signs in.
    SignedIn(u8),
    /// A new version of the app with a new schema starts.
    Upgraded,
}

/// What befalls the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeEvent {
    /// Killed between two requests and started again.
    Killed,
    /// The power is cut between two requests; what was not synced is gone.
    PowerCut,
    /// A backup is taken, and kept.
    Backup,
    /// Restored from one of the backups that are kept.
    Restored {
        /// Which, counted from the newest.
        back: u8,
    },
    /// Another, empty store takes its place.
    Replaced,
    /// Its clock jumps by so many milliseconds.
    Clock(i64),
    /// A phone is shut out.
    Revoked(u8),
    /// The office changes what phones pull.
    Planned(u8),
}

/// What the network, or someone on it, does to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetFault {
    /// It never arrives.
    Cut,
    /// It is handled, and the answer never arrives.
    Lost,
    /// It never arrives; the phone finds out by the clock.
    TimedOut,
    /// It is handled; the phone gives up before the answer.
    TimedOutAfter,
    /// It is held back, and handled when it arrives.
    Held,
    /// It is handled, and the answer is held back.
    AnswerHeld,
    /// It arrives twice, at once.
    Doubled,
    /// It arrives, and a copy of it arrives much later.
    Strayed,
    /// It is handled; of the answer's body only so many thousandths arrive.
    Truncated(u16),
    /// Something in between answers.
    Instead(Answer),
    /// The endpoint is killed at the nth operation on its store.
    Killed {
        /// Counted from 1.
        nth: u8,
        /// True: that operation was still done.
        after: bool,
    },
    /// The power is cut there.
    PowerCut {
        /// Counted from 1.
        nth: u8,
        /// True: that operation was still done.
        after: bool,
    },
}

/// What something in between answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A portal's page with this status.
    Portal(u16),
    /// A problem of the protocol that says that the token ran out.
    TokenExpired,
    /// A problem of the protocol that says that the phone was shut out.
    Revoked,
    /// A problem of the protocol that says that it is too much.
    TooLarge,
    /// A proxy's own page with this status.
    Foreign(u16),
    /// 429 or 503, and in how many seconds to come back.
    Busy {
        /// The status.
        status: u16,
        /// `Retry-After`.
        retry_after_s: Option<u16>,
    },
}

/// What a phone's storage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// The nth call fails.
    Fails {
        /// Counted from 1.
        nth: u8,
        /// True: it was done all the same.
        after: bool,
        /// True: because there is no room.
        full: bool,
    },
    /// The phone dies at the nth call.
    Dies {
        /// Counted from 1.
        nth: u8,
        /// True: that call was still done.
        after: bool,
    },
}
