//! The real browsers of the tests: where they are, and a screen for those that want one.

use crate::{paths, shell};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

/// The engines we test in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Browser {
    /// Debian's Chromium, or another Chrome.
    Chromium,
    /// WebKitGTK's small browser, the nearest to Safari on Linux.
    WebKit,
}

/// Chromium's program; WebKit's is started by its driver. `CHROMIUM` overrules the search.
pub fn program(browser: Browser) -> Option<PathBuf> {
    match browser {
        Browser::Chromium => named("CHROMIUM", &["chromium", "chromium-browser", "google-chrome", "chrome"]),
        Browser::WebKit => None,
    }
}

/// The browser's WebDriver. `CHROMEDRIVER` and `WEBKIT_DRIVER` overrule the search.
pub fn driver(browser: Browser) -> Option<PathBuf> {
    match browser {
        Browser::Chromium => named("CHROMEDRIVER", &["chromedriver"]),
        Browser::WebKit => named("WEBKIT_DRIVER", &["WebKitWebDriver"]),
    }
}

/// Whether WebKit can open a window, on a real screen or a virtual one.
pub fn has_screen() -> bool {
    shell::find("Xvfb").is_some() || has_real_screen()
}

/// The variables that tell tests where everything is.
pub fn variables(screen: &Screen) -> Vec<(String, String)> {
    let mut found = vec![
        ("ROUNDS_DIST".to_owned(), paths::dist().display().to_string()),
        ("ROUNDS_ENDPOINT".to_owned(), paths::endpoint().display().to_string()),
    ];
    let programs = [
        ("CHROMIUM", program(Browser::Chromium)),
        ("CHROMEDRIVER", driver(Browser::Chromium)),
        ("WEBKIT_DRIVER", driver(Browser::WebKit)),
    ];
    for (name, path) in programs {
        found.extend(path.map(|path| (name.to_owned(), path.display().to_string())));
    }
    found.extend(screen.variable());
    found
}

/// What wasm-bindgen's test runner must ask of a driver, as the file it reads.
pub fn runner_capabilities() -> Result<PathBuf> {
    let chromium = program(Browser::Chromium).context("there is no Chromium")?;
    // The sandbox refuses root; the rest keeps the browser from looking for its maker's servers.
    let arguments = [
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-sync",
        "disable-background-networking",
        "disable-component-update",
    ];
    let asked = json!({ "goog:chromeOptions": { "binary": chromium, "args": arguments } });
    let file = paths::logs().join("webdriver.json");
    fs::create_dir_all(paths::logs())?;
    fs::write(&file, asked.to_string())?;
    Ok(file)
}

/// A screen for browsers that need one; a virtual one is stopped when this value goes.
pub struct Screen(Option<(Child, String)>);

impl Screen {
    /// A virtual screen, else the real one. A test never opens windows on a person's desktop
    /// while it can be helped.
    pub fn open() -> Result<Self> {
        if shell::find("Xvfb").is_none() {
            if has_real_screen() {
                return Ok(Self(None));
            }
            bail!("there is neither Xvfb nor a screen");
        }
        let mut child = shell::command("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start Xvfb")?;
        let mut number = String::new();
        let output = child.stdout.take().expect("stdout was asked to be piped");
        BufReader::new(output).read_line(&mut number)?;
        if number.trim().is_empty() {
            child.kill().ok();
            child.wait().ok();
            bail!("Xvfb ended before it had a screen");
        }
        Ok(Self(Some((child, format!(":{}", number.trim())))))
    }

    fn variable(&self) -> Option<(String, String)> {
        self.0.as_ref().map(|(_, display)| ("DISPLAY".to_owned(), display.clone()))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn has_real_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn named(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let given = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    given.or_else(|| names.iter().find_map(|name| shell::find(name)))
}
