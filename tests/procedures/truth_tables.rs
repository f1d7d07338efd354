//! One table a procedure: what was answered, and what follows.

use rounds::domain::answer::ProcedureAnswer as A;
use rounds::domain::judge::{Judgement, failing_reasons, judge, verdict};
use rounds::domain::verdict::Verdict;

use crate::*;

fn failed(reasons: &[&str]) -> Judgement {
    Judgement::Nonconforming(reasons.iter().map(|&reason| reason.to_owned()).collect())
}

#[test]
fn ask_counts_nothing_before_the_words_are_recorded_and_then_every_needed_point() {
    let asked = ask(&[true, true, false], "r0");
    for (words, recorded, points, expected) in [
        ("", false, [NOT_YET, NOT_YET, NOT_YET], Judgement::Open),
        ("帮他开门", false, [YES, YES, YES], Judgement::Open),
        ("  ", true, [YES, YES, YES], Judgement::Open),
        ("", true, [NO, NO, NO], Judgement::Open),
        ("帮他开门", false, [NO, NO, NO], Judgement::Open),
        ("帮他开门", true, [NOT_YET, NOT_YET, NOT_YET], Judgement::Open),
        ("帮他开门", true, [YES, NOT_YET, YES], Judgement::Open),
        ("帮他开门", true, [YES, YES, NOT_YET], Judgement::Conforming),
        ("帮他开门", true, [YES, YES, NO], Judgement::Conforming),
        ("帮他开门", true, [YES, YES, YES], Judgement::Conforming),
        ("帮他开门", true, [NO, NOT_YET, NOT_YET], failed(&["r0"])),
        ("帮他开门", true, [NO, NO, YES], failed(&["r0"])),
    ] {
        assert_eq!(judge(&asked, &said(words, recorded, &points)), expected, "{words:?} {points:?}");
    }
    let all_optional = ask(&[false, false], "r0");
    assert_eq!(judge(&all_optional, &said("有", true, &[NOT_YET, NO])), Judgement::Conforming);
    assert_eq!(judge(&ask(&[], "r0"), &said("有", true, &[])), Judgement::Open);
}

#[test]
fn check_fails_by_the_line_that_is_not_so_each_reason_once() {
    let checked = check(&["r0", "r1", "r0"]);
    for (lines, expected) in [
        ([NOT_YET, NOT_YET, NOT_YET], Judgement::Open),
        ([YES, YES, NOT_YET], Judgement::Open),
        ([YES, YES, YES], Judgement::Conforming),
        ([NO, NOT_YET, NOT_YET], failed(&["r0"])),
        ([YES, NO, YES], failed(&["r1"])),
        ([NO, YES, NO], failed(&["r0"])),
        ([NO, NO, NO], failed(&["r0", "r1"])),
    ] {
        assert_eq!(judge(&checked, &A::Check { lines: lines.to_vec() }), expected, "{lines:?}");
    }
    assert_eq!(judge(&check(&[]), &A::Check { lines: Vec::new() }), Judgement::Open);
}

#[test]
fn look_fails_by_the_sight_that_is_not_so() {
    let seen = look(&["r1", "r2"]);
    for (sights, expected) in [
        ([NOT_YET, NOT_YET], Judgement::Open),
        ([YES, NOT_YET], Judgement::Open),
        ([YES, YES], Judgement::Conforming),
        ([NOT_YET, NO], failed(&["r2"])),
        ([NO, NO], failed(&["r1", "r2"])),
    ] {
        assert_eq!(judge(&seen, &A::Look { sights: sights.to_vec() }), expected, "{sights:?}");
    }
}

#[test]
fn role_play_needs_every_step_and_the_timer_decides_nothing() {
    let played = role_play(3, "r3");
    for (steps, expected) in [
        ([NOT_YET, NOT_YET, NOT_YET], Judgement::Open),
        ([YES, YES, NOT_YET], Judgement::Open),
        ([YES, YES, YES], Judgement::Conforming),
        ([YES, NO, YES], failed(&["r3"])),
        ([NO, NO, NO], failed(&["r3"])),
    ] {
        for elapsed_ms in [None, Some(0), Some(600_000)] {
            let given = A::RolePlay { steps: steps.to_vec(), elapsed_ms };
            assert_eq!(judge(&played, &given), expected, "{steps:?}");
        }
    }
}

