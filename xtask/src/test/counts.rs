//! How many tests a runner says it ran, read from what it prints.

use std::fmt;
use std::ops::AddAssign;

/// Tests of one run or of many.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed or were cut off.
    pub failed: usize,
    /// Tests that were not tried.
    pub skipped: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(out, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// cargo-nextest's summary, or the sum of `test result:` lines of libtest and wasm-bindgen-test.
pub fn of_cargo(text: &str) -> Counts {
    let mut total = Counts::default();
    for line in text.lines().map(plain) {
        let numbers = if let Some((_, numbers)) = line.split_once("test result:") {
            numbers
        } else if let Some((head, numbers)) = line.split_once(" run: ")
            && head.contains("Summary")
        {
            numbers
        } else {
            continue;
        };
        total += Counts {
            passed: before(numbers, "passed"),
            failed: before(numbers, "failed") + before(numbers, "timed out"),
            skipped: before(numbers, "ignored") + before(numbers, "skipped"),
        };
    }
    total
}

/// The summary of `node --test`, in either of its two reporters' forms.
pub fn of_node(text: &str) -> Counts {
    let of = |word: &str| {
        let mut found = text.lines().map(plain).filter_map(|line| {
            let rest = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# "))?;
            rest.strip_prefix(word)?.trim().parse().ok()
        });
        found.next_back().unwrap_or(0)
    };
    Counts {
        passed: of("pass "),
        failed: of("fail ") + of("cancelled "),
        skipped: of("skipped ") + of("todo "),
    }
}

/// The number just before a word, as in `12 passed`.
fn before(text: &str, word: &str) -> usize {
    let Some(at) = text.find(word) else { return 0 };
    text[..at].split_whitespace().last().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A line without surrounding space; runners colour nothing when not on a terminal.
fn plain(line: &str) -> &str {
    line.trim()
}

#[cfg(test)]
mod tests {
    use super::{Counts, of_cargo, of_node};

    #[test]
    fn nextest() {
        let text =
            "     Summary [   1.204s] 40 tests run: 37 passed (1 slow), 2 failed, 1 timed out, 3 skipped\n";
        assert_eq!(of_cargo(text), Counts { passed: 37, failed: 3, skipped: 3 });
    }

    #[test]
    fn libtest_and_wasm_bindgen_test_in_several_runs() {
        let text = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
                    test result: FAILED. 2 passed; 1 failed; 0 ignored; 3 filtered out; finished in 0.1s\n";
        assert_eq!(of_cargo(text), Counts { passed: 7, failed: 1, skipped: 1 });
    }

    #[test]
    fn node_in_both_forms() {
        let spec = "✔ a name with pass 99 in it\nℹ tests 9\nℹ pass 6\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\n";
        assert_eq!(of_node(spec), Counts { passed: 6, failed: 2, skipped: 1 });
        assert_eq!(of_node("# pass 3\n# fail 0\n"), Counts { passed: 3, failed: 0, skipped: 0 });
    }

    #[test]
    fn nothing_ran() {
        assert_eq!(of_cargo("error: could not compile"), Counts::default());
        assert_eq!(of_node(""), Counts::default());
    }

    #[test]
    fn the_last_line_is_plain() {
        assert_eq!(Counts { passed: 3, failed: 0, skipped: 0 }.to_string(), "3 passed, 0 failed");
        assert_eq!(Counts { passed: 3, failed: 1, skipped: 2 }.to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
