//! Trunk and wasm-bindgen: a prebuilt one where there is one, else built once for this user.
//!
//! Each version has its own folder among the tools, so clones that need different versions live
//! side by side and a folder's presence is the proof of the version.

use super::Outcome;
use crate::{paths, shell};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

const TRUNK: &str = "0.21.14";
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_DENY: &str = "0.20.2";
/// The newest compiler of `rust-version` cannot build a later Trunk, so the pin is exact.
const TRUNK_ARGUMENTS: [&str; 4] = ["--locked", "--no-default-features", "--features", "rustls"];

/// A tool that cargo can build.
struct Tool<'a> {
    package: &'a str,
    binary: &'a str,
    version: &'a str,
    arguments: &'a [&'a str],
    /// Optimisation of a build from source: how long to build against how long to run.
    level: &'a str,
    minutes: u8,
}

/// Folders that belong first on PATH, whether they exist yet or not.
pub fn tool_dirs() -> Vec<PathBuf> {
    let mut dirs = vec![folder("trunk", TRUNK).join("bin")];
    if let Ok(version) = locked_wasm_bindgen() {
        dirs.push(folder("wasm-bindgen-cli", &version).join("bin"));
    }
    dirs.push(folder("cargo-fuzz", CARGO_FUZZ).join("bin"));
    dirs.push(folder("cargo-deny", CARGO_DENY).join("bin"));
    dirs.push(paths::npm().join("node_modules").join(".bin"));
    dirs
}

/// Makes sure of Trunk.
pub fn trunk() -> Result<Outcome> {
    ensure(&Tool {
        package: "trunk",
        binary: "trunk",
        version: TRUNK,
        arguments: &TRUNK_ARGUMENTS,
        level: "0",
        minutes: 3,
    })
}

/// Makes sure of wasm-bindgen and its test runner in the version that Cargo.lock names; any
/// other version refuses the app.
pub fn wasm_bindgen() -> Result<Outcome> {
    let version = locked_wasm_bindgen()?;
    ensure(&Tool {
        package: "wasm-bindgen-cli",
        binary: "wasm-bindgen",
        version: &version,
        // Its own lock file names packages that are no longer to be had.
        arguments: &[],
        level: "1",
        minutes: 2,
    })
}

/// Makes sure of cargo-fuzz.
pub fn cargo_fuzz() -> Result<Outcome> {
    ensure(&Tool {
        package: "cargo-fuzz",
        binary: "cargo-fuzz",
        version: CARGO_FUZZ,
        arguments: &["--locked"],
        level: "0",
        minutes: 1,
    })
}

/// Makes sure of cargo-deny.
pub fn cargo_deny() -> Result<Outcome> {
    ensure(&Tool {
        package: "cargo-deny",
        binary: "cargo-deny",
        version: CARGO_DENY,
        arguments: &["--locked"],
        level: "0",
        minutes: 1,
    })
}

fn ensure(tool: &Tool<'_>) -> Result<Outcome> {
    let there = || shell::has_version(shell::command(tool.binary).arg("--version"), tool.version);
    let label = format!("{} {}", tool.binary, tool.version);
    if there() {
        return Ok(Outcome::There(label));
    }
    let prebuilt = [binstall as fn(&Tool<'_>) -> Result<()>, brew];
    for way in prebuilt {
        if way(tool).is_ok() && there() {
            return Ok(Outcome::Installed(format!("{label}, prebuilt")));
        }
    }
    build(tool)?;
    if !there() {
        bail!("cargo installed {} but it does not answer with version {}", tool.package, tool.version);
    }
    Ok(Outcome::Installed(format!("{label}, built here")))
}

fn binstall(tool: &Tool<'_>) -> Result<()> {
    shell::find("cargo-binstall").context("no cargo-binstall")?;
    let mut command = shell::cargo();
    command.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--version", tool.version]);
    shell::run(command.arg("--root").arg(folder(tool.package, tool.version)).arg(tool.package))
}

fn brew(tool: &Tool<'_>) -> Result<()> {
    if tool.package != "trunk" {
        bail!("Homebrew has no pinned {}", tool.package);
    }
    shell::find("brew").context("no Homebrew")?;
    shell::run(shell::command("brew").args(["install", tool.package]))
}

fn build(tool: &Tool<'_>) -> Result<()> {
    println!("           building it from source, about {} minutes on two cores", tool.minutes);
    let mut command = shell::cargo();
    command
        .args(["install", tool.package, "--debug", "--version", &format!("={}", tool.version)])
        .args(tool.arguments)
        .arg("--root")
        .arg(folder(tool.package, tool.version))
        // The workspace's own settings are not for this build.
        .current_dir(make_tools()?)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", tool.level)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    shell::run(&mut command)
}

fn make_tools() -> Result<PathBuf> {
    let dir = paths::tools();
    fs::create_dir_all(&dir).with_context(|| format!("no right to write into {}", dir.display()))?;
    Ok(dir)
}

fn folder(package: &str, version: &str) -> PathBuf {
    paths::tools().join(format!("{package}-{version}"))
}

fn locked_wasm_bindgen() -> Result<String> {
    let lock = fs::read_to_string(paths::root().join("Cargo.lock")).context("Cargo.lock is missing")?;
    locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let wanted = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| line.trim() != wanted);
    lines.next()?;
    lines.next()?.trim().strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";

    #[test]
    fn the_lock_files_version_is_that_of_the_whole_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
