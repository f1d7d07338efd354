//! Taking in another phone's records: with their photos or not at all, and each once.

use rounds::domain::answer::PhotoRef;
use rounds::domain::hash::sha256_hex;
use rounds::domain::text::Text;
use rounds::store::draft::Stamp;
use rounds::store::import::{Incoming, IncomingPhoto, TakenIn, take_in};
use rounds::store::outbox::{self, NewRecord, Origin, OutboxRecord, RecordState};
use rounds::store::photos::{self, PhotoState};
use rounds::store::{Row, Store, Table};

use super::{Bench, number, put};

fn incoming(id: &str, seq: u64, pictures: &[&[u8]]) -> Incoming {
    let photos: Vec<_> = pictures
        .iter()
        .map(|bytes| IncomingPhoto {
            sha256: sha256_hex(bytes),
            mime: "image/jpeg".to_owned(),
            bytes: bytes.to_vec(),
        })
        .collect();
    let blob = |photo: &IncomingPhoto| PhotoRef {
        sha256: photo.sha256.clone(),
        len: photo.bytes.len() as u64,
        mime: photo.mime.clone(),
    };
    let new = NewRecord {
        item_id: id.to_owned(),
        kind: "result".to_owned(),
        schema: 1,
        author: "butler-02".to_owned(),
        captured: Stamp::default(),
        blobs: photos.iter().map(blob).collect(),
        supersedes: None,
        task: "t1".to_owned(),
        title: Text::new("大门", "Gate"),
        created_ms: 5,
    };
    let mut record = OutboxRecord::new(new, &format!("of {id}"));
    record.origin = Some(Origin { install_id: "phone-a".to_owned(), device_id: None });
    Incoming { record, seq, photos }
}

fn taken(new: u64, known: u64, photos: u64) -> TakenIn {
    TakenIn { new, known, photos, clashes: Vec::new() }
}

pub async fn a_record_comes_in_with_its_photos_or_not_at_all(bench: &impl Bench) {
    let store = bench.open().await;
    assert_eq!(number(&store, "own").await, 1);
    let shared: &[u8] = b"shared picture";
    let file = [incoming("r1", 7, &[b"one", shared]), incoming("r2", 8, &[shared])];
    assert_eq!(take_in(&store, &file).await.unwrap(), taken(2, 0, 2));
    for Incoming { record, seq, photos } in &file {
        let held = outbox::record(&store, &record.item_id).await.unwrap().unwrap();
        assert_eq!((&held.record, held.seq, held.state), (record, *seq, RecordState::Phone));
        for photo in photos {
            let bytes = photos::photo_bytes(&store, &photo.sha256).await.unwrap();
            assert_eq!(bytes.as_ref(), Some(&photo.bytes));
            let held = photos::photo(&store, &photo.sha256).await.unwrap().unwrap();
            assert_eq!(held.state, PhotoState::Phone);
            assert!(held.meta.records.contains(&record.item_id));
        }
    }
    assert_eq!(number(&store, "own-2").await, 2, "the phone's own numbers go on without a gap");
    // A photo's row that cannot be read stays as it is, and keeps no text out.
    put(&store, Table::Photos, Row::new(sha256_hex(b"spoilt"), "phone", "{")).await;
    assert_eq!(take_in(&store, &[incoming("r3", 9, &[b"spoilt"])]).await.unwrap(), taken(1, 0, 0));
    let spoilt = store.get(Table::Photos, &sha256_hex(b"spoilt")).await.unwrap().unwrap();
    assert_eq!((spoilt.json.as_str(), spoilt.rev), ("{", 1));
}

pub async fn coming_in_twice_changes_nothing(bench: &impl Bench) {
    let store = bench.open().await;
    let file = [incoming("r1", 7, &[b"one"]), incoming("r2", 8, &[])];
    take_in(&store, &file).await.unwrap();
    let rows = async || {
        let mut rows = store.page(Table::Outbox, "", 99).await.unwrap();
        rows.extend(store.page(Table::Photos, "", 99).await.unwrap());
        rows.extend(store.page(Table::PhotoBytes, "", 99).await.unwrap());
        rows
    };
    let before = rows().await;
    assert_eq!(take_in(&store, &file).await.unwrap(), taken(0, 2, 0));
    assert_eq!(rows().await, before);
    // The same id with other bytes is told, and what is here stays.
    let mut other = incoming("r1", 7, &[]);
    other.record = OutboxRecord { body: "{}".to_owned(), body_sha256: sha256_hex(b"{}"), ..other.record };
    assert_eq!(take_in(&store, &[other]).await.unwrap().clashes, ["r1"]);
    assert_eq!(rows().await, before);
}

pub async fn two_tabs_taking_in_the_same_file_take_each_record_once(bench: &impl Bench) {
    let (one, other) = (bench.open().await, bench.open().await);
    let file: Vec<_> = (0..20).map(|nth| incoming(&format!("r{nth:02}"), nth + 1, &[b"same"])).collect();
    take_in(&one, &file[..12]).await.unwrap();
    assert_eq!(take_in(&other, &file).await.unwrap(), taken(8, 12, 0));
    assert_eq!(one.count(Table::Outbox, None).await.unwrap(), 20);
    let held = photos::photo(&one, &sha256_hex(b"same")).await.unwrap().unwrap();
    assert_eq!(held.meta.records.len(), 20);
}
