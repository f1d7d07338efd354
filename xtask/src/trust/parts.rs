//! The parts of the long proof: what each runs in one round, and its share of the time.

use super::cargo;
use crate::browsers::{self, Screen};
use crate::setup::tools;
use crate::test::conformance;
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

pub const PARTS: [Part; 8] = [
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
        share: 22,
        ready: nothing,
        command: browser,
    },
    Part {
        name: "endpoint",
        what: "the real endpoint killed under load",
        share: 12,
        ready: tests_built,
        command: |round| Ok(repeated(&["--test", "faults", "kill"], ("ROUNDS_ENDPOINT_KILLS", 250), round)),
    },
    Part {
        name: "power",
        what: "the endpoint's disk as power cuts leave it",
        share: 10,
        ready: tests_built,
        command: |round| Ok(repeated(&["--test", "faults", "hazard_27"], ("ROUNDS_POWER_CUTS", 480), round)),
    },
    Part {
        name: "restores",
        what: "backups restored at random points, and phones that offer again",
        share: 8,
        ready: tests_built,
        command: |round| Ok(repeated(&["--test", "office", "hazard_24"], ("ROUNDS_RESTORES", 250), round)),
    },
    Part {
        name: "writers",
        what: "64 writers with the same 10,000 ids, on SQLite and on Postgres",
        share: 4,
        ready: tests_built,
        command: |round| {
            Ok(repeated(&["--test", "contract", "hazard_28"], ("ROUNDS_HAZARD_28_IDS", 10_000), round))
        },
    },
    Part {
        name: "fuzz",
        what: "every parser of outside data, guided by coverage",
        share: 12,
        ready: || tools::cargo_fuzz().map(|_| vec![fuzz_script("build")]),
        command: fuzz,
    },
    Part {
        name: "api",
        what: "requests made up by schemathesis from the endpoint's own description",
        share: 2,
        ready: nothing,
        command: api,
    },
];

fn nothing() -> Result<Vec<Command>> {
    Ok(Vec::new())
}

fn tests_built() -> Result<Vec<Command>> {
    Ok(vec![cargo("test --release --package rounds-endpoint --tests --no-run")])
}

fn schedules(round: &Round<'_>) -> Result<Command> {
    const AT_ONCE: u64 = 50_000;
    let mut command = shell::command(paths::target().join("release").join("rounds-simulator"));
    // Rounds follow one another without meeting: each begins where the one before ended.
    let from = round.seed.wrapping_mul(AT_ONCE);
    command.args(["--trust", "--schedules", &AT_ONCE.to_string(), "--from", &from.to_string()]);
    Ok(command)
}

fn browser(round: &Round<'_>) -> Result<Command> {
    let mut command = shell::command("node");
    command.args(["--test", "--test-reporter=spec"]).arg(paths::npm().join("kills.test.mjs"));
    command.envs(browsers::variables(round.screen));
    command.env("ROUNDS_BROWSER_KILLS", "50").env("ROUNDS_SEED", round.seed.to_string());
    Ok(command)
}

/// A test of the endpoint, with more rounds than the ordinary run has.
fn repeated(filter: &[&str], (variable, number): (&str, u64), round: &Round<'_>) -> Command {
    let mut command = cargo("test --release --package rounds-endpoint");
    command.args(filter).args(["--", "--nocapture", "--test-threads=1"]);
    command.env(variable, number.to_string()).env("ROUNDS_SEED", round.seed.to_string());
    command
}

fn fuzz(_: &Round<'_>) -> Result<Command> {
    Ok(fuzz_script("20"))
}

fn fuzz_script(what: &str) -> Command {
    let mut command = shell::command("bash");
    command.arg(paths::root().join("fuzz").join("run.sh")).arg(what);
    command
}

fn api(round: &Round<'_>) -> Result<Command> {
    let mut command = conformance();
    command.args(["--seed", &(round.seed % 1_000_000).to_string()]);
    Ok(command)
}
