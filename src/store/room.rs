//! How long the room on this phone will last: what the browser still gives, divided by what this
//! phone itself took in a day of late. Says nothing where it knows nothing. Knows no browser: what
//! the browser says of its room is an argument.

use chrono::DateTime;

use super::photos::PhotoMeta;
use super::row::Table;
use super::{Store, StoreError, draft};

/// So many days back are looked at.
pub const WINDOW_DAYS: u64 = 14;
/// Rooms for longer than this are all the same to a person, and no estimate reaches so far.
pub const LONGEST_DAYS: u64 = 999;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const PAGE: usize = 500;
/// More records than this are not read: the pace shows long before.
const ENOUGH: usize = 4_000;

/// What this phone took of late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes of records and photos made here within the window.
    pub bytes: u64,
    /// Over so many days, from 1 to [`WINDOW_DAYS`].
    pub days: u64,
}

/// How long the room lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomLeft {
    /// The browser does not say how much it gives.
    Unknown,
    /// Nothing was made here of late, so there is no pace to go by.
    NoPace {
        /// Bytes left.
        free: u64,
    },
    /// At the pace of the last days.
    Days {
        /// At most [`LONGEST_DAYS`].
        days: u64,
        /// Bytes left.
        free: u64,
    },
}

/// How long the room lasts: `used` of `quota` bytes as the browser tells them, both 0 or absent
/// where it tells nothing.
pub fn left(estimate: Option<(u64, u64)>, pace: Option<Pace>) -> RoomLeft {
    let Some((used, quota)) = estimate.filter(|(_, quota)| *quota > 0) else { return RoomLeft::Unknown };
    let free = quota.saturating_sub(used);
    match pace.filter(|pace| pace.bytes > 0) {
        None => RoomLeft::NoPace { free },
        Some(pace) => {
            let days = u128::from(free) * u128::from(pace.days.max(1)) / u128::from(pace.bytes);
            RoomLeft::Days { days: u64::try_from(days).unwrap_or(u64::MAX).min(LONGEST_DAYS), free }
        }
    }
}

/// What this phone took in the days before `now_ms`; `None` when it made nothing.
///
/// Received records stay for 30 days at least, so the window is whole. What a clock that jumped
/// dated into the future is left out.
///
/// # Errors
/// As the store.
pub async fn pace<S: Store>(store: &S, now_ms: u64) -> Result<Option<Pace>, StoreError> {
    let from_ms = now_ms.saturating_sub(WINDOW_DAYS * DAY_MS);
    let mut seen = Seen { bytes: 0, first_ms: now_ms };
    let mut after = id_at(from_ms);
    let mut read = 0;
    // Record ids are UUIDv7: in the order of time, so only the window is read.
    'records: while read < ENOUGH {
        let rows = store.page(Table::Outbox, &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.key);
        for row in rows {
            let Some(made_ms) = time_of(&row.key) else { continue };
            if made_ms > now_ms {
                break 'records;
            }
            seen.add(made_ms, row.json.len() as u64);
            read += 1;
        }
    }
    // Cut short, the days read stand for all.
    let to_ms = if read < ENOUGH { now_ms } else { time_of(&after).unwrap_or(now_ms) };
    let records = seen.per_day(to_ms);
    let mut photos = Seen { bytes: 0, first_ms: seen.first_ms };
    let mut after = String::new();
    loop {
        let rows = store.page(Table::Photos, &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.key);
        for row in rows {
            let Ok(meta) = draft::parse::<PhotoMeta>(&row) else { continue };
            let Some(taken_ms) = moment(&meta.taken_at) else { continue };
            if (from_ms..=now_ms).contains(&taken_ms) {
                photos.add(taken_ms, meta.len);
            }
        }
    }
    let days = days_between(photos.first_ms, now_ms);
    let bytes = photos.bytes + records * days;
    Ok((bytes > 0).then_some(Pace { bytes, days }))
}

/// What was met so far.
struct Seen {
    bytes: u64,
    first_ms: u64,
}

impl Seen {
    fn add(&mut self, at_ms: u64, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.first_ms = self.first_ms.min(at_ms);
    }

    fn per_day(&self, to_ms: u64) -> u64 {
        self.bytes.div_ceil(days_between(self.first_ms, to_ms))
    }
}

/// Begun days between two moments, from 1 to [`WINDOW_DAYS`].
fn days_between(from_ms: u64, to_ms: u64) -> u64 {
    to_ms.saturating_sub(from_ms).div_ceil(DAY_MS).clamp(1, WINDOW_DAYS)
}

/// The least UUIDv7 of a moment (RFC 9562, 5.7: 48 bits of milliseconds come first).
fn id_at(ms: u64) -> String {
    format!("{:08x}-{:04x}", (ms >> 16) & 0xffff_ffff, ms & 0xffff)
}

