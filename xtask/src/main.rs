//! The project's own commands, run as `cargo xtask <command>`.
//!
//! Two of them are all a newcomer needs: `serve` shows the app working, `test` proves it. The
//! others are their parts. Nothing here knows what a check or a task is.

mod app;
mod bench;
mod browsers;
mod bundle;
mod paths;
mod precache;
mod process;
mod serve;
mod setup;
mod shell;
mod test;
mod tidy;
mod trust;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  serve [--port N] [--data DIR]   build the app and the endpoint, start both with a demo estate
  test [--only NAME[,NAME]]       run every check; `--only list` prints their names
  build                           only build the app (dist) and the endpoint (target/release)
  setup [--tests]                 install what the commands above need (they do it by themselves)
  trust [--minutes N] [--seed N]  the long proof that nothing is lost, doubled or stuck
  bench [ARGS]                    measure the app in a real browser
  tidy                            layer order, file length, forbidden words
  precache                        Trunk's hook after a build: service worker list, compressed files
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::FAILURE);
    };
    match command.as_str() {
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "build" => {
            setup::ensure(setup::Purpose::Serve)?;
            app::build_both()?;
            Ok(ExitCode::SUCCESS)
        }
        "setup" => setup::run(rest).map(|()| ExitCode::SUCCESS),
        "trust" => trust::run(rest),
        "bench" => bench::run(rest),
        "tidy" => tidy::run(),
        "precache" => precache::run().map(|()| ExitCode::SUCCESS),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
