//! The crash journal: what is kept of the app's breakdowns, outside the database, so that it can be
//! told and handed on. Nothing personal: only words of the program itself are let through.
//!
//! Its text is also written by the start script, when the program can no longer write anything.

use serde::{Deserialize, Serialize};

/// How many are kept, the newest.
const KEPT: usize = 5;
/// The longest words kept, letters.
const LONGEST: usize = 120;

/// One breakdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Crash {
    /// Device wall time, milliseconds since 1970.
    pub at_ms: u64,
    /// The app's version.
    pub version: String,
    /// Where in the program, as `file:line`.
    pub place: String,
    /// What the program said of it.
    pub words: String,
}

/// The journal, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Journal {
    /// Breakdowns.
    pub crashes: Vec<Crash>,
    /// They were told already.
    pub told: bool,
}

impl Journal {
    /// Reads its text; what cannot be read is an empty journal.
    pub fn read(text: Option<&str>) -> Self {
        text.and_then(|text| crate::json::read(text).ok()).unwrap_or_default()
    }

    /// Adds one, of which nobody was told yet.
    pub fn add(&mut self, crash: Crash) {
        self.crashes.push(crash);
        let spare = self.crashes.len().saturating_sub(KEPT);
        self.crashes.drain(..spare);
        self.told = false;
    }

    /// Its text.
    pub fn text(&self) -> String {
        super::draft::to_json(self)
    }
}

/// Where in the program, without the folders of whoever built it.
pub fn place(file: &str, line: u32) -> String {
    let from = file.rmatch_indices(['/', '\\']).nth(2).map_or(0, |(at, _)| at + 1);
    format!("{}:{line}", &file[from..])
}

/// The words of a message that are the program's own: what follows a colon or stands in quotes may
/// be what a person typed.
pub fn own_words(message: &str) -> String {
    let end = message.find([':', ';', '`', '"', '\'', '“', '\n']).unwrap_or(message.len());
    message[..end].trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crash(at_ms: u64) -> Crash {
        Crash { at_ms, version: "1".into(), place: "src/a.rs:1".into(), words: "it broke".into() }
    }

    #[test]
    fn what_a_person_typed_does_not_get_in() {
        for (message, kept) in [
            ("it is taken once", "it is taken once"),
            ("plain data always has JSON: Error(\"张三\")", "plain data always has JSON"),
            ("byte index 1 is not a char boundary; it is inside '张'", "byte index 1 is not a char boundary"),
            (
                "end byte index 9 is out of bounds of `王先生 13800000000`",
                "end byte index 9 is out of bounds of",
            ),
            ("two\nlines", "two"),
            ("“said”", ""),
            ("", ""),
        ] {
            assert_eq!(own_words(message), kept);
        }
        assert_eq!(own_words(&"长".repeat(500)).chars().count(), 120);
    }

    #[test]
    fn a_place_names_no_folder_of_the_builders() {
        assert_eq!(place("src/ui/app.rs", 7), "src/ui/app.rs:7");
        assert_eq!(place("/somebody/registry/crate-1.0/src/lib.rs", 7), "crate-1.0/src/lib.rs:7");
        assert_eq!(place("lib.rs", 7), "lib.rs:7");
    }

    #[test]
    fn the_newest_five_are_kept_and_told_anew() {
        let mut journal = Journal { told: true, ..Journal::default() };
        (1..=7).for_each(|at_ms| journal.add(crash(at_ms)));
        assert_eq!(journal.crashes.iter().map(|crash| crash.at_ms).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        assert!(!journal.told);
        assert_eq!(Journal::read(Some(&journal.text())), journal);
    }

    #[test]
    fn a_spoilt_or_short_journal_is_read_as_far_as_it_goes() {
        assert_eq!(Journal::read(None), Journal::default());
        assert_eq!(Journal::read(Some("{\"crashes\":")), Journal::default());
        let short = Journal::read(Some("{\"crashes\":[{\"at_ms\":5,\"words\":\"out of memory\"}]}"));
        assert_eq!(short.crashes[0].at_ms, 5);
        assert!(!short.told);
    }
}
