//! A limit on wrong enrolment codes by peer, so that codes cannot be guessed.
//!
//! Only failures count: a crowd of phones behind one address may enrol at once.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;

const WINDOW_MS: i64 = 60_000;
const FAILURES: usize = 10;
const PEERS_BEFORE_SWEEP: usize = 1024;

/// Counts failures in the last minute.
#[derive(Debug, Default)]
pub struct FailureLimit(Mutex<HashMap<IpAddr, Vec<i64>>>);

impl FailureLimit {
    /// Seconds the peer must wait, or `None` when it may try.
    pub fn wait_seconds(&self, peer: IpAddr, now_ms: i64) -> Option<u64> {
        let peers = self.lock();
        let recent: Vec<i64> =
            peers.get(&group(peer))?.iter().copied().filter(|at| is_recent(*at, now_ms)).collect();
        if recent.len() < FAILURES {
            return None;
        }
        let free_at = recent[recent.len() - FAILURES] + WINDOW_MS;
        Some(u64::try_from((free_at - now_ms + 999) / 1000).unwrap_or(1).max(1))
    }

    /// Remembers a failure.
    pub fn failed(&self, peer: IpAddr, now_ms: i64) {
        let mut peers = self.lock();
        if peers.len() >= PEERS_BEFORE_SWEEP {
            peers.retain(|_, times| times.iter().any(|at| is_recent(*at, now_ms)));
        }
        let times = peers.entry(group(peer)).or_default();
        times.retain(|at| is_recent(*at, now_ms));
        times.push(now_ms);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, Vec<i64>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn is_recent(at: i64, now_ms: i64) -> bool {
    now_ms - at < WINDOW_MS
}

/// One customer of an IPv6 network holds a whole /64.
fn group(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_wrong_code_within_a_minute_waits_until_the_first_is_a_minute_old() {
        let limit = FailureLimit::default();
        let peer = IpAddr::from([192, 0, 2, 1]);
        for at in 0..10 {
            assert_eq!(limit.wait_seconds(peer, at * 1000), None);
            limit.failed(peer, at * 1000);
        }
        assert_eq!(limit.wait_seconds(peer, 9_000), Some(51));
        assert_eq!(limit.wait_seconds(IpAddr::from([192, 0, 2, 2]), 9_000), None);
        assert_eq!(limit.wait_seconds(peer, 60_000), None);
    }
}
