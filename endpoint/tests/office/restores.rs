//! Hazard 24 on the real endpoint: restored from a backup taken at any moment, it gets everything
//! back that phones still hold, once, photos included.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rounds::sync::protocol::Health;
use rounds_endpoint::store::Entry;

use crate::office::Office;
use crate::phone::{AppPhone, Wire};

/// Points in the ordinary run.
const POINTS: u64 = 100;
const THREADS: u64 = 4;

/// SplitMix64: the same numbers each run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

#[test]
fn hazard_24_a_restored_endpoint_gets_everything_back_at_a_hundred_random_points() {
    let points = std::env::var("ROUNDS_RESTORES").map_or(POINTS, |count| count.parse().unwrap());
    let from = std::env::var("ROUNDS_SEED").map_or(0, |seed| seed.parse().unwrap());
    let done: [u64; 3] = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    let mut done = [0; 3];
                    for seed in (from + thread..from + points).step_by(THREADS as usize) {
                        let told = runtime.block_on(point(seed));
                        done.iter_mut().zip(told).for_each(|(sum, one)| *sum += one);
                    }
                    done
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("see the seed above"))
            .fold([0; 3], |sum, one| [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]])
    });
    let [restores, records, photos] = done;
    assert!(restores >= points && records > points && photos > points);
    println!(
        r#"trust: {{"restores": {restores}, "records": {records}, "photos": {photos}, "lost": 0, "doubled": 0}}"#
    );
}

/// One story: phones at work, a backup at a moment, more work, and the loss of the endpoint, once or
/// twice. How many restores, records and photos it had.
async fn point(seed: u64) -> [u64; 3] {
    // Printed only when the test fails.
    println!("seed {seed}: ROUNDS_SEED={seed} ROUNDS_RESTORES=1 runs it alone");
    let mut chance = Chance(seed);
    // In memory where there is such a place: what a disk keeps through a power cut is another test's.
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let backup = dir.path().join("backup");
    let mut office = Office::open(&dir.path().join("endpoint-0")).await;
    let mut phones = Vec::new();
    for _ in 0..2 + chance.below(3) {
        phones.push(AppPhone::new(chance.next()).await);
    }
    phones[0].enrol(&office).await;
    work(&mut chance, &office, &mut phones, 6).await;
    let first = office.back_up(&backup).await.unwrap();
    if chance.one_in(2) {
        work(&mut chance, &office, &mut phones, 4).await;
        let second = office.back_up(&backup).await.unwrap();
        assert!(second.manifest.complete_to >= first.manifest.complete_to);
        assert_eq!(second.photos_copied + first.manifest.photos, second.manifest.photos, "only new photos");
    }
    work(&mut chance, &office, &mut phones, 8).await;

    let times = 1 + chance.below(2);
    let mut epochs = vec![health(&office).await.epoch];
    for time in 1..=times {
        office.state.close().await;
        let (restored, told) = Office::restored(&backup, &dir.path().join(format!("endpoint-{time}"))).await;
        office = restored;
        assert_eq!(told.epoch, health(&office).await.epoch);
        assert!(epochs.iter().all(|seen| *seen < told.epoch), "no phone has seen it");
        epochs.push(told.epoch);
        // The restored one may outgrow what the other phones saw before they come back.
        work(&mut chance, &office, &mut phones, 5).await;
    }
    for phone in &mut phones {
        phone.settle(&office).await;
    }
    let (records, photos) = check(&office, &phones).await;
    office.state.close().await;
    [times as u64, records, photos]
}

/// Random phones enrol, finish records and deliver as far as their network lets them.
async fn work(chance: &mut Chance, office: &Office, phones: &mut [AppPhone], steps: usize) {
    for _ in 0..1 + chance.below(steps) {
        let index = chance.below(phones.len());
        let phone = &mut phones[index];
        for _ in 0..chance.below(3) {
            phone.finish(chance.below(3)).await;
        }
        if chance.one_in(6) {
            phone.enrol(office).await;
        }
        let requests = if chance.one_in(2) { 1 + chance.below(9) } else { usize::MAX };
        phone.pass(&office.router, requests).await;
    }
}

/// Every record once, with its bytes; every photo whole; nothing that nobody made.
async fn check(office: &Office, phones: &[AppPhone]) -> (u64, u64) {
    let entries: Vec<Entry> = office.state.store.entries_after(0, 100_000).await.unwrap();
    let made: BTreeMap<&String, &String> = phones.iter().flat_map(|phone| &phone.made).collect();
    let there: BTreeMap<&String, &String> =
        entries.iter().map(|entry| (&entry.receipt.item_id, &entry.body)).collect();
    assert_eq!(there, made, "each record that was made, byte for byte");
    assert_eq!(entries.len(), made.len(), "each once");
    let numbers: BTreeSet<u64> = entries.iter().map(|entry| entry.receipt.server_seq).collect();
    assert_eq!(numbers.len(), entries.len());
    assert!(entries.iter().all(|entry| !entry.flags.contains("seq-reused")));
    let mut photos = 0;
    for (sha256, bytes) in phones.iter().flat_map(|phone| &phone.photos) {
        assert_eq!(&office.state.photos.read(sha256).await.unwrap(), bytes, "photo {sha256}");
        photos += 1;
    }
    for install in office.state.store.installs().await.unwrap() {
        let all: Vec<u64> = (1..=install.received.len() as u64).collect();
        assert_eq!((install.received, install.pending), (all, 0), "no gap, nothing left");
    }
    (entries.len() as u64, photos)
}

async fn health(office: &Office) -> Health {
    use rounds::sync::transport::{Method, Request, Transport};
    let answer = Wire::of(&office.router, 9).send(Request::new(Method::Get, "/v1/health")).await.unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

/// For tests of what a backup holds.
pub async fn worked(folder: &Path, seed: u64) -> (Office, Vec<AppPhone>) {
    let mut chance = Chance(seed);
    let office = Office::open(folder).await;
    let mut phones = vec![AppPhone::new(1).await, AppPhone::new(2).await];
    for phone in &mut phones {
        phone.enrol(&office).await;
        for _ in 0..3 {
            phone.finish(chance.below(2)).await;
        }
        phone.finish(1).await;
        phone.settle(&office).await;
    }
    (office, phones)
}
