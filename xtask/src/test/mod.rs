//! `cargo xtask test`: every check of the project, in the order of how soon each can fail.
//!
//! A step that fails does not stop the others, but one that needs its product is not run. The
//! last line is plain, for people and machines: `N passed, N failed`.

mod budget;
mod counts;
mod report;
mod steps;

use crate::browsers::Screen;
use crate::setup::{self, Purpose};
use crate::{paths, shell};
use anyhow::{Context, Result, bail};
use counts::Counts;
use report::{Ending, Report};
use std::fs::{self, File};
use std::process::{Command, ExitCode};
use std::time::Instant;
pub use steps::conformance;
use steps::{Name, Step, Work};

/// How much of a failed step's log goes on the screen.
const LINES_SHOWN: usize = 60;

/// Entry point of the command.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let wanted = match arguments {
        [] => Name::ALL.to_vec(),
        [flag, names] if flag == "--only" && names == "list" => {
            Name::ALL.iter().for_each(|name| println!("{name}"));
            return Ok(ExitCode::SUCCESS);
        }
        [flag, names] if flag == "--only" => names.split(',').map(Name::parse).collect::<Result<_>>()?,
        _ => bail!("test knows only --only NAME[,NAME]; `--only list` prints the names"),
    };
    setup::ensure(Purpose::Test)?;
    fs::create_dir_all(paths::logs())?;
    let screen = Screen::open()?;
    let plan = with_needs(&wanted);
    let mut report = Report::default();
    for (index, name) in plan.iter().enumerate() {
        println!("\n[{}/{}] {name}: {}", index + 1, plan.len(), name.purpose());
        let began = Instant::now();
        let lost = name.needs().iter().find(|need| report.has_failed(**need));
        let ending = match lost {
            Some(need) => Ending::NotRun(format!("needs {need}")),
            None => attempt(*name, &screen),
        };
        report.add(*name, ending, began.elapsed());
    }
    Ok(report.close())
}

/// The wanted steps and those whose products they need, in the usual order.
fn with_needs(wanted: &[Name]) -> Vec<Name> {
    let is_needed = |name: &Name| wanted.iter().any(|step| step == name || step.needs().contains(name));
    Name::ALL.into_iter().filter(is_needed).collect()
}

fn attempt(name: Name, screen: &Screen) -> Ending {
    let outcome = steps::step(name, screen).and_then(|step| perform(name, step));
    outcome.unwrap_or_else(|error| Ending::Failed(Counts::default(), format!("{error:#}")))
}

fn perform(name: Name, step: Step) -> Result<Ending> {
    let Step { work, after } = step;
    let (commands, limit, count) = match work {
        Work::Own(own) => return own().map(|words| Ending::Passed(Counts::default(), words)),
        Work::Commands { commands, limit, count } => (commands, limit, count),
    };
    let log = paths::logs().join(format!("{name}.log"));
    let file = File::create(&log).with_context(|| format!("no log at {}", log.display()))?;
    let mut problem = None;
    for mut command in commands {
        println!("    {}", shell::shown(&command));
        if let Err(error) = logged(&mut command, &file, limit) {
            problem = Some(format!("{error:#}"));
            break;
        }
    }
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let counted = count.map(|count| count(&text));
    let counts = counted.unwrap_or_default();
    if problem.is_none() && counted.is_some_and(|counts| counts.passed + counts.failed == 0) {
        problem = Some("no test ran".to_owned());
    }
    if problem.is_none() && counts.failed > 0 {
        problem = Some(format!("{} tests failed", counts.failed));
    }
    let Some(problem) = problem else {
        after.map_or(Ok(()), |after| after())?;
        return Ok(Ending::Passed(counts, String::new()));
    };
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(LINES_SHOWN)..] {
        println!("    | {line}");
    }
    Ok(Ending::Failed(counts, format!("{problem}; whole log: {}", paths::shown(&log))))
}

fn logged(command: &mut Command, file: &File, limit: std::time::Duration) -> Result<()> {
    command.stdout(file.try_clone()?).stderr(file.try_clone()?);
    crate::process::run_limited(command, limit)
}
