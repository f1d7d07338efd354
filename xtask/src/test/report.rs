//! What came of the steps: a table, and the last line.

use super::counts::Counts;
use super::steps::Name;
use std::process::ExitCode;
use std::time::Duration;

/// How a step ended; the words are for people.
pub enum Ending {
    /// All well.
    Passed(Counts, String),
    /// A test, or the step itself, failed.
    Failed(Counts, String),
    /// Another step failed that this one needs.
    NotRun(String),
}

/// All steps so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<(Name, Ending, Duration)>,
}

impl Report {
    /// Notes a step's end and says so.
    pub fn add(&mut self, name: Name, ending: Ending, took: Duration) {
        println!("    {}", row(name, &ending, took));
        self.rows.push((name, ending, took));
    }

    /// Whether a step was tried without success.
    pub fn has_failed(&self, name: Name) -> bool {
        self.rows.iter().any(|(done, ending, _)| *done == name && !matches!(ending, Ending::Passed(..)))
    }

    /// Prints the table and the last line; the exit code says whether all is well.
    pub fn close(&self) -> ExitCode {
        let whole: Duration = self.rows.iter().map(|(_, _, took)| *took).sum();
        println!("\nsummary, {} s:", whole.as_secs());
        for (name, ending, took) in &self.rows {
            println!("    {}", row(*name, ending, *took));
        }
        let total = self.total();
        println!("{total}");
        let is_well =
            total.failed == 0 && self.rows.iter().all(|(_, ending, _)| matches!(ending, Ending::Passed(..)));
        if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Tests of all steps. A step that failed without a failed test counts as one failure; a
    /// passing step that has no tests of its own, such as formatting, counts as one passed check.
    fn total(&self) -> Counts {
        let mut total = Counts::default();
        for (_, ending, _) in &self.rows {
            match ending {
                Ending::Passed(counts, _) => {
                    total += *counts;
                    total.passed += usize::from(*counts == Counts::default());
                }
                Ending::Failed(counts, _) => {
                    total += *counts;
                    total.failed += usize::from(counts.failed == 0);
                }
                Ending::NotRun(_) => total.failed += 1,
            }
        }
        total
    }
}

fn row(name: Name, ending: &Ending, took: Duration) -> String {
    let (word, counts, words) = match ending {
        Ending::Passed(counts, words) => ("ok", Some(counts), words),
        Ending::Failed(counts, words) => ("FAILED", Some(counts), words),
        Ending::NotRun(words) => ("NOT RUN", None, words),
    };
    let counted =
        counts.filter(|counts| **counts != Counts::default()).map(ToString::to_string).unwrap_or_default();
    let line = format!("{:<15} {word:<7} {:>5} s  {counted}  {words}", name.to_string(), took.as_secs());
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Ending, Report};
    use crate::test::counts::Counts;
    use crate::test::steps::Name;
    use std::time::Duration;

    #[test]
    fn a_step_that_dies_without_a_failed_test_is_still_a_failure() {
        let mut report = Report::default();
        let ten = Counts { passed: 10, ..Counts::default() };
        report.add(Name::Native, Ending::Passed(ten, String::new()), Duration::ZERO);
        report.add(Name::Format, Ending::Passed(Counts::default(), String::new()), Duration::ZERO);
        report.add(Name::App, Ending::Failed(Counts::default(), String::new()), Duration::ZERO);
        report.add(Name::EndToEnd, Ending::NotRun(String::new()), Duration::ZERO);
        assert_eq!(report.total(), Counts { passed: 11, failed: 2, skipped: 0 });
        assert!(report.has_failed(Name::App) && report.has_failed(Name::EndToEnd));
        assert!(!report.has_failed(Name::Native));
    }
}
