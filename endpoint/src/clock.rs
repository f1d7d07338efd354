//! The endpoint's own clock, injected so that expiry and midnight are tested without waiting.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, TimeDelta, Utc};

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

/// One moment, in the forms that the store keeps.
#[derive(Clone, Copy, Debug)]
pub struct Moment(DateTime<Utc>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::new(Utc::now)
    }

    /// A clock of the caller's own.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        Moment((self.0)())
    }
}

impl Moment {
    /// Milliseconds since 1970, for comparing.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// So many milliseconds later.
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0 + TimeDelta::milliseconds(millis))
    }

    /// RFC 3339 in UTC with milliseconds, for receipts.
    pub fn rfc3339(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The date in China, which keeps one offset all year round.
    pub fn date_in_china(self) -> NaiveDate {
        let offset = FixedOffset::east_opt(8 * 3600).expect("eight hours is a valid offset");
        self.0.with_timezone(&offset).date_naive()
    }
}
