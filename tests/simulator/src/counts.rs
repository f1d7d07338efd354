//! What happened, counted: so that a fault that never strikes is seen.

use std::collections::BTreeMap;

/// How often each thing happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    /// Once more.
    pub fn add(&mut self, what: &'static str) {
        self.add_many(what, 1);
    }

    /// So many times more.
    pub fn add_many(&mut self, what: &'static str, times: u64) {
        if times > 0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    /// How often it happened.
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    /// All that happened, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(what, times)| (*what, *times))
    }

    /// Takes another's counts in.
    pub fn join(&mut self, other: &Self) {
        for (what, times) in other.all() {
            self.add_many(what, times);
        }
    }
}
