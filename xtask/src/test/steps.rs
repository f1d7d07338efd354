//! The steps of `cargo xtask test`: what each runs, what it needs, how its tests are counted.

use super::{budget, counts, counts::Counts};
use crate::browsers::{self, Browser, Screen};
use crate::{app, paths, shell, tidy};
use anyhow::{Context, Result, bail};
use std::fmt;
use std::process::Command;
use std::time::Duration;

/// A step, in the order of `ALL`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    Format,
    Tidy,
    Layers,
    Licences,
    Clippy,
    ClippyWasm,
    Native,
    Simulator,
    Doc,
    StoreChromium,
    StoreWebKit,
    App,
    Budget,
    Endpoint,
    Api,
    EndToEnd,
}

/// What a step does.
pub struct Step {
    pub work: Work,
    /// Done once the commands have succeeded.
    pub after: Option<fn() -> Result<()>>,
}

/// Other programs, with a log, or a function of ours.
pub enum Work {
    Commands { commands: Vec<Command>, limit: Duration, count: Option<fn(&str) -> Counts> },
    Own(fn() -> Result<String>),
}

impl Name {
    pub const ALL: [Self; 16] = [
        Self::Format,
        Self::Tidy,
        Self::Layers,
        Self::Licences,
        Self::Clippy,
        Self::ClippyWasm,
        Self::Native,
        Self::Simulator,
        Self::Doc,
        Self::StoreChromium,
        Self::StoreWebKit,
        Self::App,
        Self::Budget,
        Self::Endpoint,
        Self::Api,
        Self::EndToEnd,
    ];

    /// The name as typed and the purpose as read.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Format => ("format", "every Rust file is as rustfmt writes it"),
            Self::Tidy => ("tidy", "layer order, file length, forbidden words"),
            Self::Layers => ("layers", "the layers below the screens compile without them"),
            Self::Licences => ("licences", "licences and sources of everything that is built in"),
            Self::Clippy => ("clippy", "no warning on this machine's target"),
            Self::ClippyWasm => ("clippy-wasm", "no warning on the app's target"),
            Self::Native => ("native", "rules, storage on memory, sync, endpoint, tools"),
            Self::Simulator => ("simulator", "20,000 schedules of phones, network and endpoint with faults"),
            Self::Doc => ("doc", "examples in the documentation"),
            Self::StoreChromium => ("store-chromium", "the storage contract on IndexedDB in Chromium"),
            Self::StoreWebKit => ("store-webkit", "the storage contract on IndexedDB in WebKit"),
            Self::App => ("app", "release build of the app"),
            Self::Budget => ("budget", "bytes of the whole first load"),
            Self::Endpoint => ("endpoint", "release build of the endpoint"),
            Self::Api => ("api", "the endpoint against its own description, by schemathesis"),
            Self::EndToEnd => ("e2e", "the main job in real browsers against the real endpoint"),
        }
    }

    pub const fn purpose(self) -> &'static str {
        self.words().1
    }

    /// Steps whose products this one uses.
    pub const fn needs(self) -> &'static [Self] {
        match self {
            Self::Budget => &[Self::App],
            Self::Api => &[Self::Endpoint],
            Self::EndToEnd => &[Self::App, Self::Endpoint],
            _ => &[],
        }
    }

    pub fn parse(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|name| name.words().0 == word);
        found.with_context(|| format!("there is no step `{word}`; `--only list` prints the names"))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.words().0)
    }
}

/// Makes ready what a step does.
pub fn step(name: Name, screen: &Screen) -> Result<Step> {
    let step = match name {
        Name::Format => gate(vec![cargo("fmt --all -- --check --color never")]),
        Name::Tidy => Step { work: Work::Own(tidy::check), after: None },
        Name::Layers => gate(vec![cargo("check --package rounds --lib --no-default-features")]),
        Name::Licences => {
            gate(vec![cargo("deny --offline --workspace --all-features check licenses bans sources")])
        }
        Name::Clippy => gate(vec![cargo("clippy --workspace --all-targets -- -D warnings")]),
        Name::ClippyWasm => gate(vec![clippy_wasm()?]),
        Name::Native => tests(native(), 25, counts::of_cargo),
        Name::Simulator => tests(simulator(), 25, counts::of_cargo),
        // A project may have no examples, so none is not a failure.
        Name::Doc => gate(vec![cargo("test --workspace --doc")]),
        Name::StoreChromium => tests(store(Browser::Chromium, screen)?, 15, counts::of_cargo),
        Name::StoreWebKit => tests(store(Browser::WebKit, screen)?, 15, counts::of_cargo),
        Name::App if app::is_fresh() => {
            Step { work: Work::Own(|| Ok("nothing changed since the last build".to_owned())), after: None }
        }
        Name::App => Step { after: Some(app::remember), ..gate(vec![app::trunk()]) },
        Name::Budget => Step { work: Work::Own(budget::check), after: None },
        Name::Endpoint => gate(vec![app::endpoint()]),
        Name::Api => gate(vec![conformance()]),
        Name::EndToEnd => tests(end_to_end(screen)?, 30, counts::of_node),
    };
    Ok(step)
}

