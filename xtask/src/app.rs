//! Building the two halves of what runs: the app by Trunk, the endpoint by cargo.

use crate::{paths, precache, process, shell};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What the built app depends on, beside the tools.
const INPUTS: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "index.html",
    ".cargo/config.toml",
    "src",
    "public",
    "style",
    "xtask/src/precache.rs",
    "tests/e2e/package-lock.json",
];
/// A first build from nothing takes three minutes on two cores.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// Trunk's release build; no network, our tools.
pub fn trunk() -> Command {
    let mut command = shell::command("trunk");
    command.args(["build", "--release", "--offline"]);
    // Trunk takes NO_COLOR's value for that of its own flag and refuses "1".
    command
        .env_remove("NO_COLOR")
        // A compile error is said by cargo already; Trunk's own backtrace only hides it.
        .env("RUST_BACKTRACE", "0")
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    command
}

/// The endpoint's release build.
pub fn endpoint() -> Command {
    let mut command = shell::cargo();
    command.args(["build", "--release", "--package", "rounds-endpoint"]);
    command
}

/// Builds the app and the endpoint with the output on the screen; the app only when an input
/// changed.
pub fn build_both() -> Result<()> {
    if is_fresh() {
        println!("app: nothing changed since the last build");
    } else {
        println!("app: release build by Trunk (three minutes the first time)");
        process::run_limited(&mut trunk(), LIMIT)?;
        remember()?;
    }
    println!("endpoint: release build by cargo (some minutes the first time)");
    process::run_limited(&mut endpoint(), LIMIT)
}

/// Whether `dist` is what the present inputs give.
pub fn is_fresh() -> bool {
    let Ok(now) = fingerprint() else { return false };
    paths::dist().join("index.html").is_file() && fs::read_to_string(stamp()).is_ok_and(|then| then == now)
}

/// Notes that `dist` was built from the present inputs.
pub fn remember() -> Result<()> {
    fs::create_dir_all(paths::target())?;
    fs::write(stamp(), fingerprint()?).context("could not note what the app was built from")
}

fn stamp() -> PathBuf {
    paths::target().join("rounds-app.stamp")
}

fn fingerprint() -> Result<String> {
    let mut lines = vec![shell::ask(shell::command("rustc").arg("--version")).unwrap_or_default()];
    // The worker lists every file's hash, so a `dist` that something else built is noticed.
    lines.push(precache::hash(&fs::read(paths::dist().join("sw.js"))?));
    for input in INPUTS {
        for file in precache::files(&paths::root().join(input))? {
            lines.push(format!("{} {}", relative(&file), precache::hash(&fs::read(&file)?)));
        }
    }
    Ok(precache::hash(lines.join("\n").as_bytes()))
}

fn relative(file: &Path) -> String {
    paths::shown(file)
}
