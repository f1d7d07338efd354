//! Rust's standard library compiled for wasm32: through rustup where that works.

use super::{Outcome, debian_std};
use crate::{process, shell};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// The target of the app.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Long enough for 20 MB on a slow line, short enough to notice a closed network.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// Makes sure that `rustc --target wasm32-unknown-unknown` finds its library.
pub fn ensure() -> Result<Outcome> {
    let folder = library_folder()?;
    if is_filled(&folder) {
        return Ok(Outcome::There(TARGET.to_owned()));
    }
    if shell::find("rustup").is_some() {
        let mut add = shell::command("rustup");
        add.args(["target", "add", TARGET]).env("RUSTUP_MAX_RETRIES", "1");
        let ended = process::run_limited(&mut add, RUSTUP_LIMIT);
        if ended.is_ok() && is_filled(&folder) {
            return Ok(Outcome::Installed("by rustup".to_owned()));
        }
        println!("           rustup could not fetch it; building it from Debian's rust-src");
    }
    debian_std::build_into(&folder).context("neither rustup nor Debian's rust-src could provide it")?;
    Ok(Outcome::Installed("built from Debian's rust-src".to_owned()))
}

fn library_folder() -> Result<PathBuf> {
    let mut query = shell::command("rustc");
    query.args(["--print", "target-libdir", "--target", TARGET]);
    shell::ask(&mut query).map(PathBuf::from).context("`rustc` does not run: install Rust 1.95 by rustup")
}

fn is_filled(folder: &PathBuf) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
