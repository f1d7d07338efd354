//! What a backup holds, what it refuses, and that a damaged one is told as such.

use std::fs;
use std::path::{Path, PathBuf};

use rounds_endpoint::backup::{self, BackupError};
use rounds_endpoint::clock::Clock;
use rounds_endpoint::photos::Photos;
use rounds_endpoint::store::portable::TABLES;
use rounds_endpoint::store::{Location, Store};
use sqlx::{AnyPool, Row};

use crate::office::{Office, db, restore};
use crate::phone::AppPhone;
use crate::restores::worked;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else if entry.file_name() != "backup.lock" {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

async fn watermark(folder: &Path) -> i64 {
    counter(folder, "backup_watermark").await
}

async fn counter(folder: &Path, name: &str) -> i64 {
    let pool = AnyPool::connect(&format!("sqlite://{}", db(folder).display())).await.unwrap();
    let row = sqlx::query("SELECT value FROM counters WHERE name = $1").bind(name).fetch_one(&pool).await;
    row.unwrap().try_get(0).unwrap()
}

#[tokio::test]
async fn every_table_and_column_of_the_database_is_in_a_backup_but_uploads() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    office.state.close().await;
    let pool = AnyPool::connect(&format!("sqlite://{}", db(dir.path()).display())).await.unwrap();
    let rows = sqlx::query(
        "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'",
    );
    let mut there: Vec<(String, String)> = rows
        .fetch_all(&pool)
        .await
        .unwrap()
        .iter()
        .map(|row| (row.try_get(0).unwrap(), row.try_get(1).unwrap()))
        .filter(|(table, _): &(String, String)| table != "uploads")
        .collect();
    let mut listed: Vec<(String, String)> = TABLES
        .iter()
        .flat_map(|table| table.columns().map(|column| (table.name.to_owned(), column.to_owned())))
        .collect();
    there.sort();
    listed.sort();
    assert_eq!(listed, there);
}

#[tokio::test]
async fn a_restored_store_holds_the_same_rows_and_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let (office, phones) = worked(&dir.path().join("one"), 1).await;
    let made: usize = phones.iter().map(|phone| phone.made.len()).sum();
    let to = dir.path().join("backup");
    let done = office.back_up(&to).await.unwrap();
    assert_eq!((done.manifest.server_seq, done.manifest.complete_to), (made as u64, made as u64));
    assert_eq!(watermark(&office.folder).await, made as i64, "raised once it is on disk");

    let other = dir.path().join("two");
    let restored = restore(&to, &other).await.unwrap();
    assert!(restored.epoch > 1_700_000_000_000, "no phone can have seen it");
    assert_eq!(watermark(&other).await, 0, "this store is in no backup yet: phones keep all");
    // A backup of the restored store has the same rows but for what restoring changes.
    let again = Office::open(&other).await;
    let second = dir.path().join("second");
    let copy = again.back_up(&second).await.unwrap();
    for (one, two) in done.manifest.tables.iter().zip(&copy.manifest.tables) {
        let changes = ["counters", "enrol_codes"].contains(&one.table.as_str());
        assert!(changes || (one.rows, &one.sha256) == (two.rows, &two.sha256), "{}", one.table);
    }
}

#[tokio::test]
async fn any_file_cut_changed_or_missing_is_told_and_nothing_is_restored() {
    let dir = tempfile::tempdir().unwrap();
    let (office, _) = worked(&dir.path().join("one"), 2).await;
    let to = dir.path().join("backup");
    office.back_up(&to).await.unwrap();
    let all = files(&to);
    assert!(all.len() > TABLES.len() + 2);
    let target = dir.path().join("two");
    for file in all {
        let whole = fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        if let Some(byte) = flipped.get_mut(whole.len() / 2) {
            *byte ^= 1;
        }
        let cut = whole.get(..whole.len().saturating_sub(1)).unwrap().to_vec();
        for bad in [Some(flipped), Some(cut), Some([whole.as_slice(), b"{}\n"].concat()), None] {
            match &bad {
                // An empty table has nothing to flip or cut.
                Some(bad) if *bad == whole => continue,
                Some(bad) => fs::write(&file, bad).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let error = restore(&to, &target).await.unwrap_err();
            let is_manifest = file.ends_with("manifest.json");
            match error {
                BackupError::NotFinished { begun, .. } => assert!(is_manifest && bad.is_none() && begun),
                BackupError::Damaged(words) => assert!(words.len() > 20, "{words}"),
                other => panic!("{}: {other}", file.display()),
            }
            assert!(!db(&target).exists(), "not even an empty database");
        }
        fs::write(&file, whole).unwrap();
    }
    restore(&to, &target).await.unwrap();
}

#[tokio::test]
async fn a_backup_killed_before_its_manifest_leaves_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let (office, mut phones) = worked(&dir.path().join("one"), 3).await;
    let to = dir.path().join("backup");
    let first = office.back_up(&to).await.unwrap();
    phones[0].finish(1).await;
    phones[0].settle(&office).await;
    // As a kill leaves it: rows and photos of the second, the manifest of the first.
    let manifest = fs::read(to.join("manifest.json")).unwrap();
    let rows = to.join(&first.manifest.rows);
    let kept = dir.path().join("kept");
    fs::rename(&rows, &kept).unwrap();
    let second = office.back_up(&to).await.unwrap();
    fs::rename(&kept, &rows).unwrap();
    fs::write(to.join("manifest.json"), manifest).unwrap();
    assert_eq!(backup::verify(&to).unwrap(), first.manifest);
    assert_eq!(second.photos_copied, 1);

    let third = office.back_up(&to).await.unwrap();
    assert_eq!((third.photos_copied, third.manifest.server_seq), (0, second.manifest.server_seq));
    let leftovers = fs::read_dir(&to).unwrap().flatten();
    let rows = leftovers.filter(|entry| entry.file_name().to_string_lossy().starts_with("rows-")).count();
    assert_eq!(rows, 1, "what was never finished is cleared away");
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (office, mut phones) = worked(&dir.path().join("one"), 4).await;
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    office.back_up(&old).await.unwrap();
    phones[0].finish(0).await;
    phones[0].settle(&office).await;
    office.back_up(&new).await.unwrap();
    // A store that holds anything is no target.
    let error = restore(&old, &office.folder).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty), "{error}");
    assert_eq!(counter(&office.folder, "epoch").await, 1);
    // An older store does not replace the newer backup, nor another store's.
    let (older, _) = Office::restored(&old, &dir.path().join("two")).await;
    let error = older.back_up(&new).await.unwrap_err();
    assert!(matches!(error, BackupError::WouldLose { .. }), "{error}");
    let stranger = Office::open(&dir.path().join("three")).await;
    let error = stranger.back_up(&new).await.unwrap_err();
    assert!(matches!(error, BackupError::AnotherStore { .. }), "{error}");
    assert!(matches!(backup::verify(dir.path()), Err(BackupError::NotFinished { begun: false, .. })));
    older.back_up(&old).await.unwrap();
}

