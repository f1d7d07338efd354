//! A run can be had again from its seed, on any thread; a failing one is made short.

use rounds_simulator::step::Step;
use rounds_simulator::{Order, Plant, replay, run, run_many, schedule, shrink};

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..100 {
        let schedule = schedule(seed);
        assert_eq!(schedule, rounds_simulator::schedule(seed));
        let (one, two) = (run(&schedule, None, false), run(&schedule, None, true));
        assert_eq!((one.hash, &one.counts), (two.hash, &two.counts), "seed {seed}");
        assert!(one.lines.is_empty() && !two.lines.is_empty());
    }
}

#[test]
fn threads_change_nothing() {
    let one = run_many(Order::of(0, 200));
    let four = run_many(Order { threads: 4, ..Order::of(0, 200) });
    assert_eq!((one.hash, one.counts), (four.hash, four.counts));
    assert_ne!(one.hash, run_many(Order::of(1, 200)).hash);
}

#[test]
fn a_failing_schedule_is_made_short_and_still_fails() {
    let plant = Some(Plant::DeletedBeforeReceipt);
    let tally = run_many(Order { plant, ..Order::of(0, 1000) });
    let (seed, broken) = tally.broken.first().expect("the mistake is caught");
    let long = schedule(*seed);
    let short = shrink(&long, broken.law, plant);
    let (_, again) = run(&short, plant, false).broken.expect("it still fails");
    assert_eq!(again.law, broken.law);
    assert!(short.steps.len() <= 3 && short.phones == 1, "{short:?}");
    let is_plain = short.steps.iter().all(|step| !matches!(step, Step::Pass { net, .. } if !net.is_empty()));
    assert!(is_plain, "no fault is needed for it: {short:?}");
    let told = replay::explain(*seed, plant);
    assert!(told.contains(&format!("seed {seed}")) && told.contains("Saved"), "{told}");
}
