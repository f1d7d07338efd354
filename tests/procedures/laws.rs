//! Laws of judging, for clauses and answers of every shape.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rounds::domain::answer::PhotoRef;
use rounds::domain::caveat::caveats;
use rounds::domain::judge::{Judgement, failing_reasons, found_by_procedures, judge, verdict};
use rounds::domain::verdict::Verdict;
use rounds::domain::violation::{Violation, violations};

use crate::*;

type Pair = (Procedure, ProcedureAnswer);

fn reason() -> impl Strategy<Value = &'static str> {
    select(REASONS.to_vec())
}

fn ticks(n: usize) -> impl Strategy<Value = Vec<Option<bool>>> {
    vec(option::of(any::<bool>()), n)
}

/// A procedure with an answer of its own shape.
fn pair() -> impl Strategy<Value = Pair> {
    let words = select(vec!["", "  ", "开门"]);
    let asked = (vec(any::<bool>(), 1..4), reason()).prop_flat_map(move |(needed, fails_as)| {
        let given = (words.clone(), any::<bool>(), ticks(needed.len()));
        given.prop_map(move |(w, recorded, t)| (ask(&needed, fails_as), said(w, recorded, &t)))
    });
    let checked = vec(reason(), 1..4).prop_flat_map(|reasons| {
        ticks(reasons.len()).prop_map(move |lines| (check(&reasons), ProcedureAnswer::Check { lines }))
    });
    let seen = vec(reason(), 1..4).prop_flat_map(|reasons| {
        ticks(reasons.len()).prop_map(move |sights| (look(&reasons), ProcedureAnswer::Look { sights }))
    });
    let played = (1_usize..4, reason()).prop_flat_map(|(n, fails_as)| {
        (ticks(n), option::of(any::<u64>())).prop_map(move |(steps, elapsed_ms)| {
            (role_play(n, fails_as), ProcedureAnswer::RolePlay { steps, elapsed_ms })
        })
    });
    let figure = || option::of(select(vec![0_i64, 50, 489, 500, 505, 520, 5_000]));
    let limit = select(vec![HALF_A_METRE, AS_WIDE, Limit::Range { min: 0, max: 500 }]);
    let sized = (limit, reason(), figure(), figure(), any::<bool>())
        .prop_map(|(l, r, v, o, c)| (measure(l, r), measured(v, o, c)));
    prop_oneof![asked, checked, seen, played, sized]
}

/// A clause with an answer of its own shape, sometimes with a word from a verdict button.
fn item() -> impl Strategy<Value = (Clause, Answer)> {
    let stated =
        option::of(select(vec![Verdict::Conforming, Verdict::Nonconforming, Verdict::NotApplicable]));
    let picked = subsequence(vec!["r0", "r1", "r2", "r3", "elsewhere"], 0..=5).prop_shuffle();
    let evidence = select(vec![Evidence::None, Evidence::PhotoOnFail, Evidence::PhotoAlways]);
    let note = select(vec!["", " ", "记一句"]);
    (vec(pair(), 1..4), stated, picked, evidence, note, any::<bool>()).prop_map(
        |(pairs, stated, picked, evidence, note, with_photo)| {
            let (procedures, answers) = pairs.into_iter().unzip();
            let photo = PhotoRef { sha256: "0".repeat(64), len: 1, mime: "image/jpeg".to_owned() };
            let given = Answer {
                stated,
                procedures: answers,
                reasons: picked.into_iter().map(str::to_owned).collect(),
                note: note.to_owned(),
                photos: with_photo.then_some(photo).into_iter().collect(),
            };
            (Clause { evidence, ..clause(procedures) }, given)
        },
    )
}

fn judgements(clause: &Clause, answer: &Answer) -> Vec<Judgement> {
    clause.procedures.iter().zip(&answer.procedures).map(|(p, a)| judge(p, a)).collect()
}

fn some_procedure_fails(clause: &Clause, answer: &Answer) -> bool {
    judgements(clause, answer).iter().any(|j| matches!(j, Judgement::Nonconforming(_)))
}

/// Answers what is still unanswered in one procedure, with the given ticks and figure; changes
/// nothing that was answered.
fn add(answer: &mut ProcedureAnswer, tick: bool, figure: i64) {
    match answer {
        ProcedureAnswer::Ask { said, recorded, points } => {
            if said.trim().is_empty() {
                *said = "补记".to_owned();
            }
            *recorded = true;
            points.iter_mut().for_each(|point| *point = point.or(Some(tick)));
        }
        ProcedureAnswer::Check { lines: ticks }
        | ProcedureAnswer::Look { sights: ticks }
        | ProcedureAnswer::RolePlay { steps: ticks, .. } => {
            ticks.iter_mut().for_each(|one| *one = one.or(Some(tick)));
        }
        ProcedureAnswer::Measure { value, other, confirmed } => {
            *value = value.or(Some(figure));
            *other = other.or(Some(figure));
            *confirmed = true;
        }
    }
}

