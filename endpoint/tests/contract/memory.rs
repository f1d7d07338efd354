//! The twin in memory: no runtime, no waiting, and each fault does what it says. Each planted
//! mistake is seen to break the promise that it is a mistake against.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::DateTime;
use http_body_util::BodyExt;
use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::{DeviceRole, EnrolAnswer, OutcomeStatus, PushAnswer};
use rounds_endpoint::AppState;
use rounds_endpoint::clock::Clock;
use rounds_endpoint::secret::Secret;
use rounds_endpoint::store::memory::{Disk, Moment, Plant};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::{NOON, Phone, item, jpeg, push_body, with_photo};

struct World {
    disk: Disk,
    router: Router,
    phone: Phone,
}

/// Polls once: with the twins in memory nothing ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waited"),
    }
}

fn start(disk: &Disk) -> Router {
    let now = Arc::new(AtomicI64::new(NOON));
    let clock = Clock::new(move || DateTime::from_timestamp_millis(now.load(Ordering::SeqCst)).unwrap());
    rounds_endpoint::app(AppState::of(disk.store(), disk.photos(), clock))
}

fn call(router: &Router, method: &str, path: &str, token: &str, body: Body) -> (StatusCode, Vec<u8>) {
    let media = if method == "PATCH" { "application/offset+octet-stream" } else { "application/json" };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", media)
        .header("upload-offset", "0");
    let response = now(router.clone().oneshot(request.body(body).unwrap())).unwrap();
    let status = response.status();
    (status, now(response.into_body().collect()).unwrap().to_bytes().to_vec())
}

impl World {
    fn new() -> Self {
        let disk = Disk::new("store-a");
        let router = start(&disk);
        let sites = ["lanting".to_owned()];
        now(disk.store().add_code(&Secret::code_hash("CODE"), DeviceRole::Butler, &sites, NOON + 1)).unwrap();
        let body = json!({ "code": "CODE", "device_name": "a phone", "install_id": "install-1" });
        let (status, answer) = call(&router, "POST", "/v1/enrol", "", body.to_string().into());
        assert_eq!(status, StatusCode::CREATED);
        let enrolled: EnrolAnswer = serde_json::from_slice(&answer).unwrap();
        let phone = Phone { id: enrolled.device_id, install: "install-1".to_owned(), token: enrolled.token };
        Self { disk, router, phone }
    }

    fn try_push(&self, items: &[Value], seen: &Value) -> Option<PushAnswer> {
        let mut body = push_body(&self.phone, items);
        body["seen"] = seen.clone();
        let (status, answer) =
            call(&self.router, "POST", "/v1/push", &self.phone.token, body.to_string().into());
        (status == StatusCode::OK).then(|| serde_json::from_slice(&answer).unwrap())
    }

    fn push(&self, items: &[Value]) -> PushAnswer {
        self.try_push(items, &json!({ "store_id": "", "epoch": 0, "server_seq": 0 })).unwrap()
    }

    fn stored(&self) -> Vec<String> {
        let entries = now(self.disk.store().entries_after(0, 1000)).unwrap();
        entries.into_iter().map(|entry| entry.receipt.item_id).collect()
    }

    fn statuses(&self, items: &[Value]) -> Vec<OutcomeStatus> {
        self.push(items).outcomes.iter().map(|outcome| outcome.status).collect()
    }
}

#[test]
fn every_call_is_answered_at_the_first_poll() {
    let world = World::new();
    let photo = jpeg(3000, 1);
    let sha256 = sha256_hex(&photo);
    let record = with_photo(1, &sha256, photo.len());
    assert_eq!(world.statuses(&[record.clone(), record]), [OutcomeStatus::Stored, OutcomeStatus::Duplicate]);
    let token = world.phone.token.as_str();
    let path = format!("/v1/blobs/{sha256}");
    assert_eq!(call(&world.router, "PATCH", &path, token, photo.clone().into()).0, StatusCode::CREATED);
    assert_eq!(call(&world.router, "GET", &path, token, Body::empty()), (StatusCode::OK, photo));
    assert_eq!(call(&world.router, "GET", "/v1/pull", token, Body::empty()).0, StatusCode::OK);
    assert_eq!(call(&world.router, "GET", "/v1/health", "", Body::empty()).0, StatusCode::OK);
}

