//! What the person must be told about the phone itself, and what to do about it. None of it blocks
//! what can still be done safely. Pure: facts go in, alarms come out, the most urgent first.
//!
//! Knows no words, screens or browsers: who gathers the facts and who draws them is above.

use serde::{Deserialize, Serialize};

use super::clock::ClockFault;

/// With less room than this, photos are kept smaller and the person is told, bytes.
pub const TIGHT_BYTES: u64 = 50 * 1024 * 1024;
/// With room for fewer days than this the person is told.
pub const TIGHT_DAYS: u64 = 3;
/// How long a person may be spared [`Alarm::PersistRefused`], milliseconds.
pub const HUSH_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// The kinds of alarm, as a screen's `data-alarm` says them.
pub const KINDS: [&str; 12] = [
    "storage-lost",
    "storage-stopped",
    "disk-full",
    "device-revoked",
    "version-too-old",
    "private-mode",
    "another-tab",
    "enrolment-ended",
    "set-aside",
    "clock-jumped",
    "persist-refused",
    "crashed",
];

/// How the phone's storage is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// It answers.
    #[default]
    Fine,
    /// It stopped answering, after every try to reach it again.
    Stopped,
    /// Another page holds an older version open.
    Blocked,
    /// It was written by a newer version of the app.
    Newer,
    /// The browser gives none.
    Forbidden,
    /// It cannot be read.
    Unreadable,
}

/// What the phone lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// Numbers that records had been given are gone from the database.
    Records {
        /// How many numbers; 0 when that is not known.
        numbers: u64,
        /// How many records had not been received when last counted.
        unsent: u64,
    },
    /// The browser's small store is gone, the database stands: settings only.
    Settings,
}

/// What the endpoint last made of this phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Office {
    /// Nothing is against it, or nothing is known.
    #[default]
    Fine,
    /// Its enrolment ran out.
    Ended,
    /// It was revoked.
    Revoked,
    /// The endpoint speaks another protocol.
    OtherProtocol,
}

/// Everything the alarms are decided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// How the phone's storage is.
    pub storage: Storage,
    /// What it lost.
    pub loss: Option<Loss>,
    /// A write was refused for want of room, and none as large went through since.
    pub write_refused: bool,
    /// Bytes left, where the browser tells.
    pub room_left: Option<u64>,
    /// Days until the room is used up, where that can be told.
    pub room_days: Option<u64>,
    /// Whether the browser promised to keep the data; `None` before it was asked.
    pub persisted: Option<bool>,
    /// The browser behaves as private windows do.
    pub looks_private: bool,
    /// Somebody works with this phone, so there is something to lose.
    pub in_use: bool,
    /// The person asked to be spared [`Alarm::PersistRefused`] for a while.
    pub hushed: bool,
    /// What the endpoint last made of this phone.
    pub office: Office,
    /// Records and photos the endpoint would not take.
    pub set_aside: u64,
    /// What is wrong with the phone's clock.
    pub clock: Option<ClockFault>,
    /// Another page of the app answers.
    pub other_page: bool,
    /// The app broke down before this start.
    pub crashed: bool,
}

/// One thing to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Records may be lost.
    Lost {
        /// Numbers gone; 0 when not known.
        numbers: u64,
        /// Records not received when last counted.
        unsent: u64,
    },
    /// The database cannot be read; nothing was made anew over it.
    Unreadable,
    /// Storage stopped answering.
    Stopped,
    /// A write did not fit.
    Full,
    /// The company revoked this phone.
    Revoked,
    /// The database is newer than the app.
    OlderThanData,
    /// The endpoint is newer than the app.
    OlderThanOffice,
    /// The browser gives no storage.
    Forbidden,
    /// Another page keeps the database from opening.
    Blocked,
    /// The enrolment ran out.
    EnrolmentEnded,
    /// The endpoint would not take some.
    SetAside {
        /// How many records and photos.
        count: u64,
    },
    /// Room is running out.
    Tight {
        /// Megabytes left, in tens, where the browser tells.
        megabytes: Option<u64>,
        /// Days left, where that can be told.
        days: Option<u64>,
    },
    /// The clock is wrong.
    Clock(ClockFault),
    /// Another page of the app is open.
    OtherPage,
    /// This may be a private window.
    MaybePrivate,
    /// The browser did not promise to keep the data.
    PersistRefused {
        /// Told only where room and storage are the matter.
        hushed: bool,
    },
    /// The browser's small store was wiped.
    SettingsLost,
    /// The app broke down before this start.
    Crashed,
}

