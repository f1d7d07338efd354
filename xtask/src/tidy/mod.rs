//! `cargo xtask tidy`: the rules of the house that neither the compiler nor clippy knows.
//!
//! Each rule is a function from a file's text to violations, so that planted samples prove that
//! it fires. `mask` blanks comments and strings first where a rule is about code.

mod mask;
mod rules;
#[cfg(test)]
mod tests;
mod use_paths;

use crate::{paths, precache};
use anyhow::{Result, bail};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

/// Folders and files that hold what we write; what tools make elsewhere is not looked at.
const PLACES: [&str; 14] = [
    "src",
    "endpoint",
    "xtask",
    "tests",
    "public",
    "style",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    ".cargo",
    ".ci",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
];
const NOT_OURS: [&str; 4] = ["node_modules", "target", "dist", "out"];
const READABLE: [&str; 12] =
    ["rs", "js", "mjs", "css", "html", "toml", "md", "json", "sql", "svg", "webmanifest", "sh"];

/// A file as the rules see it.
pub struct Source<'a> {
    /// Path from the repository's root, with slashes.
    pub path: &'a str,
    /// The whole text.
    pub text: &'a str,
}

/// A broken rule.
#[derive(PartialEq, Eq, Debug)]
pub struct Violation {
    /// Where, counted from 1.
    pub line: usize,
    /// What, in words that say what to do.
    pub message: String,
}

/// Entry point of the command.
pub fn run() -> Result<ExitCode> {
    println!("tidy: {}", check()?);
    Ok(ExitCode::SUCCESS)
}

/// Checks every file of ours.
///
/// # Errors
/// One error that lists all violations.
pub fn check() -> Result<String> {
    let mut found = Vec::new();
    let files = ours()?;
    for file in &files {
        let path = paths::shown(file).replace('\\', "/");
        let Ok(text) = fs::read_to_string(file) else {
            continue;
        };
        let source = Source { path: &path, text: &text };
        found.extend(rules::check(&source).into_iter().map(|violation| format!("{path}:{violation}")));
    }
    if found.is_empty() {
        return Ok(format!("{} files in order", files.len()));
    }
    bail!("{} violations\n{}", found.len(), found.join("\n"))
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.line, self.message)
    }
}

fn ours() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for place in PLACES {
        found.extend(precache::files(&paths::root().join(place))?);
    }
    found.retain(|file| {
        let inside = file.strip_prefix(paths::root()).unwrap_or(file);
        let is_made = inside.components().any(|part| NOT_OURS.iter().any(|name| part.as_os_str() == *name));
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        !is_made && (READABLE.contains(&ending.as_ref()) || inside.starts_with(".ci"))
    });
    Ok(found)
}
