//! A limit on wrong enrolment codes, by peer and over all, so that codes cannot be guessed.
//!
//! A try counts from its beginning, so that many at once cannot slip through together; a right code
//! takes its try back: a crowd of phones behind one address may enrol at once. The limit over all
//! peers bounds whoever commands many addresses to 7,500 guesses in the 15 minutes of a code's
//! life, among 2^50 codes, and with it the room that remembering takes.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;

const WINDOW_MS: i64 = 60_000;
const BY_PEER: usize = 10;
const BY_ALL: usize = 500;

/// Counts wrong codes in the last minute.
#[derive(Debug, Default)]
pub struct FailureLimit(Mutex<VecDeque<Try>>);

/// A try that was let in; wrong unless it is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Try {
    at_ms: i64,
    peer: IpAddr,
}

impl FailureLimit {
    /// Lets a try in.
    ///
    /// # Errors
    /// Seconds to wait, when the peer or all together had too many wrong codes.
    pub fn begin(&self, peer: IpAddr, now_ms: i64) -> Result<Try, u64> {
        let mut recent = self.lock();
        forget(&mut recent, now_ms);
        if recent.len() >= BY_ALL {
            return Err(wait(recent[recent.len() - BY_ALL].at_ms, now_ms));
        }
        let peer = group(peer);
        if let Some(tenth) = recent.iter().rev().filter(|made| made.peer == peer).nth(BY_PEER - 1) {
            return Err(wait(tenth.at_ms, now_ms));
        }
        let made = Try { at_ms: now_ms, peer };
        recent.push_back(made);
        Ok(made)
    }

    /// The code was right, or was not looked at.
    pub fn take_back(&self, made: Try) {
        let mut recent = self.lock();
        if let Some(index) = recent.iter().position(|other| *other == made) {
            recent.remove(index);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Try>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A clock that was set back makes the past the future: that is forgotten too.
fn forget(recent: &mut VecDeque<Try>, now_ms: i64) {
    while recent.front().is_some_and(|first| !(0..WINDOW_MS).contains(&(now_ms - first.at_ms))) {
        recent.pop_front();
    }
}

fn wait(since_ms: i64, now_ms: i64) -> u64 {
    u64::try_from((since_ms + WINDOW_MS - now_ms + 999) / 1000).unwrap_or(1).max(1)
}

/// One customer of an IPv6 network holds a whole /64; an IPv4 address may come in IPv6's clothes.
fn group(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn the_eleventh_wrong_code_within_a_minute_waits_until_the_first_is_a_minute_old() {
        let limit = FailureLimit::default();
        for at in 0..10 {
            assert!(limit.begin(peer(1), at * 1000).is_ok());
        }
        assert_eq!(limit.begin(peer(1), 9_000).err(), Some(51));
        assert!(limit.begin(peer(2), 9_000).is_ok());
        assert!(limit.begin(peer(1), 60_000).is_ok());
        assert_eq!(limit.begin(peer(1), 60_000).err(), Some(1));
    }

    #[test]
    fn tries_at_once_count_before_their_answers_and_right_codes_are_taken_back() {
        let limit = FailureLimit::default();
        let begun: Vec<Try> = (0..10).filter_map(|_| limit.begin(peer(1), 0).ok()).collect();
        assert_eq!(begun.len(), 10);
        assert!(limit.begin(peer(1), 0).is_err(), "none of the ten was answered yet");
        begun.into_iter().for_each(|made| limit.take_back(made));
        assert!(limit.begin(peer(1), 0).is_ok());
    }

    #[test]
    fn ten_thousand_addresses_get_no_more_tries_than_all_may_have() {
        let limit = FailureLimit::default();
        let let_in = (0..10_000).filter(|number| limit.begin(peer(*number), 0).is_ok()).count();
        assert_eq!(let_in, BY_ALL);
        assert_eq!(limit.lock().len(), BY_ALL, "and no more room");
        assert!(limit.begin(peer(0), WINDOW_MS).is_ok());
        assert_eq!(limit.lock().len(), 1, "what is old is forgotten");
    }

    #[test]
    fn an_address_is_one_whatever_its_clothes_and_a_clock_set_back_shuts_nobody_out() {
        let limit = FailureLimit::default();
        let mapped = |number| IpAddr::V6(std::net::Ipv4Addr::from(number).to_ipv6_mapped());
        for _ in 0..10 {
            assert!(limit.begin(mapped(7), 1_000_000).is_ok());
        }
        assert!(limit.begin(peer(7), 1_000_000).is_err());
        assert!(limit.begin(mapped(8), 1_000_000).is_ok());
        assert!(limit.begin(peer(7), 0).is_ok());
    }
}