#[tokio::test]
async fn phones_keep_a_record_until_its_photo_is_backed_up_too() {
    let dir = tempfile::tempdir().unwrap();
    let (office, mut phones) = worked(&dir.path().join("one"), 5).await;
    let to = dir.path().join("backup");
    let before = office.back_up(&to).await.unwrap().manifest.server_seq;
    phones[0].finish(1).await;
    // Pushed, but cut off before the photo.
    phones[0].pass(&office.router, 3).await;
    phones[1].finish(0).await;
    phones[1].settle(&office).await;
    let half = office.back_up(&to).await.unwrap();
    assert_eq!((half.manifest.server_seq, half.manifest.complete_to), (before + 2, before));
    assert_eq!(watermark(&office.folder).await, before as i64);
    phones[0].settle(&office).await;
    let whole = office.back_up(&to).await.unwrap();
    assert_eq!(whole.manifest.complete_to, before + 2);
    assert_eq!(watermark(&office.folder).await, (before + 2) as i64);
}

#[tokio::test]
async fn a_photo_that_the_endpoints_disk_lost_is_told_and_asked_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let (office, mut phones) = worked(&dir.path().join("one"), 6).await;
    let photos = files(&office.folder.join("photos"));
    let (gone, bad) = (&photos[0], &photos[1]);
    fs::remove_file(gone).unwrap();
    fs::write(bad, "rotten").unwrap();
    let to = dir.path().join("backup");
    let done = office.back_up(&to).await.unwrap();
    assert_eq!(done.manifest.broken_photos.len(), 2);
    assert!(done.manifest.complete_to < done.manifest.server_seq);
    let (restored, _) = Office::restored(&to, &dir.path().join("two")).await;
    for phone in &mut phones {
        phone.settle(&restored).await;
        for (sha256, bytes) in &phone.photos {
            assert_eq!(&restored.state.photos.read(sha256).await.unwrap(), bytes);
        }
    }
}

#[tokio::test]
async fn a_code_from_before_the_backup_opens_nothing_after_the_restore() {
    let dir = tempfile::tempdir().unwrap();
    let (office, _) = worked(&dir.path().join("one"), 7).await;
    let code = office.code(rounds::sync::protocol::DeviceRole::Manager).await;
    let to = dir.path().join("backup");
    office.back_up(&to).await.unwrap();
    let (restored, _) = Office::restored(&to, &dir.path().join("two")).await;
    let phone = AppPhone::new(9).await;
    let wire = crate::phone::Wire::of(&restored.router, 9);
    let answer = rounds::sync::enrol::enrol(&wire, &code, "a phone", &phone.install().await).await;
    assert_eq!(answer.unwrap_err(), rounds::sync::enrol::EnrolError::UsedCode);
}

#[tokio::test]
async fn a_backup_moves_a_company_from_sqlite_to_postgres_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let (office, phones) = worked(&dir.path().join("one"), 8).await;
    let (there, back) = (dir.path().join("there"), dir.path().join("back"));
    let first = office.back_up(&there).await.unwrap();

    let cluster = crate::cluster::Cluster::start();
    let location = Location::of_url(&crate::cluster::url(&cluster.socket(), "postgres")).unwrap();
    let photos = Photos::open(&dir.path().join("photos")).await.unwrap();
    let now = Clock::system().now();
    let store = Store::open(&location).await.unwrap();
    backup::restore(&there, backup::verify(&there).unwrap(), &store, &photos, now).await.unwrap();
    store.close().await;
    let store = Store::open(&location).await.unwrap();
    let second = backup::backup(&store, &photos, &back, now).await.unwrap();
    let error = backup::restore(&there, first.manifest.clone(), &store, &photos, now).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty), "{error}");
    store.close().await;
    let counts = |manifest: &backup::Manifest| -> Vec<(String, u64)> {
        manifest.tables.iter().map(|file| (file.table.clone(), file.rows)).collect()
    };
    assert_eq!(counts(&first.manifest), counts(&second.manifest));

    let (home, _) = Office::restored(&back, &dir.path().join("home")).await;
    let entries = home.state.store.entries_after(0, 1000).await.unwrap();
    assert_eq!(entries.len(), phones.iter().map(|phone| phone.made.len()).sum::<usize>());
    for mut phone in phones {
        // The token still opens, through two moves.
        assert_eq!(phone.pass(&home.router, usize::MAX).await, rounds::sync::Phase::Idle);
    }
}
