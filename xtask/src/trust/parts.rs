//! The parts of the long proof: what each runs in one round, and its share of the time.

use super::cargo;
use crate::browsers::{self, Screen};
use crate::{paths, shell};
use anyhow::Result;
use std::process::Command;

/// One part.
pub struct Part {
    pub name: &'static str,
    pub what: &'static str,
    /// Of the whole time, in hundredths.
    pub share: u64,
    /// What has to be built or installed before the clock runs.
    pub ready: fn() -> Result<Vec<Command>>,
    pub command: fn(&Round<'_>) -> Result<Command>,
}

/// One run of a part.
pub struct Round<'a> {
    pub seed: u64,
    pub screen: &'a Screen,
}

pub const PARTS: [Part; 7] = [
    Part {
        name: "schedules",
        what: "simulated phones, network, endpoint and disks, with faults from a seed",
        share: 30,
        ready: || Ok(vec![cargo("build --release --package rounds-simulator")]),
        command: schedules,
    },
    Part {
        name: "browser",
        what: "a real Chromium killed at random moments of a scripted day",
        share: 24,
        ready: nothing,
        command: browser,
    },
    Part {
        name: "endpoint",
        what: "the real endpoint killed under load",
        share: 12,
        ready: faults_built,
        command: |round| Ok(faults("hazard_26", "ROUNDS_ENDPOINT_KILLS", "300", round)),
    },
    Part {
        name: "power",
        what: "the endpoint's disk as a power cut leaves it",
        share: 10,
        ready: faults_built,
        command: |round| Ok(faults("hazard_27", "ROUNDS_POWER_CUTS", "2000", round)),
    },
    Part {
        name: "restores",
        what: "backups restored at random points, phones offer again",
        share: 10,
        ready: faults_built,
        command: |round| Ok(faults("hazard_24", "ROUNDS_RESTORES", "300", round)),
    },
    Part {
        name: "writers",
        what: "64 writers with the same 10,000 ids, on SQLite and Postgres",
        share: 4,
        ready: faults_built,
        command: |round| Ok(faults("hazard_28", "ROUNDS_WRITERS", "64", round)),
    },
    Part {
        name: "fuzz",
        what: "every parser of outside data, guided by coverage",
        share: 10,
        ready: nothing,
        command: fuzz,
    },
];

fn nothing() -> Result<Vec<Command>> {
    Ok(Vec::new())
}

fn schedules(round: &Round<'_>) -> Result<Command> {
    const AT_ONCE: u64 = 50_000;
    let program = paths::target().join("release").join("rounds-simulator");
    let mut command = shell::command(program);
    // Rounds follow one another without meeting: each begins where the one before ended.
    let from = round.seed.wrapping_mul(AT_ONCE);
    command.args(["--schedules", &AT_ONCE.to_string(), "--from", &from.to_string(), "--json"]);
    Ok(command)
}

fn browser(round: &Round<'_>) -> Result<Command> {
    let mut command = shell::command("node");
    command.args(["--test", "--test-reporter=spec", "--test-name-pattern=killed at random moments"]);
    command.arg(paths::npm().join("hazards").join("kills.test.mjs"));
    command.envs(browsers::variables(round.screen));
    command.env("ROUNDS_BROWSER_KILLS", "50").env("ROUNDS_SEED", round.seed.to_string());
    Ok(command)
}

fn faults_built() -> Result<Vec<Command>> {
    Ok(vec![cargo("build --release --package rounds-endpoint --tests")])
}

fn faults(filter: &str, count: &str, number: &str, round: &Round<'_>) -> Command {
    let mut command = cargo("test --release --package rounds-endpoint --tests");
    command.args([filter, "--", "--nocapture", "--test-threads=1"]);
    command.env(count, number).env("ROUNDS_SEED", round.seed.to_string());
    command
}

fn fuzz(round: &Round<'_>) -> Result<Command> {
    let mut command = shell::command("sh");
    command.arg(paths::root().join("fuzz").join("run.sh")).arg("60");
    command.env("ROUNDS_SEED", round.seed.to_string());
    Ok(command)
}