fn gate(commands: Vec<Command>) -> Step {
    Step { work: Work::Commands { commands, limit: minutes(25), count: None }, after: None }
}

fn tests(command: Command, limit: u64, count: fn(&str) -> Counts) -> Step {
    let work = Work::Commands { commands: vec![command], limit: minutes(limit), count: Some(count) };
    Step { work, after: None }
}

const fn minutes(number: u64) -> Duration {
    Duration::from_secs(number * 60)
}

fn cargo(words: &str) -> Command {
    let mut command = shell::cargo();
    command.args(words.split_whitespace()).env("CARGO_TERM_COLOR", "never");
    command
}

/// The app and the tests that run in browsers; the other tests are not for this target.
fn clippy_wasm() -> Result<Command> {
    let mut command = cargo("clippy --package rounds --target wasm32-unknown-unknown --lib --bins");
    for name in web_tests()? {
        command.args(["--test", &name]);
    }
    command.args(["--", "-D", "warnings"]);
    Ok(command)
}

/// Made-up requests to the built endpoint.
pub fn conformance() -> Command {
    let mut command = shell::command("python3");
    command.arg(paths::root().join("tests").join("api").join("conformance.py")).arg(paths::endpoint());
    command
}

fn native() -> Command {
    if has_nextest() {
        cargo("nextest run --workspace --exclude rounds-simulator --no-fail-fast")
    } else {
        cargo("test --workspace --exclude rounds-simulator --no-fail-fast --lib --bins --tests")
    }
}

/// Optimised: unoptimised it would take ten times as long as its build.
fn simulator() -> Command {
    if has_nextest() {
        cargo("nextest run --cargo-profile release --package rounds-simulator --no-fail-fast")
    } else {
        cargo("test --release --package rounds-simulator --no-fail-fast --lib --bins --tests")
    }
}

fn has_nextest() -> bool {
    shell::ask(shell::cargo().args(["nextest", "--version"])).is_some()
}

/// Tests that wasm-bindgen's runner takes into a browser.
fn store(browser: Browser, screen: &Screen) -> Result<Command> {
    let names = web_tests()?;
    if names.is_empty() {
        bail!("no test in tests/ uses wasm_bindgen_test");
    }
    let mut command = cargo("test --package rounds --no-default-features --target wasm32-unknown-unknown");
    for name in names {
        command.args(["--test", &name]);
    }
    let driver = browsers::driver(browser).with_context(|| format!("there is no driver for {browser:?}"))?;
    command.envs(browsers::variables(screen));
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    command.env("WASM_BINDGEN_TEST_TIMEOUT", "240").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    command.env("WASM_BINDGEN_TEST_ONLY_WEB", "1");
    match browser {
        Browser::Chromium => {
            command.env("CHROMEDRIVER", driver);
            command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browsers::runner_capabilities()?);
        }
        // The runner knows Apple's driver only; WebKitGTK's speaks the same protocol to it.
        Browser::WebKit => {
            command.env_remove("CHROMEDRIVER").env("SAFARIDRIVER", driver);
        }
    }
    Ok(command)
}

/// Names of the integration tests written for the browser: `tests/NAME.rs` or
/// `tests/NAME/main.rs`.
fn web_tests() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(paths::root().join("tests"))?.flatten() {
        let path = entry.path();
        let file = if path.is_dir() { path.join("main.rs") } else { path.clone() };
        let is_rust = file.extension().is_some_and(|ending| ending == "rs");
        let text = if is_rust { std::fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
        if text.contains("wasm_bindgen_test") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

fn end_to_end(screen: &Screen) -> Result<Command> {
    let folder = paths::npm();
    let mut files = Vec::new();
    for place in [folder.clone(), folder.join("hazards")] {
        let entries = std::fs::read_dir(place)?.flatten().map(|entry| entry.path());
        files.extend(entries.filter(|file| file.to_string_lossy().ends_with(".test.mjs")));
    }
    files.sort();
    if files.is_empty() {
        bail!("there is no tests/e2e/*.test.mjs");
    }
    let mut command = shell::command("node");
    // Browsers side by side on two cores only disturb each other.
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
    command.envs(browsers::variables(screen));
    Ok(command)
}
