//! The lock's own row in the meta table: whether it is on, and the wrapped key. On disk it is a list of
//! words, which costs the app fewer bytes than a reader for each type. Knows no screens.

use crate::store::draft::{parse, to_json};
use crate::store::{Row, Store, StoreError, Table};

/// The key of the lock's row in [`Table::Meta`]. It is never removed once it was written: its
/// revision tells every page which state of the lock it knows.
pub const LOCK: &str = "device_lock";

/// The lock as it stands on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// Whether it is on.
    pub state: LockState,
    /// Minutes in the background after which it closes.
    pub grace_min: u32,
    /// The PIN is digits alone, so the lock screen may show a keypad.
    pub digits: bool,
    /// The wrapped key; `None` while the lock is off, unless a row was left that did not open.
    pub keys: Option<WrappedKeys>,
}

/// Whether the lock is on, and which way rows are being written anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockState {
    /// No lock: rows are plain.
    #[default]
    Off,
    /// The lock is on; plain rows are being sealed.
    Sealing,
    /// The lock is on; every row is sealed.
    On,
    /// The lock is still on; sealed rows are being opened for good.
    Opening,
}

/// The data key, wrapped twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKeys {
    /// The key's name.
    pub id: String,
    /// Under the PIN, and around that under the device's own key where there is one.
    pub pin: Wrap,
    /// Whether the device's own key is around the PIN's wrapping.
    pub device: bool,
    /// Under the recovery code alone, so that it helps even when the device's key is gone.
    pub recovery: Wrap,
}

/// One wrapping with everything but the secret that is needed to undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrap {
    /// Base64 of 16 random bytes.
    pub salt: String,
    /// Rounds of PBKDF2-SHA-256.
    pub rounds: u32,
    /// Base64 of what the wrapping made.
    pub data: String,
}

impl LockState {
    /// True when a page without the key may not pass.
    pub fn is_on(self) -> bool {
        self != Self::Off
    }

    /// True when what is written now is sealed.
    pub fn seals(self) -> bool {
        matches!(self, Self::Sealing | Self::On)
    }

    /// True when rows are yet to be written anew.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Sealing | Self::Opening)
    }
}

impl LockState {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Off, "off"), (Self::Sealing, "sealing"), (Self::On, "on"), (Self::Opening, "opening")];
}

/// The lock with its row's revision; off at no revision when there never was one.
///
/// # Errors
/// [`StoreError::Damaged`] when the row cannot be read.
pub async fn read<S: Store>(disk: &S) -> Result<(Lock, Option<u64>), StoreError> {
    let Some(row) = disk.get(Table::Meta, LOCK).await? else { return Ok((Lock::default(), None)) };
    let words: Vec<String> = parse(&row)?;
    let lock = of_words(&words).ok_or_else(|| StoreError::Damaged(LOCK.to_owned()))?;
    Ok((lock, Some(row.rev)))
}

/// The row that says `lock`.
pub(super) fn row(lock: &Lock) -> Row {
    let state = LockState::ALL.iter().find(|(state, _)| *state == lock.state).map_or("off", |(_, word)| word);
    let mut words = vec![state.to_owned(), lock.grace_min.to_string(), yes(lock.digits)];
    if let Some(keys) = &lock.keys {
        words.extend([keys.id.clone(), yes(keys.device)]);
        for wrap in [&keys.pin, &keys.recovery] {
            words.extend([wrap.salt.clone(), wrap.rounds.to_string(), wrap.data.clone()]);
        }
    }
    Row::new(LOCK, "", to_json(&words))
}

fn of_words(words: &[String]) -> Option<Lock> {
    let word = |at: usize| words.get(at).map(String::as_str);
    let state = LockState::ALL.iter().find(|(_, name)| Some(*name) == word(0))?.0;
    let wrap = |at: usize| {
        Some(Wrap {
            salt: word(at)?.to_owned(),
            rounds: word(at + 1)?.parse().ok()?,
            data: word(at + 2)?.to_owned(),
        })
    };
    let keys = match word(3) {
        Some(id) => Some(WrappedKeys {
            id: id.to_owned(),
            device: word(4)? == YES,
            pin: wrap(5)?,
            recovery: wrap(8)?,
        }),
        None => None,
    };
    // A lock that is on without a key could be opened by nobody: that row is damaged.
    if state.is_on() && keys.is_none() {
        return None;
    }
    Some(Lock { state, grace_min: word(1)?.parse().ok()?, digits: word(2)? == YES, keys })
}

const YES: &str = "1";

fn yes(is_so: bool) -> String {
    if is_so { YES.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lock_is_read_as_it_was_written() {
        let wrap = |name: &str| Wrap { salt: format!("salt {name}"), rounds: 600_000, data: name.to_owned() };
        let keys = WrappedKeys { id: "k".to_owned(), pin: wrap("pin"), device: true, recovery: wrap("code") };
        for (state, _) in LockState::ALL {
            for keys in [Some(keys.clone()), None] {
                let lock = Lock { state, grace_min: 15, digits: true, keys };
                let words: Vec<String> = crate::json::read(&row(&lock).json).unwrap();
                let read = of_words(&words);
                assert_eq!(read.is_some(), !state.is_on() || lock.keys.is_some());
                assert!(read.is_none_or(|read| read == lock));
                for short in 0..words.len() {
                    assert!(short == 3 && !state.is_on() || of_words(&words[..short]).is_none());
                }
            }
        }
        assert_eq!(of_words(&["ajar".to_owned(), "5".to_owned(), String::new()]), None);
    }
}