/// How much an alarm asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Work is at stake.
    Urgent,
    /// Something is to be done before long.
    Calm,
    /// Good to know.
    Info,
}

/// A next step that the screen offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fetch the tasks again; connect first where that is needed.
    PullAgain,
    /// Connect again with a new code.
    Enrol,
    /// Save what is unsent to a file.
    Export,
    /// Start the app anew.
    Reload,
    /// Try the storage once more.
    TryStorage,
    /// See what was set aside.
    OpenSync,
    /// Send now, and let go of what may go.
    SendNow,
    /// Look for a new version and take it.
    Update,
    /// Compare the clock with the endpoint's.
    CheckClock,
    /// Use this page: the others rest.
    UseThis,
    /// Let this page rest: another is used.
    RestThis,
    /// Put the app on the home screen.
    Install,
    /// Ask the browser to keep the data.
    AskToKeep,
    /// Spare the person for a week.
    Hush,
    /// Save the crash journal to a file.
    SaveJournal,
    /// It was read; it need not be told any more.
    Understood,
}

/// What must be told, the most urgent first; each kind once.
pub fn alarms(facts: &Facts) -> Vec<Alarm> {
    let is_open = matches!(facts.storage, Storage::Fine | Storage::Stopped);
    let is_private = facts.persisted == Some(false) && facts.looks_private;
    let few_days = facts.room_days.filter(|days| *days < TIGHT_DAYS);
    let few_bytes = facts.room_left.filter(|bytes| *bytes < TIGHT_BYTES);
    let mut all = Vec::new();
    let mut when = |holds: bool, alarm: Alarm| {
        if holds {
            all.push(alarm);
        }
    };
    if let Some(Loss::Records { numbers, unsent }) = facts.loss {
        when(true, Alarm::Lost { numbers, unsent });
    }
    when(facts.storage == Storage::Unreadable, Alarm::Unreadable);
    when(facts.storage == Storage::Stopped, Alarm::Stopped);
    when(facts.write_refused, Alarm::Full);
    when(facts.office == Office::Revoked, Alarm::Revoked);
    when(facts.storage == Storage::Newer, Alarm::OlderThanData);
    when(facts.office == Office::OtherProtocol, Alarm::OlderThanOffice);
    when(facts.storage == Storage::Forbidden, Alarm::Forbidden);
    when(facts.storage == Storage::Blocked, Alarm::Blocked);
    when(facts.office == Office::Ended, Alarm::EnrolmentEnded);
    when(facts.set_aside > 0, Alarm::SetAside { count: facts.set_aside });
    when(
        !facts.write_refused && (few_days.is_some() || few_bytes.is_some()),
        // In tens, so that the words do not change with every tap.
        Alarm::Tight { megabytes: few_bytes.map(|bytes| bytes / 10_485_760 * 10), days: few_days },
    );
    if let Some(fault) = facts.clock {
        when(true, Alarm::Clock(fault));
    }
    when(facts.other_page && is_open, Alarm::OtherPage);
    when(is_private && is_open, Alarm::MaybePrivate);
    when(
        facts.persisted == Some(false) && !is_private && facts.in_use && is_open,
        Alarm::PersistRefused { hushed: facts.hushed },
    );
    when(facts.loss == Some(Loss::Settings), Alarm::SettingsLost);
    when(facts.crashed, Alarm::Crashed);
    all
}

/// Whether the person is still spared. A time too far ahead means that the clock was changed.
pub fn is_hushed(until_ms: u64, now_ms: u64) -> bool {
    now_ms < until_ms && until_ms - now_ms <= HUSH_MS
}

