//! The real program, killed with -9 while phones push: what has a receipt is there afterwards.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use rounds::sync::protocol::{DeviceRole, EnrolAnswer, OutcomeStatus, PushAnswer, Receipt};
use rounds_endpoint::secret::Secret;
use serde_json::json;

use crate::harness::{Phone, item, push_body};
use crate::place::Place;

const ROUNDS: u64 = 4;
const RECEIPTS_BEFORE_KILL: usize = 12;

#[tokio::test]
async fn hazard_26_no_receipted_record_is_lost_to_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::fresh(dir.path()).await;
    let phone = enrolled(dir.path(), &place).await;
    let mut receipts: HashMap<String, Receipt> = HashMap::new();
    for round in 0..ROUNDS {
        let (mut child, address) = start(dir.path(), &place);
        let (send, arrived) = mpsc::channel::<Receipt>();
        let pushers: Vec<_> = (0..2)
            .map(|pusher| {
                let (send, address) = (send.clone(), address.clone());
                let phone = Phone {
                    id: phone.id.clone(),
                    install: phone.install.clone(),
                    token: phone.token.clone(),
                };
                thread::spawn(move || {
                    push_until_cut(&address, &phone, round * 100_000 + pusher * 50_000, &send)
                })
            })
            .collect();
        drop(send);
        for receipt in arrived.iter().take(RECEIPTS_BEFORE_KILL) {
            receipts.insert(receipt.item_id.clone(), receipt);
        }
        // On Unix this is SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        receipts.extend(arrived.iter().map(|receipt| (receipt.item_id.clone(), receipt)));
        for pusher in pushers {
            pusher.join().unwrap();
        }
    }
    assert!(receipts.len() >= RECEIPTS_BEFORE_KILL * ROUNDS as usize);
    let store = place.reopened().await;
    let entries = store.entries_after(0, 100_000).await.unwrap();
    let stored: HashMap<&str, &Receipt> =
        entries.iter().map(|entry| (entry.receipt.item_id.as_str(), &entry.receipt)).collect();
    assert_eq!(stored.len(), entries.len());
    for (id, receipt) in &receipts {
        assert_eq!(stored.get(id.as_str()), Some(&receipt), "a receipted record is lost");
    }
}

#[tokio::test]
async fn terminate_stops_it_gently() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::fresh(dir.path()).await;
    let (mut child, address) = start(dir.path(), &place);
    let health = http(&address, "GET", "/v1/health", "", "").unwrap();
    assert!(health.contains("rounds-endpoint"));
    let done = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn commands_on_a_database_that_is_not_there_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::fresh(dir.path()).await;
    let output = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"))
        .args(["enrol", "--role", "butler"])
        .args(place.arguments())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no database"));
    match &place {
        Place::Sqlite(file) => assert!(!file.exists()),
        _ => {
            let tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'";
            assert_eq!(place.count(tables).await, 0);
        }
    }
}

async fn enrolled(dir: &Path, place: &Place) -> Phone {
    let (mut child, address) = start(dir, place);
    let output = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"))
        .args(["enrol", "--role", "butler", "--site", "lanting"])
        .args(place.arguments())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let code = printed.lines().next().unwrap();
    assert_eq!(Secret::code_hash(code).len(), 64);
    let body = json!({ "code": code, "device_name": "a phone", "install_id": "install-0001" });
    let answer = http(&address, "POST", "/v1/enrol", "", &body.to_string()).unwrap();
    let enrolled: EnrolAnswer = serde_json::from_str(&answer).unwrap();
    assert_eq!(enrolled.role, DeviceRole::Butler);
    child.kill().unwrap();
    child.wait().unwrap();
    Phone { id: enrolled.device_id, install: "install-0001".to_owned(), token: enrolled.token }
}

fn push_until_cut(address: &str, phone: &Phone, first_seq: u64, receipts: &mpsc::Sender<Receipt>) {
    for seq in first_seq.. {
        let items = [item(2 * seq + 1), item(2 * seq + 2)];
        let Some(answer) =
            http(address, "POST", "/v1/push", &phone.token, &push_body(phone, &items).to_string())
        else {
            return;
        };
        let Ok(answer) = serde_json::from_str::<PushAnswer>(&answer) else { return };
        for outcome in answer.outcomes {
            assert_eq!(outcome.status, OutcomeStatus::Stored);
            if receipts.send(outcome.receipt.unwrap()).is_err() {
                return;
            }
        }
    }
}

/// Starts the program on a port of its own; ready once it has said where it listens.
fn start(dir: &Path, place: &Place) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(place.arguments())
        .arg("--blobs")
        .arg(dir.join("photos"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    (child, address)
}

/// One request on a connection of its own; `None` when it was cut.
fn http(address: &str, method: &str, path: &str, token: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
}
