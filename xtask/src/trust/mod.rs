//! `cargo xtask trust`: the long proof that nothing is lost, doubled or stuck.
//!
//! Each part repeats a test of the ordinary run with more rounds and new seeds until its share of
//! the time is over, and says in figures what it did: a line `trust: {"kills": 20, "lost": 0}` on
//! its output. Figures of all rounds are added up, shown as one table and written as JSON.

mod figures;
mod parts;
mod table;

use crate::browsers::Screen;
use crate::setup::{self, Purpose};
use crate::{app, paths, process, shell};
use anyhow::{Context, Result, bail};
use figures::Figures;
use parts::{PARTS, Part, Round};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};
use table::{Outcome, Report};

/// No round is that long; one that is has hung.
const ROUND_LIMIT: Duration = Duration::from_secs(20 * 60);

struct Wish {
    minutes: u64,
    seed: u64,
    json: PathBuf,
    only: Option<Vec<String>>,
}

/// Entry point of the command.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let wish = Wish::read(arguments)?;
    setup::ensure(Purpose::Test)?;
    app::build_both()?;
    fs::create_dir_all(paths::logs())?;
    let screen = Screen::open()?;
    let chosen: Vec<&Part> = PARTS.iter().filter(|part| wish.wants(part)).collect();
    let shares: u64 = chosen.iter().map(|part| part.share).sum();
    println!("\n{} minutes, seed {}: the same seed gives the same rounds", wish.minutes, wish.seed);
    let mut report = Report::new(wish.minutes, wish.seed);
    for part in chosen {
        for command in (part.ready)()? {
            process::run_limited(&mut { command }, ROUND_LIMIT)?;
        }
        let slice = Duration::from_secs(wish.minutes * 60 * part.share / shares);
        println!("\n{}: {} ({} s)", part.name, part.what, slice.as_secs());
        report.add(part.name, attempt(part, wish.seed, slice, &screen)?);
    }
    report.print();
    fs::write(&wish.json, report.json()).with_context(|| format!("cannot write {}", wish.json.display()))?;
    println!("written to {}", paths::shown(&wish.json));
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Rounds of one part until its time is over; at least one, and none after a failure.
fn attempt(part: &Part, seed: u64, slice: Duration, screen: &Screen) -> Result<Outcome> {
    let began = Instant::now();
    let mut outcome = Outcome::default();
    while outcome.rounds == 0 || began.elapsed() < slice {
        let round = Round { seed: seed + outcome.rounds, screen };
        let log = paths::logs().join(format!("trust-{}.log", part.name));
        let file = File::create(&log)?;
        let mut command = (part.command)(&round)?;
        command.stdout(file.try_clone()?).stderr(file);
        let ended = process::run_limited(&mut command, ROUND_LIMIT);
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let figures = Figures::of_output(&text);
        outcome.rounds += 1;
        outcome.took = began.elapsed();
        let problem = match ended {
            Err(error) => Some(format!("{error:#}")),
            Ok(()) if figures.is_empty() => Some("it told no figures".to_owned()),
            Ok(()) => None,
        };
        outcome.figures.add(&figures);
        println!("    round {}, {} s: {figures}", outcome.rounds, outcome.took.as_secs());
        if let Some(problem) = problem {
            let kept = paths::logs().join(format!("trust-{}-failed-{}.log", part.name, round.seed));
            fs::rename(&log, &kept)?;
            println!("    FAILED with seed {}: {problem}; log: {}", round.seed, paths::shown(&kept));
            outcome.problem = Some(format!("seed {}: {problem}", round.seed));
            break;
        }
    }
    Ok(outcome)
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let json = paths::target().join("trust.json");
        let mut wish = Self { minutes: 30, seed: now.as_secs(), json, only: None };
        let mut rest = arguments.iter();
        while let Some(flag) = rest.next() {
            let value = rest.next().with_context(|| format!("{flag} wants a value"))?;
            let number =
                || value.parse::<u64>().with_context(|| format!("{flag} wants a number, not {value}"));
            match flag.as_str() {
                "--minutes" => wish.minutes = number()?.max(1),
                "--seed" => wish.seed = number()?,
                "--json" => wish.json = PathBuf::from(value),
                "--only" => wish.only = Some(known(value)?),
                _ => bail!("trust knows --minutes N, --seed N, --json FILE and --only PART[,PART]"),
            }
        }
        Ok(wish)
    }

    fn wants(&self, part: &Part) -> bool {
        self.only.as_ref().is_none_or(|names| names.iter().any(|name| name == part.name))
    }
}

fn known(names: &str) -> Result<Vec<String>> {
    let all: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    match names.iter().find(|name| !all.contains(&name.as_str())) {
        Some(other) => bail!("there is no part `{other}`; there are: {}", all.join(", ")),
        None => Ok(names),
    }
}

/// A command of cargo's without colours, for logs.
fn cargo(words: &str) -> std::process::Command {
    let mut command = shell::cargo();
    command.args(words.split_whitespace()).env("CARGO_TERM_COLOR", "never");
    command
}
