//! The program's own commands, as the office types them.

use std::path::Path;
use std::process::{Command, Output};

use rounds::sync::export::export;
use rounds::sync::protocol::DeviceRole;

use crate::office::{Office, db};
use crate::phone::AppPhone;
use crate::restores::worked;

fn run(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"));
    command.args(words).arg("--db").arg(db(folder)).env_remove("DATABASE_URL");
    if ["backup", "restore", "import"].contains(&words[0]) {
        command.arg("--blobs").arg(folder.join("photos"));
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs and expects success.
fn ok(folder: &Path, words: &[&str]) -> String {
    let output = run(folder, words);
    assert!(output.status.success(), "{words:?}: {}", said(&output));
    said(&output)
}

/// Runs and expects a refusal in words.
fn refused(folder: &Path, words: &[&str]) -> String {
    let output = run(folder, words);
    assert!(!output.status.success(), "{words:?}: {}", said(&output));
    said(&output)
}

#[tokio::test]
async fn back_up_lose_everything_restore_and_nothing_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two, to) = (dir.path().join("one"), dir.path().join("two"), dir.path().join("to"));
    let (office, mut phones) = worked(&one, 11).await;
    let to = to.to_str().unwrap();
    // The endpoint is open all the while.
    assert!(ok(&one, &["backup", "--to", to]).contains("up to record 8"));
    phones[0].finish(1).await;
    phones[0].settle(&office).await;
    assert!(ok(&one, &["restore", "--check", "--from", to]).contains("is whole"));
    assert!(refused(&one, &["restore", "--from", to]).contains("Nothing was changed"));
    office.state.close().await;

    let words = ok(&two, &["restore", "--from", to]);
    assert!(words.contains("offer again all that they still hold"), "{words}");
    let office = Office::open(&two).await;
    for phone in &mut phones {
        phone.settle(&office).await;
    }
    assert_eq!(office.state.store.entries_after(0, 100).await.unwrap().len(), 9);
    assert!(ok(&two, &["gaps"]).contains("Nothing is missing"));
    assert!(refused(&two, &["backup", "--to", "/dev/null/nowhere"]).contains("/dev/null/nowhere"));
    assert!(refused(dir.path(), &["backup", "--to", to]).contains("there is no database"));
    assert!(
        refused(&dir.path().join("three"), &["restore", "--from", "nowhere"]).contains("no finished backup")
    );
    assert!(!dir.path().join("three").exists(), "a mistyped folder leaves nothing behind");
}

#[tokio::test]
async fn the_office_sees_who_there_is_and_what_is_missing_and_takes_a_file_in() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    assert!(ok(dir.path(), &["devices"]).contains("No phone is enrolled"));
    let mut phone = AppPhone::new(1).await;
    phone.enrol(&office).await;
    phone.finish(0).await;
    phone.settle(&office).await;
    phone.finish(0).await;
    phone.finish(1).await;
    let text = export(&phone.store, "2026-11-23T12:00:00+08:00").await.unwrap();
    let file = dir.path().join("export.json");
    std::fs::write(&file, &text).unwrap();
    // One arrives before its photo; the other was made, and the phone is lost.
    phone.pass(&office.router, 2).await;
    let device = &office.state.store.devices().await.unwrap()[0];
    let listed = ok(dir.path(), &["devices"]);
    for word in [device.device_id.as_str(), "butler", "a phone", "lanting", "last seen 2"] {
        assert!(listed.contains(word), "{word}: {listed}");
    }
    let file = file.to_str().unwrap();
    let words = ok(dir.path(), &["import", file]);
    assert!(words.contains("photos:  1 stored, 0 already there, 0 refused"), "{words}");
    assert!(ok(dir.path(), &["import", file]).contains("records: 0 stored, 2 already there, 0 refused"));
    assert!(ok(dir.path(), &["gaps"]).contains("Nothing is missing"));

    let cut = dir.path().join("cut.json");
    std::fs::write(&cut, &text[..text.len() - 2]).unwrap();
    assert!(refused(dir.path(), &["import", cut.to_str().unwrap()]).contains("cut off or changed"));
    std::fs::write(&cut, "hello").unwrap();
    assert!(refused(dir.path(), &["import", cut.to_str().unwrap()]).contains("no export file of Rounds"));

    ok(dir.path(), &["revoke", "--device", &device.device_id]);
    assert!(ok(dir.path(), &["devices"]).contains("REVOKED 2"));
    assert!(refused(dir.path(), &["revoke", "--device", "nobody"]).contains("there is no device nobody"));
}

#[tokio::test]
async fn a_lost_record_shows_as_a_gap() {
    let endpoint = crate::harness::Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let mut body = crate::harness::push_body(&phone, &[crate::harness::item(1), crate::harness::item(4)]);
    (body["next_seq"], body["pending"]) = (6.into(), 3.into());
    assert_eq!(endpoint.post("/v1/push", Some(&phone), &body).await.status, 200);
    let path = endpoint.dir.path().join("data base.sqlite");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"));
    let output = command.arg("gaps").arg("--db").arg(path).env_remove("DATABASE_URL").output().unwrap();
    let words = said(&output);
    assert!(words.contains("missing: 2-3, 5") && words.contains("2 NOT ACCOUNTED FOR"), "{words}");
}

#[tokio::test]
async fn a_code_is_printed_with_its_picture() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(dir.path()).await;
    let printed = ok(
        dir.path(),
        &["enrol", "--role", "butler", "--site", "lanting", "--address", "https://rounds.example/"],
    );
    let code = printed.lines().next().unwrap();
    assert!(printed.contains(&format!("https://rounds.example/#enrol={code}\n")), "{printed}");
    assert!(printed.lines().filter(|line| line.contains('█')).count() > 10);
    let phone = AppPhone::new(3).await;
    let wire = crate::phone::Wire::of(&office.router, 9);
    let answer = rounds::sync::enrol::enrol(&wire, code, "x", &phone.install().await).await.unwrap();
    assert_eq!(answer.role, DeviceRole::Butler);
    assert!(
        refused(dir.path(), &["enrol", "--role", "butler", "--address", "rounds"])
            .contains("no address of a page")
    );
}
