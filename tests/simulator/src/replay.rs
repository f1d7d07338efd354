//! A run in words: step by step, and when it broke a law, the shortest schedule that still does.

use std::fmt::Write;

use crate::generate::schedule;
use crate::plant::Plant;
use crate::run::run;
use crate::shrink::shrink;
use crate::step::Schedule;

/// A run of a schedule, step by step with its requests, and how it ended.
pub fn tell(schedule: &Schedule, plant: Option<Plant>) -> String {
    let outcome = run(schedule, plant, true);
    let mut text = format!("seed {}, {} phones\n", schedule.seed, schedule.phones);
    for line in &outcome.lines {
        writeln!(text, "{line}").expect("writing to a String cannot fail");
    }
    let end = outcome.broken.map_or_else(|| "all laws held".to_owned(), |(_, broken)| broken.to_string());
    writeln!(text, "{end}\ntrace {:016x}", outcome.hash).expect("writing to a String cannot fail");
    text
}

/// The shortest schedule found that breaks the law that a seed breaks, told; empty when it breaks none.
pub fn explain(seed: u64, plant: Option<Plant>) -> String {
    let schedule = schedule(seed);
    let Some((_, broken)) = run(&schedule, plant, false).broken else { return String::new() };
    let shrunk = shrink(&schedule, broken.law, plant);
    format!(
        "seed {seed} broke a law after {} steps: {broken}\nthe shortest schedule found that does:\n{}",
        schedule.steps.len(),
        tell(&shrunk, plant)
    )
}
