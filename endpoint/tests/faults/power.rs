//! Hazard 27: the power goes, and with it every write that no sync had covered. Killing a program
//! proves nothing about that, for the system still writes what the program gave it.
//!
//! The real program works under a recorder; then disks are built as the cut would have left them,
//! at many points and in several ways, and each must keep every promise that had been read by then.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use rounds::sync::protocol::OutcomeStatus;
use serde_json::json;

use crate::chance::{Chance, number, seed};
use crate::check::{broken_promises, held, on_disk};
use crate::disk::{Disk, Files, Unsure, lay};
use crate::journal::{self, Entry};
use crate::phone::{Custody, Phone, Worker};
use crate::plants::{Plant, planted};
use crate::program::{Program, database, photos, serve};

const WRITERS: u64 = 3;
/// Enough for SQLite to copy its log into the database at least once within a run.
const PUSHES: usize = 70;
const RUNS: usize = 2;
const CUTS_A_RECORDING: usize = 200;
/// The real program is started on every so-many-th disk.
const STARTED: usize = 40;

/// What one recording gave.
struct Recording {
    dir: tempfile::TempDir,
    entries: Vec<Entry>,
    custody: Custody,
    phones: Vec<Phone>,
}

#[derive(Default)]
struct Figures {
    disks: usize,
    started: usize,
    broken: Vec<String>,
}

#[test]
fn hazard_27_nothing_receipted_is_lost_to_a_power_cut() {
    let mut chance = Chance::new(seed("power cuts"));
    let wanted = number("ROUNDS_POWER_CUTS", 200);
    let (mut cuts, mut receipts, mut photos, mut all) = (0, 0, 0, Figures::default());
    while cuts < wanted {
        let recording = record(&mut chance);
        let here = CUTS_A_RECORDING.min(wanted - cuts);
        let figures = cut(&recording, &recording.entries, here, true, &mut chance);
        let some: Vec<_> = figures.broken.iter().take(20).collect();
        assert!(some.is_empty(), "{} broken promises, such as {some:#?}", figures.broken.len());
        (cuts, receipts) = (cuts + here, receipts + recording.custody.receipts.len());
        photos += recording.custody.photos.len();
        (all.disks, all.started) = (all.disks + figures.disks, all.started + figures.started);
    }
    assert!(receipts > 100 && photos > 5, "too little to prove anything");
    println!(
        r#"trust: {{"power_cuts": {cuts}, "disks": {}, "started": {}, "receipts": {receipts}, "photos": {photos}, "lost": 0}}"#,
        all.disks, all.started
    );
}

#[test]
fn an_endpoint_that_syncs_less_is_caught() {
    let mut chance = Chance::new(seed("planted power cuts"));
    let recording = record(&mut chance);
    for (plant, word) in
        [(Plant::SynchronousNormal, "record"), (Plant::NoFolderSync, "photo"), (Plant::NoPhotoSync, "photo")]
    {
        let entries = planted(&recording.entries, plant);
        assert!(entries.len() < recording.entries.len(), "{plant:?} takes nothing away");
        let broken = cut(&recording, &entries, 40, false, &mut chance).broken;
        println!("{plant:?}: {} broken promises", broken.len());
        assert!(broken.iter().any(|words| words.starts_with(word)), "{plant:?} is not seen");
    }
}

/// The program at work, stopped gently and started again in between, so that the recording holds
/// the making of the files, the copying of SQLite's log, its removal and its return.
fn record(chance: &mut Chance) -> Recording {
    let dir = tempfile::tempdir().unwrap();
    let dir_path = dir.path().canonicalize().unwrap();
    let (root, log) = (dir_path.join("disk"), dir_path.join("log"));
    std::fs::create_dir(&root).unwrap();
    let variables = journal::variables(&journal::recorder(&dir_path), &root, &log);
    let mut workers: Vec<Worker> = Vec::new();
    for run in 0..RUNS {
        let mut command = serve(&root);
        command.envs(variables.iter().cloned());
        let program = Program::start(command, &dir_path.join("said.txt")).unwrap();
        while (workers.len() as u64) < WRITERS {
            let log = log.clone();
            let phone = program.enrol(&root, &variables);
            workers.push(Worker::new(phone, chance.next(), move || std::fs::metadata(&log).unwrap().len()));
        }
        workers = at_work(workers, &program.address);
        if run + 1 < RUNS { program.stop_gently() } else { program.kill() }
    }
    let mut custody = Custody::default();
    let phones = workers.iter().map(|worker| worker.phone.clone()).collect();
    workers.into_iter().for_each(|worker| custody.take(worker.custody));
    Recording { entries: journal::read(&log), dir, custody, phones }
}