#[test]
fn a_fault_at_any_operation_of_a_push_leaves_all_of_it_or_nothing() {
    let world = World::new();
    let mut nth = 1;
    loop {
        let items = [item(2 * nth), item(2 * nth + 1)];
        for moment in [Moment::Before, Moment::After] {
            let before = world.stored().len();
            world.disk.fail_at(nth, moment);
            let answer = world.try_push(&items, &json!({ "store_id": "", "epoch": 0, "server_seq": 0 }));
            world.disk.clear_faults();
            let added = world.stored().len() - before;
            if answer.is_some() {
                assert!(nth > 10, "a push has more operations than {nth}");
                return;
            }
            assert!(added == 0 || (added == 2 && moment == Moment::After), "{added} at {nth} {moment:?}");
        }
        nth += 1;
    }
}

#[test]
fn dead_means_dead_until_the_next_start() {
    let world = World::new();
    let record = item(1);
    world.disk.die_at(3, Moment::Before);
    let seen = json!({ "store_id": "", "epoch": 0, "server_seq": 0 });
    assert!(world.try_push(std::slice::from_ref(&record), &seen).is_none());
    assert!(world.disk.is_dead());
    assert!(world.try_push(std::slice::from_ref(&record), &seen).is_none());
    world.disk.kill();
    assert_eq!(world.statuses(&[record]), [OutcomeStatus::Stored]);
}

#[test]
fn what_was_answered_survives_kills_and_power_cuts() {
    let world = World::new();
    let record = item(1);
    world.push(std::slice::from_ref(&record));
    world.disk.kill();
    world.disk.power_cut();
    assert_eq!(world.statuses(&[record]), [OutcomeStatus::Duplicate]);
}

#[test]
fn an_old_backup_and_another_store_are_what_they_say() {
    let mut world = World::new();
    let (kept, lost) = (item(1), item(2));
    world.push(std::slice::from_ref(&kept));
    let backup = world.disk.snapshot();
    world.push(std::slice::from_ref(&lost));
    world.disk.restore(&backup);
    let seen = json!({ "store_id": "store-a", "epoch": 1, "server_seq": 2 });
    let answer = world.try_push(&[kept, lost.clone()], &seen).unwrap();
    let statuses: Vec<_> = answer.outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!((answer.epoch, statuses), (2, vec![OutcomeStatus::Duplicate, OutcomeStatus::Stored]));
    assert_eq!(answer.outcomes[1].receipt.as_ref().unwrap().server_seq, 3);

    world.disk.replace("store-b");
    world.router = start(&world.disk);
    assert!(world.try_push(&[lost], &seen).is_none(), "it knows no token");
    let (_, health) = call(&world.router, "GET", "/v1/health", "", Body::empty());
    assert!(String::from_utf8(health).unwrap().contains("store-b"));
}

#[test]
fn planted_answer_before_commit_loses_what_was_answered() {
    let world = World::new();
    world.disk.plant(Plant::AnswerBeforeCommit);
    world.push(&[item(1)]);
    world.push(&[item(2)]);
    world.disk.kill();
    assert_eq!(world.stored().len(), 1);
}

#[test]
fn planted_no_unique_stores_a_record_twice() {
    let world = World::new();
    world.disk.plant(Plant::NoUnique);
    let record = item(1);
    world.push(std::slice::from_ref(&record));
    world.push(&[record]);
    let stored = world.stored();
    assert_eq!((stored.len(), &stored[0]), (2, &stored[1]));
}

#[test]
fn planted_no_sync_survives_a_kill_and_not_a_power_cut() {
    let world = World::new();
    world.disk.plant(Plant::NoSync);
    world.push(&[item(1)]);
    world.disk.sync();
    world.push(&[item(2)]);
    world.disk.kill();
    assert_eq!(world.stored().len(), 2);
    world.disk.power_cut();
    assert_eq!(world.stored().len(), 1);
}

#[test]
fn planted_epoch_ignored_tells_nobody_of_the_restore() {
    let world = World::new();
    let backup = world.disk.snapshot();
    world.push(&[item(1)]);
    world.disk.restore(&backup);
    world.disk.plant(Plant::EpochIgnored);
    let seen = json!({ "store_id": "store-a", "epoch": 1, "server_seq": 1 });
    assert_eq!(world.try_push(&[], &seen).unwrap().epoch, 1);
}
