//! The ordinary run: many schedules of faults, every law after every step.
//!
//! `ROUNDS_SCHEDULES` says how many in all; the seeds begin at `ROUNDS_FROM`.

use rounds_simulator::{Order, replay, run_many};

const SCHEDULES: u64 = 20_000;
/// Parts, so that a test runner keeps every core busy.
const PARTS: u64 = 8;

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn part(nth: u64) {
    let count = from_env("ROUNDS_SCHEDULES", SCHEDULES).div_ceil(PARTS);
    let tally = run_many(Order::of(from_env("ROUNDS_FROM", 0) + nth * count, count));
    if let Some((seed, _)) = tally.broken.first() {
        panic!("{}", replay::explain(*seed, None));
    }
    assert_eq!(tally.schedules, count);
}

macro_rules! parts {
    ($($name:ident $nth:literal)*) => {$(
        #[test]
        fn $name() {
            part($nth);
        }
    )*};
}

parts! {
    schedules_part_1 0
    schedules_part_2 1
    schedules_part_3 2
    schedules_part_4 3
    schedules_part_5 4
    schedules_part_6 5
    schedules_part_7 6
    schedules_part_8 7
}
