//! `cargo xtask bench`: the release app and endpoint, measured by `tests/bench/run.mjs`.

use crate::browsers::{self, Screen};
use crate::setup::{self, Purpose};
use crate::{app, paths, shell};
use anyhow::{Result, bail};
use std::process::ExitCode;

/// Entry point; the arguments go to the script.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let script = paths::root().join("tests").join("bench").join("run.mjs");
    if !script.is_file() {
        bail!("{} is missing", paths::shown(&script));
    }
    setup::ensure(Purpose::Test)?;
    app::build_both()?;
    let screen = Screen::open()?;
    shell::run(shell::command("node").arg(script).args(arguments).envs(browsers::variables(&screen)))?;
    Ok(ExitCode::SUCCESS)
}