#[test]
fn measure_judges_by_its_bounds_and_asks_about_a_slip_of_unit_first() {
    let height = measure(HALF_A_METRE, "r2");
    for (value, confirmed, expected) in [
        (None, false, Judgement::Open),
        (None, true, Judgement::Open),
        (Some(489), false, failed(&["r2"])),
        (Some(490), false, Judgement::Conforming),
        (Some(500), false, Judgement::Conforming),
        (Some(510), false, Judgement::Conforming),
        (Some(511), false, failed(&["r2"])),
        (Some(50), false, Judgement::Open),
        (Some(5_000), false, Judgement::Open),
        (Some(5_000), true, failed(&["r2"])),
    ] {
        assert_eq!(judge(&height, &measured(value, None, confirmed)), expected, "{value:?}");
    }
    let guest = measure(Limit::Range { min: 1_500, max: 2_000 }, "r2");
    for (value, expected) in [
        (1_499, failed(&["r2"])),
        (1_500, Judgement::Conforming),
        (2_000, Judgement::Conforming),
        (2_001, failed(&["r2"])),
        (175, Judgement::Open),
    ] {
        assert_eq!(judge(&guest, &measured(Some(value), None, false)), expected, "{value}");
    }
    let width = measure(AS_WIDE, "r2");
    for (value, other, expected) in [
        (None, Some(900), Judgement::Open),
        (Some(900), None, Judgement::Open),
        (Some(918), Some(900), Judgement::Conforming),
        (Some(919), Some(900), failed(&["r2"])),
        (Some(90), Some(900), Judgement::Open),
    ] {
        assert_eq!(judge(&width, &measured(value, other, false)), expected, "{value:?}");
    }
}

#[test]
fn an_answer_of_another_kind_or_shape_says_nothing() {
    let other_kind = A::Look { sights: vec![YES, YES] };
    assert_eq!(judge(&check(&["r0", "r1"]), &other_kind), Judgement::Open);
    // Too few or too many ticks belong to another edition: they cannot pass.
    assert_eq!(judge(&check(&["r0", "r1"]), &A::Check { lines: vec![YES] }), Judgement::Open);
    assert_eq!(judge(&look(&["r0"]), &A::Look { sights: vec![YES, YES] }), Judgement::Open);
    assert_eq!(judge(&ask(&[true, true], "r0"), &said("有", true, &[YES])), Judgement::Open);
    assert_eq!(judge(&ask(&[true, true], "r0"), &said("有", true, &[])), Judgement::Open);
}

#[test]
fn the_items_verdict_follows_from_its_procedures_and_the_button() {
    use Verdict::{Conforming, Nonconforming, NotApplicable};
    let item = clause(vec![check(&["r0"]), look(&["r1"])]);
    for (line, sight, stated, expected) in [
        (NOT_YET, NOT_YET, None, None),
        (YES, NOT_YET, None, None),
        (YES, YES, None, Some(Conforming)),
        (YES, NO, None, Some(Nonconforming)),
        (NO, NOT_YET, None, Some(Nonconforming)),
        (NOT_YET, NOT_YET, Some(Conforming), Some(Conforming)),
        (NO, YES, Some(Conforming), Some(Nonconforming)),
        (YES, YES, Some(Nonconforming), Some(Nonconforming)),
        (NO, NO, Some(NotApplicable), Some(NotApplicable)),
    ] {
        let mut given = answer(vec![A::Check { lines: vec![line] }, A::Look { sights: vec![sight] }]);
        given.stated = stated;
        assert_eq!(verdict(&item, &given), expected, "{line:?} {sight:?} {stated:?}");
    }
    assert_eq!(verdict(&item, &Answer::default()), None);
    assert_eq!(verdict(&clause(Vec::new()), &Answer::default()), None);
}

#[test]
fn reasons_found_and_picked_are_told_together_in_the_clauses_order() {
    let item = clause(vec![look(&["r2"]), check(&["r0"])]);
    let mut given = answer(vec![A::Look { sights: vec![NO] }, A::Check { lines: vec![NO] }]);
    given.reasons = ["r3", "r2", "elsewhere"].map(str::to_owned).to_vec();
    assert_eq!(failing_reasons(&item, &given), ["r0", "r2", "r3"]);
    given.stated = Some(Verdict::NotApplicable);
    assert!(failing_reasons(&item, &given).is_empty());
}

#[test]
fn stating_a_pass_fills_in_what_is_seen_but_never_words_steps_or_figures() {
    let item = clause(vec![
        check(&["r0", "r1"]),
        look(&["r1"]),
        ask(&[true], "r0"),
        role_play(1, "r0"),
        measure(HALF_A_METRE, "r0"),
    ]);
    let mut given = Answer::blank(&item);
    assert!(!given.is_touched(&item));
    given.procedures[0] = A::Check { lines: vec![NOT_YET, NO] };
    given.reasons = vec!["r1".to_owned()];
    given.state(Verdict::Conforming);
    assert!(given.is_touched(&item) && given.reasons.is_empty());
    let blank = Answer::blank(&item).procedures;
    assert_eq!(given.procedures[0], A::Check { lines: vec![YES, NO] });
    assert_eq!(given.procedures[1], A::Look { sights: vec![YES] });
    assert_eq!(given.procedures[2..], blank[2..]);
    assert_eq!(verdict(&item, &given), Some(Verdict::Nonconforming));
}
