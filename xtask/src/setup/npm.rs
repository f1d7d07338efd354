//! The npm tools, exactly as the lock file names them and without running their scripts.

use super::Outcome;
use crate::{paths, precache, shell};
use anyhow::{Context, Result, bail};
use std::fs;

const OLDEST_NODE: u32 = 20;
/// Written beside the installed packages; `npm ci` removes it with them.
const STAMP: &str = ".installed-from";

/// Makes sure of Node and of the packages in `tests/e2e`.
pub fn ensure() -> Result<Outcome> {
    let node = node_version()?;
    let folder = paths::npm();
    let lock =
        fs::read(folder.join("package-lock.json")).context("tests/e2e/package-lock.json is missing")?;
    let wanted = precache::hash(&lock);
    let stamp = folder.join("node_modules").join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(Outcome::There(format!("Node {node}, packages of the lock file")));
    }
    shell::find("npm").context("Node is there, but npm is not")?;
    let mut command = shell::command("npm");
    command.current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    shell::run(&mut command)?;
    fs::write(&stamp, wanted)?;
    Ok(Outcome::Installed(format!("Node {node}, packages of the lock file")))
}

fn node_version() -> Result<String> {
    let text = shell::ask(shell::command("node").arg("--version")).context("there is no Node.js")?;
    let version = text.trim_start_matches('v').to_owned();
    let major: u32 = version.split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0);
    if major < OLDEST_NODE {
        bail!("Node {version} is too old");
    }
    Ok(version)
}
