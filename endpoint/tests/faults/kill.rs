//! Hazard 26: killed with -9 at random moments under load, and started again on the same files.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::chance::{Chance, number, seed};
use crate::check::{broken_promises, held, on_disk};
use crate::phone::{Custody, Worker};
use crate::program::{Program, serve};

const WRITERS: u64 = 4;
/// After so many kills the files are checked once more and new ones begun, so that a check of all
/// records after every kill stays affordable over thousands.
const KILLS_A_STORE: usize = 50;
const MOST_ANSWERS: u64 = 30;

#[derive(Default)]
struct Figures {
    kills: usize,
    receipts: usize,
    photos: usize,
    duplicates: u64,
}

#[test]
fn nothing_receipted_is_lost_or_doubled_by_kill_9_under_load() {
    let mut chance = Chance::new(seed("kills"));
    let wanted = number("ROUNDS_ENDPOINT_KILLS", 50);
    let mut figures = Figures::default();
    while figures.kills < wanted {
        let kills = KILLS_A_STORE.min(wanted - figures.kills);
        one_store(kills, &mut chance, &mut figures);
    }
    let Figures { kills, receipts, photos, duplicates } = figures;
    assert!(receipts > wanted, "too few receipts to prove anything");
    println!(
        r#"trust: {{"kills": {kills}, "receipts": {receipts}, "photos": {photos}, "duplicates": {duplicates}, "lost": 0, "doubled": 0}}"#
    );
}

fn one_store(kills: usize, chance: &mut Chance, figures: &mut Figures) {
    let dir = tempfile::tempdir().unwrap();
    let (folder, said) = (dir.path(), dir.path().join("said.txt"));
    let mut program = Program::start(serve(folder), &said).unwrap();
    let mut workers: Vec<Worker> =
        (0..WRITERS).map(|_| Worker::new(program.enrol(folder, &[]), chance.next(), || 0)).collect();
    let mut custody = Custody::default();
    for _ in 0..kills {
        workers = killed_under_load(program, workers, chance);
        if chance.one_in(8) {
            killed_while_starting(folder, chance);
            figures.kills += 1;
        }
        program = Program::start(serve(folder), &said).unwrap();
        for worker in &mut workers {
            custody.take(std::mem::take(&mut worker.custody));
        }
        let broken = broken_promises(&held(folder).unwrap(), on_disk(folder), &custody, u64::MAX);
        assert!(broken.is_empty(), "after {} kills: {broken:#?}", figures.kills);
        figures.kills += 1;
    }
    // Once the faults stop, every phone gets rid of what it still held.
    for worker in &mut workers {
        worker.deliver(&program.address).unwrap();
        assert!(!worker.is_waiting());
        let hashes: Vec<&str> = worker.custody.photos.keys().map(String::as_str).collect();
        assert!(worker.phone.missing(&program.address, &hashes).unwrap().missing.is_empty());
        custody.take(std::mem::take(&mut worker.custody));
    }
    program.kill();
    let broken = broken_promises(&held(folder).unwrap(), on_disk(folder), &custody, u64::MAX);
    assert!(broken.is_empty(), "{broken:#?}");
    figures.receipts += custody.receipts.len();
    figures.photos += custody.photos.len();
    figures.duplicates += custody.duplicates;
}

fn killed_under_load(program: Program, workers: Vec<Worker>, chance: &mut Chance) -> Vec<Worker> {
    let (answered, answers) = mpsc::channel();
    let threads: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            let (answered, address) = (answered.clone(), program.address.clone());
            thread::spawn(move || {
                while worker.deliver(&address).is_some() {
                    // Nobody counts any more once the kill is on its way.
                    let _ = answered.send(());
                }
                worker
            })
        })
        .collect();
    drop(answered);
    for _ in 0..chance.below(MOST_ANSWERS) {
        answers.recv().expect("the program answers until it is killed");
    }
    // Anywhere within the next answers, not always at the end of one.
    thread::sleep(Duration::from_micros(chance.below(8_000)));
    program.kill();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn killed_while_starting(folder: &std::path::Path, chance: &mut Chance) {
    let mut child = Program::unheard(serve(folder));
    thread::sleep(Duration::from_micros(chance.below(60_000)));
    child.kill().unwrap();
    child.wait().unwrap();
}
