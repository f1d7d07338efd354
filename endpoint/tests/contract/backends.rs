//! The same suite on the other databases: this test program runs itself again, told where.
//!
//! One run is one process with one Postgres, whichever way the tests are started, so that none is
//! started a test. Names of hazards are those of the project's list.

use std::process::Command;

use rounds_endpoint::store::{Location, Store};

use crate::cluster::{self, Cluster};
use crate::place::{MEMORY, ON};

/// What has nothing to do with the database, or starts it by itself.
const ELSEWHERE: [&str; 4] = ["backends::", "memory::", "static_app::", "hazard_"];

#[test]
fn the_whole_contract_holds_on_the_twin_in_memory() {
    let mut without = ELSEWHERE.to_vec();
    // A program of its own cannot reach it.
    without.push("kill::");
    let passed = run(MEMORY, &skipping(&without));
    assert!(passed >= 45, "only {passed} tests were run");
}

#[test]
fn the_whole_contract_holds_on_postgres() {
    let cluster = Cluster::start();
    let passed = run(&cluster.socket(), &skipping(&ELSEWHERE));
    assert!(passed >= 48, "only {passed} tests were run");
}

#[test]
fn hazard_26_on_postgres_no_receipted_record_is_lost_to_kill_9() {
    let cluster = Cluster::start();
    let name = "kill::hazard_26_no_receipted_record_is_lost_to_kill_9";
    assert_eq!(run(&cluster.socket(), &["--exact", name]), 1);
}

#[test]
fn hazard_28_on_postgres_sixty_four_writers_push_the_same_ids_and_each_is_stored_once() {
    let cluster = Cluster::start();
    let name = "writers::hazard_28_sixty_four_writers_push_the_same_ids_and_each_is_stored_once";
    assert_eq!(run(&cluster.socket(), &["--exact", name]), 1);
}

#[test]
fn hazard_29_on_postgres_no_cursor_skips_a_slow_commit() {
    let cluster = Cluster::start();
    let name = "cursors::hazard_29_no_cursor_skips_a_slow_commit";
    assert_eq!(run(&cluster.socket(), &["--exact", name]), 1);
}

#[tokio::test]
async fn a_postgres_that_may_forget_is_refused_in_clear_words() {
    let cluster = Cluster::start();
    let url = cluster::url(&cluster.socket(), "postgres");
    let location = Location::of_url(&url).unwrap();
    Store::open(&location).await.unwrap().close().await;
    let refused = async |setting: &str| {
        let error = Store::open(&location).await.err().unwrap().to_string();
        assert!(error.contains(&format!("{setting}=off")) && error.contains("ALTER SYSTEM"), "{error}");
    };
    // Told to one role, in a place where nobody looks.
    cluster.sql("ALTER ROLE rounds SET synchronous_commit = off");
    refused("synchronous_commit").await;
    cluster.sql("ALTER ROLE rounds RESET synchronous_commit");
    Store::open(&location).await.unwrap().close().await;
    cluster.sql("ALTER SYSTEM SET fsync = off");
    cluster.reload("fsync", "off");
    refused("fsync").await;
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().display().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"))
        .args(["serve", "--listen", "127.0.0.1:0", "--blobs"])
        .arg(dir.path())
        .env("DATABASE_URL", cluster::url(&socket, "rounds"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("DATABASE_URL") && said.contains("see that the server runs"), "{said}");
}

fn skipping<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().flat_map(|name| ["--skip", *name]).collect()
}

/// How many tests passed; all that were asked for, or this one fails with what they said.
fn run(on: &str, arguments: &[&str]) -> usize {
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).env(ON, on).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let summary = said.lines().find_map(|line| line.strip_prefix("test result: ok. ")).unwrap();
    summary.split(' ').next().unwrap().parse().unwrap()
}
