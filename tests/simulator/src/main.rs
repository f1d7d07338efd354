//! The simulator's command: many schedules with their figures, or one to be read.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rounds_simulator::{Order, Tally, figures, replay, run_many, schedule};

/// Simulates phones, a network and an endpoint with faults, and checks that nothing is lost.
#[derive(Parser)]
struct Arguments {
    /// Replay one seed and print it step by step.
    #[arg(long, conflicts_with = "schedules")]
    seed: Option<u64>,
    /// How many schedules to run.
    #[arg(long, default_value_t = 20_000)]
    schedules: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// On how many threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Begin no schedule after so many seconds.
    #[arg(long)]
    seconds: Option<u64>,
    /// Print also the one line that `cargo xtask trust` adds up.
    #[arg(long)]
    trust: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.seed {
        Some(seed) => replay(seed),
        None => many(&arguments),
    }
}

fn replay(seed: u64) -> ExitCode {
    let schedule = schedule(seed);
    print!("{}", replay::tell(&schedule, None));
    let explained = replay::explain(seed, None);
    print!("{explained}");
    if explained.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn many(arguments: &Arguments) -> ExitCode {
    let tally = run_many(Order {
        from: arguments.from,
        count: arguments.schedules,
        threads: arguments.threads,
        plant: None,
        stops: true,
        limit: arguments.seconds.map(Duration::from_secs),
    });
    if arguments.json {
        println!("{}", figures::json(&tally));
    } else {
        print!("{}", figures::table(&tally));
    }
    if arguments.trust {
        println!("{}", figures::trust(&tally));
    }
    report(&tally)
}

fn report(tally: &Tally) -> ExitCode {
    let Some((seed, _)) = tally.broken.first() else { return ExitCode::SUCCESS };
    eprint!("{}", replay::explain(*seed, None));
    ExitCode::FAILURE
}