fn at_work(workers: Vec<Worker>, address: &str) -> Vec<Worker> {
    let threads: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            let address = address.to_owned();
            thread::spawn(move || {
                (0..PUSHES).for_each(|_| worker.deliver(&address).unwrap());
                worker
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Cuts the power at so many points of the entries; half of them just when a promise was read.
fn cut(recording: &Recording, entries: &[Entry], cuts: usize, start: bool, chance: &mut Chance) -> Figures {
    let root = recording.dir.path().canonicalize().unwrap().join("disk");
    let points = points(recording, entries, cuts, chance);
    let mut disk = Disk::new(&root);
    let mut figures = Figures::default();
    for (index, entry) in entries.iter().enumerate() {
        disk.apply(&entry.event);
        if !points.contains(&index) {
            continue;
        }
        for in_ten in [None, Some(5), Some(9)] {
            let kept = |in_ten| Unsure::Kept { in_ten, chance: Chance::new(chance.next()) };
            let mut unsure = in_ten.map_or(Unsure::Lost, kept);
            let starts = start && figures.disks % STARTED == 0;
            let broken = look(recording, &disk.after_cut(&mut unsure), entry.end, starts);
            let words = |what| format!("{what} (event {index}, {in_ten:?} in ten unsynced writes kept)");
            figures.broken.extend(broken.into_iter().map(words));
            figures.disks += 1;
            figures.started += usize::from(starts);
        }
    }
    figures
}

fn points(recording: &Recording, entries: &[Entry], cuts: usize, chance: &mut Chance) -> BTreeSet<usize> {
    let custody = &recording.custody;
    let records = custody.receipts.values().map(|promise| promise.read_at);
    let mut promised: Vec<u64> =
        records.chain(custody.photos.values().map(|promise| promise.read_at)).collect();
    promised.sort_unstable();
    promised.dedup();
    let mut points = BTreeSet::new();
    while points.len() < cuts {
        let index = if points.len() % 2 == 0 {
            let read_at = promised[chance.below(promised.len() as u64) as usize];
            entries.partition_point(|entry| entry.end < read_at)
        } else {
            chance.below(entries.len() as u64) as usize
        };
        points.insert(index.min(entries.len() - 1));
    }
    points
}

/// What is broken on a disk after its power came back.
fn look(recording: &Recording, files: &Files, cut: u64, starts: bool) -> Vec<String> {
    let place = quick_folder();
    let (folder, custody) = (place.path(), &recording.custody);
    // Making thousands of small files costs more than all the rest; only a program needs them.
    lay(files, |path| starts || !path.starts_with(photos(Path::new(""))), folder);
    let mut broken = Vec::new();
    if database(folder).is_file() {
        match held(folder) {
            Ok(held) => broken = broken_promises(&held, |path| files.get(path).cloned(), custody, cut),
            Err(why) => broken.push(why),
        }
    } else {
        let lost = custody.receipts.iter().filter(|(_, promise)| promise.read_at <= cut);
        broken.extend(lost.map(|(id, _)| format!("record {id} is lost with the whole database")));
    }
    if starts && broken.is_empty() {
        broken.extend(start_on(recording, folder, cut).err());
    }
    broken
}

/// In memory where the machine has such a folder: gigabytes go through it in a run.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Starts the real program on the disk and asks it for everything that was promised.
fn start_on(recording: &Recording, folder: &Path, cut: u64) -> Result<(), String> {
    let program = Program::start(serve(folder), &folder.join("said.txt"))?;
    let address = &program.address;
    for phone in &recording.phones {
        let bearer = format!("Bearer {}", phone.token);
        let answer =
            crate::http::call(address, "GET", "/v1/pull", &[("authorization", &bearer)], &[]).unwrap();
        if answer.status != 200 {
            continue;
        }
        let hashes: Vec<&str> = recording.custody.photos.keys().map(String::as_str).collect();
        let missing = phone.missing(address, &hashes).unwrap().missing;
        let is_missing = |sha256: &&str| missing.iter().any(|photo| photo.sha256 == **sha256);
        for sha256 in hashes.iter().filter(|sha256| !is_missing(sha256)) {
            let answer = phone.call(address, "GET", &format!("/v1/blobs/{sha256}"), &[]).unwrap();
            if answer.status != 200 || answer.body != recording.custody.photos[*sha256].what {
                return Err(format!("photo {sha256} is not given back: {}", answer.status));
            }
        }
        let body = r#"{"site":"lanting"}"#;
        let item = json!({
            "item_id": uuid::Uuid::now_v7().to_string(), "seq": 9_000, "kind": "result", "schema": 1,
            "author": "butler-01", "captured_at": "2026-11-23T12:00:00+08:00", "tz": "Asia/Shanghai",
            "boot_id": "boot-2", "mono_ms": 1, "body": body, "blobs": [],
            "body_sha256": rounds::domain::hash::sha256_hex(body.as_bytes()),
        });
        let outcome = phone.push(address, std::slice::from_ref(&item)).unwrap().outcomes.remove(0);
        if outcome.status != OutcomeStatus::Stored {
            return Err(format!("a new record is not taken: {outcome:?}"));
        }
    }
    program.kill();
    // Its own recovery must not undo what a reader's found.
    let custody = &recording.custody;
    let broken = broken_promises(&held(folder)?, on_disk(folder), custody, cut);
    broken.into_iter().find(|words| !words.ends_with("nobody made")).map_or(Ok(()), Err)
}