proptest! {
    #[test]
    fn not_applicable_always_wins((clause, mut given) in item()) {
        given.stated = Some(Verdict::NotApplicable);
        prop_assert_eq!(verdict(&clause, &given), Some(Verdict::NotApplicable));
        prop_assert!(failing_reasons(&clause, &given).is_empty());
        prop_assert!(violations(&clause, &given).is_empty());
    }

    #[test]
    fn one_failing_procedure_fails_the_item_whatever_else_is_said((clause, mut given) in item()) {
        if some_procedure_fails(&clause, &given) {
            for stated in [None, Some(Verdict::Conforming), Some(Verdict::Nonconforming)] {
                given.stated = stated;
                prop_assert_eq!(verdict(&clause, &given), Some(Verdict::Nonconforming));
            }
        }
    }

    #[test]
    fn where_nothing_fails_the_button_decides_and_else_all_must_conform((clause, mut given) in item()) {
        if !some_procedure_fails(&clause, &given) {
            for stated in [Verdict::Conforming, Verdict::Nonconforming] {
                given.stated = Some(stated);
                prop_assert_eq!(verdict(&clause, &given), Some(stated));
            }
            given.stated = None;
            let open = judgements(&clause, &given).contains(&Judgement::Open);
            prop_assert_eq!(verdict(&clause, &given), (!open).then_some(Verdict::Conforming));
        }
    }

    #[test]
    fn reasons_are_the_clauses_own_each_once_and_only_of_a_failing((clause, given) in item()) {
        let reasons = failing_reasons(&clause, &given);
        let places: Vec<usize> = reasons
            .iter()
            .map(|code| REASONS.iter().position(|known| known == code).expect("of the clause"))
            .collect();
        prop_assert!(places.is_sorted_by(|a, b| a < b), "each once, in order: {:?}", places);
        if verdict(&clause, &given) == Some(Verdict::Nonconforming) {
            for code in found_by_procedures(&clause, &given) {
                prop_assert!(reasons.contains(&code), "{} was found and lost", code);
            }
        } else {
            prop_assert!(reasons.is_empty());
        }
    }

    #[test]
    fn adding_an_answer_never_unfails(
        (clause, mut given) in item(),
        at in any::<prop::sample::Index>(),
        tick in any::<bool>(),
        figure in select(vec![500_i64, 900, 5_000]),
    ) {
        let before = verdict(&clause, &given);
        let reasons = failing_reasons(&clause, &given);
        let at = at.index(given.procedures.len());
        add(&mut given.procedures[at], tick, figure);
        if before == Some(Verdict::Nonconforming) {
            prop_assert_eq!(verdict(&clause, &given), before);
            let after = failing_reasons(&clause, &given);
            prop_assert!(reasons.iter().all(|code| after.contains(code)));
        }
    }

    #[test]
    fn the_order_of_procedures_changes_nothing((clause, given) in item()) {
        let (mut turned, mut turned_answer) = (clause.clone(), given.clone());
        turned.procedures.reverse();
        turned_answer.procedures.reverse();
        prop_assert_eq!(verdict(&turned, &turned_answer), verdict(&clause, &given));
        prop_assert_eq!(failing_reasons(&turned, &turned_answer), failing_reasons(&clause, &given));
    }

    #[test]
    fn an_item_without_violations_can_stand_as_a_record((clause, given) in item()) {
        let found = violations(&clause, &given);
        let decided = verdict(&clause, &given);
        prop_assert_eq!(found.contains(&Violation::Undecided), decided.is_none());
        for (index, violation) in found.iter().enumerate() {
            prop_assert!(!found[..index].contains(violation), "{:?} told twice", violation);
        }
        if found.is_empty() && decided == Some(Verdict::Nonconforming) {
            let says_why = !failing_reasons(&clause, &given).is_empty() || !given.note.trim().is_empty();
            prop_assert!(says_why);
        }
        if found.is_empty() && decided != Some(Verdict::NotApplicable) {
            prop_assert!(clause.evidence != Evidence::PhotoAlways || !given.photos.is_empty());
        }
    }

    #[test]
    fn only_judged_items_have_caveats_each_once((clause, given) in item()) {
        let found = caveats(&clause, &given);
        if matches!(verdict(&clause, &given), None | Some(Verdict::NotApplicable)) {
            prop_assert!(found.is_empty());
        }
        for (index, caveat) in found.iter().enumerate() {
            prop_assert!(!found[..index].contains(caveat), "{:?} told twice", caveat);
        }
    }

    #[test]
    fn a_record_reads_back_the_same_after_json((clause, given) in item()) {
        let read: Answer = serde_json::from_str(&serde_json::to_string(&given).unwrap()).unwrap();
        prop_assert_eq!(&read, &given);
        let again: Clause = serde_json::from_str(&serde_json::to_string(&clause).unwrap()).unwrap();
        prop_assert_eq!(verdict(&again, &read), verdict(&clause, &given));
    }
}
