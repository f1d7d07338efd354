//! What came of the parts: one table, and the same as JSON.

use super::figures::Figures;
use serde_json::json;
use std::time::Duration;

/// The columns in the order of the table; a part fills those that it has.
const COLUMNS: [&str; 9] = [
    "schedules",
    "kills",
    "power_cuts",
    "restores",
    "receipts",
    "duplicates",
    "executions",
    "api_calls",
    "faults",
];
/// What must stay at nought.
const HARM: [&str; 3] = ["lost", "doubled", "stuck"];

/// One part.
#[derive(Default)]
pub struct Outcome {
    pub rounds: u64,
    pub took: Duration,
    pub figures: Figures,
    pub problem: Option<String>,
}

/// All parts.
pub struct Report {
    minutes: u64,
    seed: u64,
    rows: Vec<(&'static str, Outcome)>,
}

impl Report {
    pub fn new(minutes: u64, seed: u64) -> Self {
        Self { minutes, seed, rows: Vec::new() }
    }

    pub fn add(&mut self, name: &'static str, outcome: Outcome) {
        self.rows.push((name, outcome));
    }

    /// Whether every part went through and nothing was lost, doubled or stuck.
    pub fn is_well(&self) -> bool {
        let total = self.total();
        let harmless = HARM.iter().all(|name| total.get(name).unwrap_or_default() == 0);
        harmless && self.rows.iter().all(|(_, outcome)| outcome.problem.is_none())
    }

    /// The table in Markdown.
    pub fn print(&self) {
        println!("\n{}", self.table());
        for (name, outcome) in &self.rows {
            if let Some(problem) = &outcome.problem {
                println!("{name} FAILED: {problem}");
            }
        }
    }

    pub fn json(&self) -> String {
        let parts: Vec<_> = self
            .rows
            .iter()
            .map(|(name, outcome)| {
                json!({
                    "part": name, "rounds": outcome.rounds, "seconds": outcome.took.as_secs(),
                    "figures": outcome.figures.json(), "problem": outcome.problem,
                })
            })
            .collect();
        let whole = json!({
            "minutes": self.minutes, "seed": self.seed, "well": self.is_well(),
            "total": self.total().json(), "parts": parts,
        });
        format!("{whole:#}\n")
    }

    fn table(&self) -> String {
        let names: Vec<&str> = COLUMNS.iter().chain(&HARM).copied().collect();
        let title: Vec<String> = names.iter().map(|name| name.replace('_', " ")).collect();
        let mut lines = vec![format!("| part | s | {} |", title.join(" | "))];
        lines.push(format!("|---|{}", "---:|".repeat(names.len() + 1)));
        for (name, outcome) in &self.rows {
            lines.push(line(name, outcome.took.as_secs(), &outcome.figures, &names));
        }
        let seconds = self.rows.iter().map(|(_, outcome)| outcome.took.as_secs()).sum();
        lines.push(line("all", seconds, &self.total(), &names));
        lines.join("\n")
    }

    fn total(&self) -> Figures {
        let mut total = Figures::default();
        self.rows.iter().for_each(|(_, outcome)| total.add(&outcome.figures));
        total
    }
}

fn line(name: &str, seconds: u64, figures: &Figures, names: &[&str]) -> String {
    let cells: Vec<String> = names
        .iter()
        .map(|name| figures.get(name).map_or_else(String::new, |count| count.to_string()))
        .collect();
    format!("| {name} | {seconds} | {} |", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::{Figures, Outcome, Report};

    #[test]
    fn one_lost_record_or_one_failed_part_is_enough() {
        let with = |text: &str, problem: Option<&str>| {
            let mut report = Report::new(1, 7);
            let figures = Figures::of_output(text);
            let problem = problem.map(str::to_owned);
            report.add("kills", Outcome { rounds: 1, figures, problem, ..Outcome::default() });
            report
        };
        assert!(with(r#"trust: {"kills": 9, "lost": 0}"#, None).is_well());
        assert!(!with(r#"trust: {"kills": 9, "lost": 1}"#, None).is_well());
        assert!(!with(r#"trust: {"kills": 9, "lost": 0}"#, Some("died")).is_well());
        let report = with(r#"trust: {"kills": 9, "lost": 0}"#, None);
        assert!(
            report.table().ends_with("| all | 0 |  | 9 |  |  |  |  |  |  |  | 0 |  |  |"),
            "{}",
            report.table()
        );
        assert!(report.json().contains("\"kills\": 9"));
    }
}
