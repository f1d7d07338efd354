//! Runs schedules: one, or many on several threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::generate::schedule;
use crate::law::Broken;
use crate::plant::Plant;
use crate::step::Schedule;
use crate::world::World;

/// What came of one schedule.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The law that was broken, and after how many steps; all of them when it was at the end.
    pub broken: Option<(usize, Broken)>,
    /// What happened.
    pub counts: Counts,
    /// What was seen, as one number.
    pub hash: u64,
    /// What was seen, in words, where they were asked for.
    pub lines: Vec<String>,
}

/// What came of many.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many schedules ran.
    pub schedules: u64,
    /// What happened in all of them.
    pub counts: Counts,
    /// Every trace's number, joined so that the order of threads does not matter.
    pub hash: u64,
    /// Seeds that broke a law, lowest first.
    pub broken: Vec<(u64, Broken)>,
    /// How long it took.
    pub took: Duration,
}

/// Which schedules to run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub count: u64,
    /// On how many threads.
    pub threads: usize,
    /// The mistake to plant.
    pub plant: Option<Plant>,
    /// Stop after the first that breaks a law.
    pub stops: bool,
    /// Begin no schedule after so long.
    pub limit: Option<Duration>,
}

impl Order {
    /// All of these, on one thread.
    pub fn of(from: u64, count: u64) -> Self {
        Self { from, count, threads: 1, plant: None, stops: true, limit: None }
    }
}

/// Runs a schedule to its end, or to the first law it breaks.
pub fn run(schedule: &Schedule, plant: Option<Plant>, keeps_words: bool) -> Outcome {
    let mut world = World::new(schedule, plant, keeps_words);
    let mut broken = None;
    for (nth, step) in schedule.steps.iter().enumerate() {
        world.trace.say(|| format!("  {nth:>3}  {step:?}"));
        if let Err(law) = world.step(step) {
            broken = Some((nth + 1, law));
            break;
        }
    }
    if broken.is_none() {
        broken = world.settle().err().map(|law| (schedule.steps.len(), law));
    }
    let stored = world.ledger.records().len() as u64;
    world.trace.note("records", &[stored]);
    Outcome { broken, hash: world.trace.hash(), lines: world.trace.lines().to_vec(), counts: world.counts }
}

/// Runs many schedules.
pub fn run_many(order: Order) -> Tally {
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let is_over = AtomicBool::new(false);
    let work = || {
        let mut tally = Tally::default();
        while !is_over.load(Ordering::Relaxed) && order.limit.is_none_or(|limit| began.elapsed() < limit) {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            if nth >= order.count {
                break;
            }
            let seed = order.from.wrapping_add(nth);
            let outcome = run(&schedule(seed), order.plant, false);
            tally.schedules += 1;
            tally.counts.join(&outcome.counts);
            tally.hash = tally.hash.wrapping_add(outcome.hash);
            if let Some((_, law)) = outcome.broken {
                tally.broken.push((seed, law));
                if order.stops {
                    is_over.store(true, Ordering::Relaxed);
                }
            }
        }
        tally
    };
    let mut all = Tally::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..order.threads.max(1)).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let tally = thread.join().expect("a schedule never panics");
            all.schedules += tally.schedules;
            all.counts.join(&tally.counts);
            all.hash = all.hash.wrapping_add(tally.hash);
            all.broken.extend(tally.broken);
        }
    });
    all.broken.sort_by_key(|(seed, _)| *seed);
    all.took = began.elapsed();
    all
}