impl Alarm {
    /// Its kind, as a place in [`KINDS`].
    pub fn kind(self) -> usize {
        match self {
            Self::Lost { .. } | Self::Unreadable | Self::SettingsLost => 0,
            Self::Stopped => 1,
            Self::Full | Self::Tight { .. } => 2,
            Self::Revoked => 3,
            Self::OlderThanData | Self::OlderThanOffice => 4,
            Self::Forbidden | Self::MaybePrivate => 5,
            Self::Blocked | Self::OtherPage => 6,
            Self::EnrolmentEnded => 7,
            Self::SetAside { .. } => 8,
            Self::Clock(_) => 9,
            Self::PersistRefused { .. } => 10,
            Self::Crashed => 11,
        }
    }

    /// What the screen's `data-alarm` says.
    pub fn token(self) -> &'static str {
        KINDS[self.kind()]
    }

    /// True where it is in the way of the work on any screen.
    pub fn stops_work(self) -> bool {
        matches!(self, Self::Stopped | Self::Full)
    }

    /// How much it asks for.
    pub fn urgency(self) -> Urgency {
        match self {
            Self::Lost { .. }
            | Self::Unreadable
            | Self::Stopped
            | Self::Full
            | Self::Revoked
            | Self::OlderThanData
            | Self::OlderThanOffice
            | Self::Forbidden
            | Self::Blocked => Urgency::Urgent,
            Self::EnrolmentEnded
            | Self::SetAside { .. }
            | Self::Tight { .. }
            | Self::Clock(_)
            | Self::OtherPage
            | Self::MaybePrivate
            | Self::PersistRefused { .. } => Urgency::Calm,
            Self::SettingsLost | Self::Crashed => Urgency::Info,
        }
    }

    /// The next steps, the best first.
    pub fn steps(self) -> &'static [Step] {
        match self {
            Self::Lost { .. } => &[Step::PullAgain, Step::Understood],
            Self::Unreadable => &[Step::Export, Step::Reload],
            Self::Stopped => &[Step::TryStorage, Step::Reload],
            Self::Full | Self::Tight { .. } => &[Step::SendNow, Step::Export],
            Self::Revoked => &[Step::Export, Step::Enrol],
            Self::OlderThanData | Self::OlderThanOffice => &[Step::Update, Step::Export],
            Self::Forbidden | Self::Blocked => &[Step::Reload],
            Self::EnrolmentEnded => &[Step::Enrol, Step::Export],
            Self::SetAside { .. } => &[Step::OpenSync],
            Self::Clock(_) => &[Step::CheckClock],
            Self::OtherPage => &[Step::UseThis, Step::RestThis],
            Self::MaybePrivate => &[Step::Install, Step::Export],
            Self::PersistRefused { hushed: false } => {
                &[Step::Install, Step::AskToKeep, Step::Export, Step::Hush]
            }
            Self::PersistRefused { hushed: true } => &[Step::Install, Step::AskToKeep, Step::Export],
            Self::SettingsLost => &[Step::Understood],
            Self::Crashed => &[Step::SaveJournal, Step::Understood],
        }
    }

    /// True where only the screens about the phone and its delivery tell it.
    pub fn is_hushed(self) -> bool {
        self == Self::PersistRefused { hushed: true }
    }
}

impl Urgency {
    /// What the screen's `data-urgency` says.
    pub fn token(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Calm => "calm",
            Self::Info => "info",
        }
    }
}

impl Step {
    /// What the button's `data-step` says.
    pub fn token(self) -> &'static str {
        match self {
            Self::PullAgain => "pull",
            Self::Enrol => "enrol",
            Self::Export => "export",
            Self::Reload => "reload",
            Self::TryStorage => "retry",
            Self::OpenSync => "sync",
            Self::SendNow => "send",
            Self::Update => "update",
            Self::CheckClock => "check-clock",
            Self::UseThis => "use-this",
            Self::RestThis => "rest-this",
            Self::Install => "install",
            Self::AskToKeep => "ask-to-keep",
            Self::Hush => "hush",
            Self::SaveJournal => "save-journal",
            Self::Understood => "understood",
        }
    }
}
