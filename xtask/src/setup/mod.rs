//! `cargo xtask setup`: brings in what the other commands need and nothing else.
//!
//! Every step first looks whether its thing is there in the right version, so that a second run
//! takes a second. All steps are tried before the missing things are listed together.

mod debian_std;
mod npm;
mod packages;
pub mod tools;
mod wasm_target;

pub use tools::tool_dirs;

use anyhow::{Result, bail};
use std::time::Instant;

/// What the set-up is for: running the app, or also testing it in browsers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Building and serving the app.
    Serve,
    /// The same, and real browsers.
    Test,
}

/// What a step found or did.
pub enum Outcome {
    /// Nothing to do; the words say what is there.
    There(String),
    /// It was installed just now.
    Installed(String),
}

/// One thing the set-up provides.
struct Step {
    name: &'static str,
    ensure: fn() -> Result<Outcome>,
    /// What a person does when we could not.
    advice: &'static str,
}

const BUILD_STEPS: [Step; 4] = [
    Step {
        name: "Rust's library for wasm32",
        ensure: wasm_target::ensure,
        advice: "run `rustup target add wasm32-unknown-unknown`, with a network that reaches Rust's servers",
    },
    Step {
        name: "npm tools (wasm-opt and the browser tests' libraries)",
        ensure: npm::ensure,
        advice: "install Node.js 20 or newer with npm, have a network that reaches the npm registry, \
                 and run `npm ci --ignore-scripts` in tests/e2e",
    },
    Step {
        name: "wasm-bindgen, in Cargo.lock's version",
        ensure: tools::wasm_bindgen,
        advice: "have a C compiler and a network that reaches crates.io, then run \
                 `cargo install wasm-bindgen-cli` with Cargo.lock's version of wasm-bindgen",
    },
    Step {
        name: "Trunk",
        ensure: tools::trunk,
        advice: "have a C compiler and a network that reaches crates.io, then run \
                 `cargo install trunk --locked --version 0.21.14`; or put a prebuilt Trunk 0.21.14 on PATH",
    },
];

const TEST_STEPS: [Step; 2] = [
    Step {
        name: "cargo-deny",
        ensure: tools::cargo_deny,
        advice: "have a network that reaches crates.io, then run `cargo install cargo-deny --locked`",
    },
    BROWSERS,
];

const BROWSERS: Step = Step {
    name: "Chromium, WebKit, a virtual screen, Chinese fonts, Postgres, Python's venv",
    ensure: packages::ensure,
    advice: "on Debian or Ubuntu, as root: `apt-get update && apt-get install chromium chromium-driver \
             webkit2gtk-driver xvfb fonts-noto-cjk fontconfig python3-venv postgresql gcc`; elsewhere put chromium, chromedriver, \
             WebKitWebDriver and Xvfb on PATH",
};

/// Entry point of the command.
pub fn run(arguments: &[String]) -> Result<()> {
    let purpose = match arguments {
        [] => Purpose::Serve,
        [flag] if flag == "--tests" => Purpose::Test,
        other => bail!("setup knows only --tests, not {other:?}"),
    };
    ensure(purpose)
}

/// Makes sure that everything for `purpose` is there.
///
/// # Errors
/// One error that lists all that is missing and what to do about each.
pub fn ensure(purpose: Purpose) -> Result<()> {
    let mut steps: Vec<&Step> = BUILD_STEPS.iter().collect();
    if purpose == Purpose::Test {
        steps.extend(&TEST_STEPS);
    }
    let total = steps.len();
    let began = Instant::now();
    let mut missing = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        println!("set-up {}/{total}: {}", index + 1, step.name);
        let started = Instant::now();
        match (step.ensure)() {
            Ok(Outcome::There(what)) => println!("           there: {what}"),
            Ok(Outcome::Installed(what)) => {
                println!("           installed in {} s: {what}", started.elapsed().as_secs());
            }
            Err(error) => {
                println!("           failed after {} s: {error:#}", started.elapsed().as_secs());
                missing.push(format!("- {}\n    why:  {error:#}\n    next: {}", step.name, step.advice));
            }
        }
    }
    println!("set-up took {} s", began.elapsed().as_secs());
    if missing.is_empty() {
        return Ok(());
    }
    bail!("the set-up is not complete, missing:\n{}", missing.join("\n"));
}
