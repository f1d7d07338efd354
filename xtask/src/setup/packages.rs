//! What the tests need from the system: browsers, their drivers, a screen, fonts, a Postgres.

use super::Outcome;
use crate::browsers::{self, Browser};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{self, IsTerminal};
use std::process::Command;

/// Something the tests need, how to see it, and Debian's packages for it.
struct Need {
    name: &'static str,
    is_there: fn() -> bool,
    packages: &'static [&'static str],
}

const NEEDS: [Need; 8] = [
    Need {
        name: "Chromium",
        is_there: || browsers::program(Browser::Chromium).is_some(),
        packages: &["chromium"],
    },
    Need {
        name: "ChromeDriver",
        is_there: || browsers::driver(Browser::Chromium).is_some(),
        packages: &["chromium-driver"],
    },
    Need {
        name: "WebKit's driver",
        is_there: || browsers::driver(Browser::WebKit).is_some(),
        packages: &["webkit2gtk-driver"],
    },
    Need { name: "a screen", is_there: browsers::has_screen, packages: &["xvfb"] },
    Need { name: "Chinese fonts", is_there: has_chinese_font, packages: &["fonts-noto-cjk", "fontconfig"] },
    Need { name: "Python's venv", is_there: has_venv, packages: &["python3-venv"] },
    Need { name: "a C compiler", is_there: || shell::find("cc").is_some(), packages: &["gcc", "libc6-dev"] },
    Need { name: "Postgres", is_there: has_postgres, packages: &["postgresql"] },
];

/// Makes sure of all of them, by apt where the machine has it.
pub fn ensure() -> Result<Outcome> {
    let lacking: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if lacking.is_empty() {
        return Ok(Outcome::There("all of them".to_owned()));
    }
    let names: Vec<&str> = lacking.iter().map(|need| need.name).collect();
    let packages: Vec<&str> = lacking.iter().flat_map(|need| need.packages).copied().collect();
    if shell::find("apt-get").is_none() {
        bail!("lacking: {}; and there is no apt to install them with", names.join(", "));
    }
    println!("           installing {}", packages.join(" "));
    // Old package lists name files that the mirror no longer has, so the lists come first.
    let updated = shell::run(apt()?.args(["-qq", "update"]));
    let mut install = apt()?;
    install
        // A machine that has just booted may be at its own updates.
        .args(["-o", "DPkg::Lock::Timeout=120"])
        .args(["-qq", "install", "--yes", "--no-install-recommends"])
        .args(&packages);
    shell::run(&mut install).with_context(|| match updated {
        Ok(()) => format!("apt could not install {}", packages.join(" ")),
        Err(error) => format!("apt could not refresh its lists ({error}) nor install"),
    })?;
    match lacking.iter().find(|need| !(need.is_there)()) {
        Some(need) => bail!("apt installed {:?}, yet {} is not to be found", need.packages, need.name),
        None => Ok(Outcome::Installed(names.join(", "))),
    }
}

/// apt-get with the rights it needs, or an error that says they are lacking.
fn apt() -> Result<Command> {
    let is_root = shell::ask(shell::command("id").arg("-u")).as_deref() == Some("0");
    let mut command = if is_root {
        shell::command("apt-get")
    } else {
        shell::find("sudo").context("installing packages needs root, and there is no sudo")?;
        let mut sudo = shell::command("sudo");
        if !io::stdin().is_terminal() {
            // Nobody is there to type a password.
            sudo.arg("--non-interactive");
        }
        sudo.arg("apt-get");
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

/// Debian leaves out of Python what a new environment is made with.
fn has_venv() -> bool {
    shell::ask(shell::command("python3").args(["-c", "import venv, ensurepip"])).is_some()
}

/// Debian keeps its programs off PATH, in a folder a version.
fn has_postgres() -> bool {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    shell::find("initdb").is_some()
        || debian.map(|entry| entry.path()).any(|dir| dir.join("bin/initdb").is_file())
}

fn has_chinese_font() -> bool {
    shell::ask(shell::command("fc-list").arg(":lang=zh")).is_some_and(|fonts| !fonts.is_empty())
}
