//! Makes a schedule that breaks a law shorter and simpler, as long as it still breaks that law.

use crate::law::Law;
use crate::plant::Plant;
use crate::run::run;
use crate::step::{Deed, Schedule, Step};

/// The shortest schedule found that breaks the same law.
pub fn shrink(schedule: &Schedule, law: Law, plant: Option<Plant>) -> Schedule {
    let breaks =
        |schedule: &Schedule| run(schedule, plant, false).broken.is_some_and(|(_, broken)| broken.law == law);
    let mut best = schedule.clone();
    if let Some((steps, _)) = run(schedule, plant, false).broken {
        best.steps.truncate(steps);
    }
    loop {
        let before = best.clone();
        drop_steps(&mut best, &breaks);
        drop_phones(&mut best, &breaks);
        simplify(&mut best, &breaks);
        if best == before {
            return best;
        }
    }
}

/// Whole runs of steps first, then fewer and fewer at once.
fn drop_steps(best: &mut Schedule, breaks: &impl Fn(&Schedule) -> bool) {
    let mut size = best.steps.len();
    while size > 0 {
        let mut at = 0;
        while at < best.steps.len() {
            let mut shorter = best.clone();
            let end = (at + size).min(shorter.steps.len());
            shorter.steps.drain(at..end);
            if breaks(&shorter) {
                *best = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
}

fn drop_phones(best: &mut Schedule, breaks: &impl Fn(&Schedule) -> bool) {
    while best.phones > 1 {
        let fewer = Schedule { phones: best.phones - 1, ..best.clone() };
        if !breaks(&fewer) {
            return;
        }
        *best = fewer;
    }
}

/// Each fault away, one at a time; each photo small.
fn simplify(best: &mut Schedule, breaks: &impl Fn(&Schedule) -> bool) {
    for at in 0..best.steps.len() {
        loop {
            let simpler = simpler(&best.steps[at]).into_iter().find_map(|step| {
                let mut schedule = best.clone();
                schedule.steps[at] = step;
                breaks(&schedule).then_some(schedule)
            });
            match simpler {
                Some(schedule) => *best = schedule,
                None => break,
            }
        }
    }
}

fn simpler(step: &Step) -> Vec<Step> {
    let mut found = Vec::new();
    match step {
        Step::Person { phone, deed, disk } => {
            if disk.is_some() {
                found.push(Step::Person { phone: *phone, deed: deed.clone(), disk: None });
            }
            let deed = match deed {
                Deed::Photo { task, item, picture, len } if *len > 11 => {
                    Some(Deed::Photo { task: *task, item: *item, picture: *picture, len: 11 })
                }
                Deed::Enrol { net: Some(_) } => Some(Deed::Enrol { net: None }),
                _ => None,
            };
            found.extend(deed.map(|deed| Step::Person { phone: *phone, deed, disk: *disk }));
        }
        Step::Pass { phone, wake, second_page, net, disk } => {
            let with = |net: Vec<_>, disk, second_page| Step::Pass {
                phone: *phone,
                wake: *wake,
                second_page,
                net,
                disk,
            };
            if disk.is_some() {
                found.push(with(net.clone(), None, *second_page));
            }
            if *second_page {
                found.push(with(net.clone(), *disk, false));
            }
            for nth in 0..net.len() {
                let mut fewer = net.clone();
                fewer.remove(nth);
                found.push(with(fewer, *disk, *second_page));
            }
        }
        _ => {}
    }
    found
}
