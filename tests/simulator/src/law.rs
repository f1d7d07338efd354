//! The laws, by name.

use std::fmt;

/// What must hold whatever happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Law {
    /// What was called saved is on its phone, byte for byte, until it may leave.
    Saved,
    /// What was receipted is at the endpoint, once, byte for byte.
    Receipted,
    /// Nothing arrives that nobody made.
    Nobody,
    /// Numbers are given once, without a gap, and a gap is seen at the endpoint.
    Gap,
    /// Once faults stop, all queues are empty within ten minutes.
    Stuck,
    /// Each photo of a received record is whole at the endpoint; none leaves its phone before.
    Photos,
    /// A record stays its author's.
    Author,
}

/// A law that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub law: Law,
    /// How.
    pub words: String,
}

impl Law {
    /// It was broken.
    pub fn broken(self, words: impl Into<String>) -> Broken {
        Broken { law: self, words: words.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.law, self.words)
    }
}
