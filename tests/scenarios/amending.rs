//! A finished result is corrected: a new record supersedes, the first stays as it was.

use rounds::domain::verdict::Verdict;
use rounds::store::finish::FinishError;

use super::world::{Phone, id};

#[test]
fn an_amendment_supersedes_with_its_reason_and_never_rewrites() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("finished");
    let first = phone.outbox()[1].1.clone();

    phone.begin_amending(1, "看错了", |answer| {
        answer.state(Verdict::Nonconforming);
        answer.reasons.push("not-provided".to_owned());
        answer.note = "缺雨伞架".to_owned();
    });
    phone.amend(1).expect("an amendment with a reason");

    let outbox = phone.outbox();
    assert_eq!(outbox.len(), 5);
    assert_eq!(outbox[1].1, first, "the first record stays byte for byte");
    let (seq, amended) = &outbox[4];
    assert_eq!(*seq, 5);
    assert_eq!(amended.supersedes, Some(id(2)));
    let body: serde_json::Value = serde_json::from_str(&amended.body).expect("a body is JSON");
    assert_eq!(body["amended_because"], "看错了");
    assert_eq!(body["verdict"], "nonconforming");
}

#[test]
fn an_amendment_needs_a_reason_and_a_change() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("finished");

    phone.begin_amending(0, "手误", |_| {});
    assert_eq!(phone.amend(0), Err(FinishError::Unchanged));
    phone.begin_amending(0, " ", |answer| answer.state(Verdict::NotApplicable));
    assert_eq!(phone.amend(0), Err(FinishError::ReasonNeeded));
    assert_eq!(phone.outbox().len(), 4);
}

#[test]
fn an_amendment_of_an_amendment_supersedes_the_latest() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("finished");
    phone.begin_amending(0, "一", |answer| answer.state(Verdict::NotApplicable));
    phone.amend(0).expect("amended");
    let latest = phone.outbox()[4].1.item_id.clone();
    phone.begin_amending(0, "二", |answer| answer.note = "又改".to_owned());
    // The story gives the second amendment an id of its own.
    assert_eq!(latest, id(50));
    assert!(matches!(phone.amend(0), Err(FinishError::AlreadyFinished)), "an id is never used twice");
}
