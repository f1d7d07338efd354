//! Server-owned records on their way in.

use rounds::store::row::{Row, Table};
use rounds::store::{Batch, Store, identity};
use rounds::sync::Wake;
use rounds::sync::protocol::PulledRecord;
use serde_json::json;

use crate::support::fake_endpoint::Fault;
use crate::support::sync_phone::{Phone, block_on, record};

fn pulled(kind: &str, id: &str) -> PulledRecord {
    let body = json!({ "id": id, "date": "2026-09-21" });
    PulledRecord { kind: kind.to_owned(), id: id.to_owned(), rev: 1, deleted: false, body }
}

fn gone(kind: &str, id: &str) -> PulledRecord {
    PulledRecord { deleted: true, body: json!(null), ..pulled(kind, id) }
}

fn keys(phone: &Phone, table: Table) -> Vec<String> {
    let rows = block_on(phone.store.page(table, "", 100)).unwrap();
    rows.into_iter().map(|row| row.key).collect()
}

#[test]
fn a_new_phone_pulls_before_it_pushes_and_an_old_one_after() {
    let mut phone = Phone::new();
    phone.finish(&[record("r-1", &[])]);
    phone.pass(Wake::Start);
    let first = phone.endpoint.state.borrow().log[0].clone();
    assert_eq!(first, "GET /v1/pull");
    phone.endpoint.state.borrow_mut().log.clear();
    phone.pass(Wake::User);
    let log = phone.endpoint.state.borrow().log.clone();
    assert_eq!(log, ["POST /v1/push", "GET /v1/pull?cursor=1"]);
}

#[test]
fn every_kind_finds_its_table_and_unknown_ones_are_kept() {
    let mut phone = Phone::new();
    phone.endpoint.state.borrow_mut().pages = vec![
        vec![pulled("site", "s1"), pulled("staff", "p1"), pulled("task", "t1")],
        vec![pulled("standard", "std"), pulled("weather", "w1"), pulled("task", "t2"), gone("task", "t1")],
    ];
    phone.pass(Wake::Start);
    assert_eq!(keys(&phone, Table::Reference), ["site/s1", "staff/p1", "standard/std", "weather/w1"]);
    let today = block_on(phone.store.group(Table::Tasks, "2026-09-21", 10)).unwrap();
    assert_eq!(today.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["t2"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&today[0].json).unwrap()["id"], "t2");
    let staff = block_on(phone.store.group(Table::Reference, "staff", 10)).unwrap();
    assert_eq!(staff.len(), 1);
}

#[test]
fn a_task_that_was_begun_is_never_taken_away() {
    let mut phone = Phone::new();
    let tasks = ["t1", "t2", "t3"].map(|id| pulled("task", id));
    phone.endpoint.state.borrow_mut().pages = vec![tasks.to_vec()];
    phone.pass(Wake::Start);
    let begun = Batch::new()
        .put(Table::Progress, Row::new("t1", "2026-09-21", "{}"))
        .put(Table::Drafts, Row::new("t2/t2-01", "t2", "{}"));
    block_on(phone.store.commit(begun)).unwrap();
    let all_gone = ["t1", "t2", "t3"].map(|id| gone("task", id));
    phone.endpoint.state.borrow_mut().pages.push(all_gone.to_vec());
    phone.pass(Wake::User);
    assert_eq!(keys(&phone, Table::Tasks), ["t1", "t2"]);
}

#[test]
fn a_cursor_too_old_pulls_everything_and_drops_what_is_gone_but_no_record() {
    let mut phone = Phone::new();
    phone.endpoint.state.borrow_mut().pages =
        vec![vec![pulled("site", "s1"), pulled("staff", "p1"), pulled("task", "t1")]];
    phone.pass(Wake::Start);
    phone.finish_many(3);
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.old_cursor = Some("1".to_owned());
        state.pages = vec![vec![pulled("site", "s1")], vec![pulled("task", "t2")], vec![]];
        // The first try of the full pull is cut between its pages.
        state.faults_on = "/v1/pull?cursor=1";
        state.faults.extend([Fault::None, Fault::Cut]);
    }
    phone.pass(Wake::User);
    assert_eq!(keys(&phone, Table::Reference), ["site/s1", "staff/p1"], "nothing is dropped half-way");
    phone.endpoint.state.borrow_mut().old_cursor = None;
    phone.pass(Wake::User);
    assert_eq!(keys(&phone, Table::Reference), ["site/s1"]);
    assert_eq!(keys(&phone, Table::Tasks), ["t2"]);
    phone.assert_delivered(3, 0);
}

#[test]
fn a_pull_cut_between_pages_goes_on_at_its_cursor() {
    let mut phone = Phone::new();
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.pages = (0..4).map(|nth| vec![pulled("place", &format!("p{nth}"))]).collect();
        state.faults_on = "/v1/pull?cursor=2";
        state.faults.push_back(Fault::Lost);
    }
    phone.pass(Wake::Start);
    let state = block_on(identity::pull_state(&phone.store)).unwrap();
    assert_eq!((state.cursor.as_deref(), state.is_whole), (Some("2"), false));
    phone.pass(Wake::User);
    assert_eq!(keys(&phone, Table::Reference), ["place/p0", "place/p1", "place/p2", "place/p3"]);
    let state = block_on(identity::pull_state(&phone.store)).unwrap();
    assert_eq!((state.met, state.is_whole), (None, true));
}
