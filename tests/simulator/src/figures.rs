//! The figures of many schedules, for people and for machines.

use std::fmt::Write;

use serde::Serialize;

use crate::law::Law;
use crate::run::Tally;

/// What a table of trust is made of.
#[derive(Debug, Serialize)]
struct Figures {
    schedules: u64,
    steps: u64,
    requests: u64,
    records: u64,
    photos: u64,
    app_kills: u64,
    endpoint_kills: u64,
    power_cuts: u64,
    restores: u64,
    duplicates_answered: u64,
    lost: usize,
    doubled: usize,
    stuck: usize,
    other_laws_broken: usize,
    seeds_of_broken: Vec<u64>,
    seconds: f64,
    schedules_per_second: f64,
    trace: String,
}

/// As JSON.
pub fn json(tally: &Tally) -> String {
    serde_json::to_string_pretty(&figures(tally)).expect("plain data always has JSON")
}

/// As the line that `cargo xtask trust` adds up.
pub fn trust(tally: &Tally) -> String {
    let Figures { schedules, power_cuts, restores, lost, doubled, .. } = figures(tally);
    let Figures { app_kills, endpoint_kills, duplicates_answered, stuck, other_laws_broken, .. } =
        figures(tally);
    let line = serde_json::json!({
        "schedules": schedules, "kills": app_kills + endpoint_kills, "power_cuts": power_cuts,
        "restores": restores, "duplicates": duplicates_answered, "lost": lost, "doubled": doubled,
        "stuck": stuck, "other_laws_broken": other_laws_broken,
    });
    format!("trust: {line}")
}

/// As a table, with all that was counted.
pub fn table(tally: &Tally) -> String {
    let figures = figures(tally);
    let mut text = String::new();
    let mut line = |what: &str, figure: &dyn std::fmt::Display| {
        writeln!(text, "{what:<40} {figure:>12}").expect("writing to a String cannot fail");
    };
    for (what, times) in tally.counts.all() {
        line(what, &times);
    }
    line("schedules", &figures.schedules);
    line("lost", &figures.lost);
    line("doubled", &figures.doubled);
    line("stuck", &figures.stuck);
    line("other laws broken", &figures.other_laws_broken);
    line("seconds", &format_args!("{:.1}", figures.seconds));
    line("schedules a second", &format_args!("{:.0}", figures.schedules_per_second));
    line("trace", &figures.trace);
    text
}

fn figures(tally: &Tally) -> Figures {
    let of = |what| tally.counts.of(what);
    let broken = |which: &dyn Fn(&str, Law) -> bool| {
        tally.broken.iter().filter(|(_, broken)| which(&broken.words, broken.law)).count()
    };
    let doubled = broken(&|words, law| law == Law::Receipted && words.contains("twice"));
    let lost = broken(&|_, law| matches!(law, Law::Saved | Law::Receipted | Law::Photos)) - doubled;
    let stuck = broken(&|_, law| law == Law::Stuck);
    let seconds = tally.took.as_secs_f64();
    Figures {
        schedules: tally.schedules,
        steps: of("steps"),
        requests: of("requests"),
        records: of("records made"),
        photos: of("photos whole"),
        app_kills: of("app killed") + of("disk: died") + of("disk: died after doing"),
        endpoint_kills: of("endpoint killed") + of("endpoint killed mid-request"),
        power_cuts: of("power cut") + of("power cut mid-request"),
        restores: of("restored by command") + of("restored by hand"),
        duplicates_answered: of("duplicates answered"),
        lost,
        doubled,
        stuck,
        other_laws_broken: tally.broken.len() - lost - doubled - stuck,
        seeds_of_broken: tally.broken.iter().map(|(seed, _)| *seed).collect(),
        seconds,
        schedules_per_second: tally.schedules as f64 / seconds.max(0.001),
        trace: format!("{:016x}", tally.hash),
    }
}
