//! What was seen from outside, as one number: two runs of a seed must agree on it.

use rounds::sync::backoff::nth_random;

/// The number, and the words where someone wants to read them.
#[derive(Clone, Debug)]
pub struct Trace {
    hash: u64,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// Nothing seen yet. With `keeps_words` the lines can be read afterwards.
    pub fn new(keeps_words: bool) -> Self {
        Self { hash: 0, lines: keeps_words.then(Vec::new) }
    }

    /// Notes a few numbers under a name.
    pub fn note(&mut self, what: &str, numbers: &[u64]) {
        let words = what.bytes().fold(self.hash, |hash, byte| nth_random(hash, u64::from(byte)));
        self.hash = numbers.iter().fold(words, |hash, number| nth_random(hash, *number));
    }

    /// Adds words that are only for reading.
    pub fn say(&mut self, words: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(words());
        }
    }

    /// The number.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The words.
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