/// The moment in a UUIDv7.
fn time_of(id: &str) -> Option<u64> {
    let (high, low) = (id.get(..8)?, id.get(9..13)?);
    u64::from_str_radix(&format!("{high}{low}"), 16).ok()
}

fn moment(rfc3339: &str) -> Option<u64> {
    let at = DateTime::parse_from_rfc3339(rfc3339).ok()?;
    u64::try_from(at.timestamp_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;
    use crate::store::{Batch, Row};
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000_000;

    fn ready<F: Future>(future: F) -> F::Output {
        match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => panic!("memory never waits"),
        }
    }

    fn record(days_ago: u64, nth: u64, bytes: usize) -> Row {
        let at = NOW - days_ago * DAY_MS + nth;
        Row::new(format!("{}-7000-8000-{nth:012x}", id_at(at)), "received", "x".repeat(bytes))
    }

    fn photo(days_ago: u64, name: &str, len: u64) -> Row {
        let at = DateTime::from_timestamp_millis((NOW - days_ago * DAY_MS) as i64).unwrap();
        let meta = PhotoMeta { len, taken_at: at.to_rfc3339(), ..PhotoMeta::default() };
        Row::new(name, "received", draft::to_json(&meta))
    }

    fn phone(records: &[Row], photos: &[Row]) -> MemoryStore {
        let store = MemoryStore::new();
        let mut batch = Batch::new();
        for row in records {
            batch = batch.put(Table::Outbox, row.clone());
        }
        for row in photos {
            batch = batch.put(Table::Photos, row.clone());
        }
        ready(store.commit(batch)).unwrap();
        store
    }

    #[test]
    fn nothing_is_claimed_where_nothing_is_known() {
        assert_eq!(left(None, Some(Pace { bytes: 9, days: 3 })), RoomLeft::Unknown);
        assert_eq!(left(Some((0, 0)), None), RoomLeft::Unknown);
        assert_eq!(left(Some((40, 100)), None), RoomLeft::NoPace { free: 60 });
    }

    #[test]
    fn room_is_free_bytes_over_bytes_a_day() {
        let pace = Some(Pace { bytes: 200, days: 2 });
        assert_eq!(left(Some((1_000, 13_000)), pace), RoomLeft::Days { days: 120, free: 12_000 });
        assert_eq!(left(Some((5, 3)), pace), RoomLeft::Days { days: 0, free: 0 }, "over the quota");
        let huge = left(Some((0, u64::MAX)), Some(Pace { bytes: 1, days: 14 }));
        assert_eq!(huge, RoomLeft::Days { days: LONGEST_DAYS, free: u64::MAX });
    }

    #[test]
    fn the_pace_is_of_the_last_fourteen_days_on_this_phone() {
        let records = [record(40, 1, 9_000), record(4, 2, 100), record(1, 3, 300)];
        let photos = [photo(20, "old", 1_000_000), photo(2, "new", 1_600)];
        let store = phone(&records, &photos);
        // 400 bytes of records over the 4 days since the first, and one photo.
        assert_eq!(ready(pace(&store, NOW)).unwrap(), Some(Pace { bytes: 2_000, days: 4 }));
    }

    #[test]
    fn a_phone_that_made_nothing_has_no_pace() {
        let store = phone(&[record(40, 1, 9_000)], &[photo(15, "old", 5)]);
        assert_eq!(ready(pace(&store, NOW)).unwrap(), None);
    }

    #[test]
    fn what_a_jumped_clock_dated_ahead_does_not_count() {
        let ahead = Row { key: format!("{}-7000-8000-1", id_at(NOW + 9 * DAY_MS)), ..record(0, 1, 5_000) };
        let store = phone(&[record(2, 1, 10), ahead], &[]);
        assert_eq!(ready(pace(&store, NOW)).unwrap(), Some(Pace { bytes: 10, days: 2 }));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_passed_over() {
        let store = phone(&[record(1, 1, 50)], &[Row::new("bad", "received", "{")]);
        assert_eq!(ready(pace(&store, NOW)).unwrap(), Some(Pace { bytes: 50, days: 1 }));
    }

    proptest! {
        #[test]
        fn more_room_never_means_fewer_days(used in 0..u64::MAX, quota in 1..u64::MAX, more in 0_u64..1_000_000, bytes in 1_u64..1_000_000_000, days in 1..=WINDOW_DAYS) {
            let of = |quota| match left(Some((used, quota)), Some(Pace { bytes, days })) {
                RoomLeft::Days { days, .. } => days,
                other => panic!("{other:?}"),
            };
            prop_assert!(of(quota.saturating_add(more)) >= of(quota));
        }
    }
}
