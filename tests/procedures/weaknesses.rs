//! What keeps an item from being finished, and what its record admits to.

use rounds::domain::answer::{PhotoRef, ProcedureAnswer as A};
use rounds::domain::caveat::{Caveat, caveats};
use rounds::domain::verdict::Verdict;
use rounds::domain::violation::{Violation, violations};

use crate::*;

fn photo() -> PhotoRef {
    PhotoRef { sha256: "0".repeat(64), len: 3, mime: "image/jpeg".to_owned() }
}

#[test]
fn an_open_item_is_undecided_and_a_decided_one_is_not() {
    let item = clause(vec![check(&["r0"])]);
    assert_eq!(violations(&item, &Answer::blank(&item)), [Violation::Undecided]);
    for verdict in [Verdict::Conforming, Verdict::NotApplicable] {
        let mut given = Answer::blank(&item);
        given.state(verdict);
        assert_eq!(violations(&item, &given), []);
    }
}

#[test]
fn a_stated_fail_wants_a_reason_or_a_note() {
    let item = clause(vec![ask(&[true], "r0")]);
    let mut given = Answer::blank(&item);
    given.state(Verdict::Nonconforming);
    assert_eq!(violations(&item, &given), [Violation::ReasonMissing]);
    given.note = " \n".to_owned();
    assert_eq!(violations(&item, &given), [Violation::ReasonMissing]);
    given.note = "没听清".to_owned();
    assert_eq!(violations(&item, &given), []);
    given.note.clear();
    given.reasons = vec!["elsewhere".to_owned()];
    assert_eq!(violations(&item, &given), [Violation::ReasonMissing]);
    given.reasons = vec!["r0".to_owned()];
    assert_eq!(violations(&item, &given), []);
    given = answer(vec![said("不知道", true, &[NO])]);
    assert_eq!(violations(&item, &given), [], "the procedure itself gave the reason");
}

#[test]
fn a_slip_of_unit_is_settled_before_finishing_unless_the_item_does_not_apply() {
    let item = clause(vec![measure(HALF_A_METRE, "r0")]);
    let mut given = answer(vec![measured(Some(5_000), None, false)]);
    assert_eq!(violations(&item, &given), [Violation::Undecided, Violation::SuspectFigure]);
    given.state(Verdict::Conforming);
    assert_eq!(violations(&item, &given), [Violation::SuspectFigure]);
    given.state(Verdict::NotApplicable);
    assert_eq!(violations(&item, &given), []);
    let confirmed = answer(vec![measured(Some(5_000), None, true)]);
    assert_eq!(violations(&item, &confirmed), []);
}

#[test]
fn all_violations_are_told_at_once() {
    let mut item = clause(vec![measure(HALF_A_METRE, "r0"), ask(&[true], "r1")]);
    item.evidence = Evidence::PhotoAlways;
    let mut given = answer(vec![measured(Some(50), None, false), said("", false, &[NOT_YET])]);
    given.state(Verdict::Nonconforming);
    assert_eq!(
        violations(&item, &given),
        [Violation::ReasonMissing, Violation::SuspectFigure, Violation::PhotoMissing]
    );
    given.photos.push(photo());
    given.note = "量不到".to_owned();
    given.procedures[0] = measured(Some(500), None, false);
    assert_eq!(violations(&item, &given), []);
}

#[test]
fn a_pass_by_eye_alone_admits_what_was_not_done() {
    let item = clause(vec![
        ask(&[true], "r0"),
        role_play(2, "r0"),
        measure(HALF_A_METRE, "r0"),
        ask(&[true], "r1"),
        check(&["r0"]),
    ]);
    let mut given = Answer::blank(&item);
    assert_eq!(caveats(&item, &given), [], "nothing is judged yet");
    given.state(Verdict::Conforming);
    let all = [Caveat::WordsNotRecorded, Caveat::StepsNotTicked, Caveat::NotMeasured];
    assert_eq!(caveats(&item, &given), all);
    given.procedures.clear();
    assert_eq!(caveats(&item, &given), all, "an answer left out is as weak as a blank one");
    given.state(Verdict::NotApplicable);
    assert_eq!(caveats(&item, &given), []);
}

#[test]
fn what_was_done_in_full_admits_nothing() {
    let item = clause(vec![ask(&[true], "r0"), role_play(1, "r0"), measure(AS_WIDE, "r0")]);
    let mut given = answer(vec![
        said("开门", true, &[YES]),
        A::RolePlay { steps: vec![YES], elapsed_ms: None },
        measured(Some(900), Some(900), false),
    ]);
    assert_eq!(caveats(&item, &given), []);
    given.procedures[2] = measured(Some(900), None, false);
    given.state(Verdict::Conforming);
    assert_eq!(caveats(&item, &given), [Caveat::NotMeasured], "one width alone compares nothing");
}

#[test]
fn a_failing_found_early_need_not_go_through_the_rest() {
    let item = clause(vec![ask(&[true, true], "r0"), role_play(2, "r1")]);
    let played = A::RolePlay { steps: vec![NO, NOT_YET], elapsed_ms: None };
    let given = answer(vec![said("不知道", true, &[NO, NOT_YET]), played]);
    assert_eq!(caveats(&item, &given), []);
}

#[test]
fn a_failing_admits_a_missing_photo_only_where_one_is_asked_for() {
    let mut item = clause(vec![look(&["r0"])]);
    let mut given = answer(vec![A::Look { sights: vec![NO] }]);
    assert_eq!(caveats(&item, &given), []);
    for evidence in [Evidence::PhotoOnFail, Evidence::PhotoAlways] {
        item.evidence = evidence;
        assert_eq!(caveats(&item, &given), [Caveat::NoPhotoOfFailing]);
        let passed = answer(vec![A::Look { sights: vec![YES] }]);
        assert_eq!(caveats(&item, &passed), []);
    }
    given.photos.push(photo());
    assert_eq!(caveats(&item, &given), []);
}
