//! The crash journal: what is kept of the app's breakdowns, outside the database, so that it can be
//! told and handed on. A few lines of plain text, because a program that breaks down should have
//! little to do. Nothing personal: only words of the program itself are let through.
//!
//! The start script writes a line too, when the program can no longer write anything.

/// How many lines are kept, the newest.
const KEPT: usize = 10;
/// The longest words kept, letters.
const LONGEST: usize = 120;
/// The line that says: a person has read what is above.
const TOLD: &str = "told";

/// The journal with one more breakdown: device wall time in milliseconds since 1970, the app's
/// version, the place in the program, and what it said.
pub fn add(journal: &str, at_ms: u64, version: &str, place: &str, message: &str) -> String {
    with_line(journal, &format!("{at_ms} {version} {place} {}", own_words(message)))
}

/// The journal once a person has read it.
pub fn told(journal: &str) -> String {
    with_line(journal, TOLD)
}

/// Whether it holds something nobody has read.
pub fn is_news(journal: &str) -> bool {
    journal.lines().last().is_some_and(|line| line != TOLD)
}

/// Where in the program, without the folders of whoever built it.
pub fn place(file: &str, line: u32) -> String {
    let from = file.rmatch_indices(['/', '\\']).nth(2).map_or(0, |(at, _)| at + 1);
    format!("{}:{line}", &file[from..])
}

/// The words of a message that are the program's own: what follows a colon or stands in quotes may
/// be what a person typed.
fn own_words(message: &str) -> &str {
    let end = message.find([':', ';', '`', '"', '\'', '“', '\n']).unwrap_or(message.len());
    let own = &message[..end];
    own.char_indices().nth(LONGEST).map_or(own, |(at, _)| &own[..at]).trim()
}

fn with_line(journal: &str, line: &str) -> String {
    let lines: Vec<&str> = journal.lines().chain([line]).collect();
    lines[lines.len().saturating_sub(KEPT)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_newest_are_kept_and_told_anew() {
        assert!(!is_news(""));
        let once = add("", 5, "1.2", "src/a.rs:1", "it broke: 张三");
        assert_eq!(once, "5 1.2 src/a.rs:1 it broke");
        assert!(is_news(&once));
        let read = told(&once);
        assert!(!is_news(&read));
        let twice = add(&read, 6, "1.2", "src/b.rs:2", "");
        assert!(is_news(&twice) && twice.starts_with(&once));
        let many = (0..40).fold(twice, |journal, at_ms| add(&journal, at_ms, "1.2", "src/c.rs:3", "again"));
        assert_eq!(many.lines().count(), 10);
        assert!(many.lines().last().is_some_and(|line| line.starts_with("39 ")));
    }
}
