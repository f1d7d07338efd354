//! The real pack through the judge: every clause can be passed, and failed by any single point.

use rounds::domain::answer::{Answer, ProcedureAnswer};
use rounds::domain::clause::Clause;
use rounds::domain::judge::{failing_reasons, verdict};
use rounds::domain::measure::Limit;
use rounds::domain::procedure::Procedure;
use rounds::domain::verdict::Verdict;
use rounds::domain::violation::violations;
use rounds::standards;

fn clauses() -> impl Iterator<Item = &'static Clause> {
    standards::pack().iter().flat_map(|standard| &standard.clauses)
}

/// Everything said, present, seen, done and on its figure.
fn perfect(clause: &Clause) -> Answer {
    let procedures = clause.procedures.iter().map(|procedure| match procedure {
        Procedure::Ask(ask) => ProcedureAnswer::Ask {
            said: "答".to_owned(),
            recorded: true,
            points: vec![Some(true); ask.points.len()],
        },
        Procedure::Check(check) => ProcedureAnswer::Check { lines: vec![Some(true); check.lines.len()] },
        Procedure::Look(look) => ProcedureAnswer::Look { sights: vec![Some(true); look.sights.len()] },
        Procedure::RolePlay(play) => {
            ProcedureAnswer::RolePlay { steps: vec![Some(true); play.steps.len()], elapsed_ms: Some(1) }
        }
        Procedure::Measure(measure) => {
            let (value, other) = match measure.limit {
                Limit::Target { value, .. } => (value, None),
                Limit::Range { max, .. } => (max, None),
                Limit::EqualToOther { .. } => (900, Some(900)),
            };
            ProcedureAnswer::Measure { value: Some(value), other, confirmed: false }
        }
    });
    Answer { procedures: procedures.collect(), ..Answer::default() }
}

/// Every answer that differs from `perfect` in one needed point, line, sight, step or figure, with
/// the reason it should fail for.
fn spoilt(clause: &Clause) -> Vec<(Answer, String)> {
    let mut found = Vec::new();
    for (index, procedure) in clause.procedures.iter().enumerate() {
        let reasons: Vec<Option<String>> = match procedure {
            Procedure::Ask(ask) => {
                ask.points.iter().map(|p| p.needed.then(|| ask.fails_as.clone())).collect()
            }
            Procedure::Check(check) => check.lines.iter().map(|l| Some(l.fails_as.clone())).collect(),
            Procedure::Look(look) => look.sights.iter().map(|s| Some(s.fails_as.clone())).collect(),
            Procedure::RolePlay(play) => vec![Some(play.fails_as.clone()); play.steps.len()],
            Procedure::Measure(measure) => vec![Some(measure.fails_as.clone())],
        };
        for (place, reason) in reasons.into_iter().enumerate() {
            let Some(reason) = reason else { continue };
            let mut answer = perfect(clause);
            match &mut answer.procedures[index] {
                ProcedureAnswer::Ask { points: ticks, .. }
                | ProcedureAnswer::Check { lines: ticks }
                | ProcedureAnswer::Look { sights: ticks }
                | ProcedureAnswer::RolePlay { steps: ticks, .. } => ticks[place] = Some(false),
                ProcedureAnswer::Measure { value, .. } => {
                    *value = value.map(|v| v + v.max(10) / 2 + 1);
                }
            }
            found.push((answer, reason));
        }
    }
    found
}

#[test]
fn every_clause_is_open_at_first_and_passes_when_all_is_well() {
    for clause in clauses() {
        assert_eq!(verdict(clause, &Answer::blank(clause)), None, "{}", clause.code);
        let answer = perfect(clause);
        assert_eq!(verdict(clause, &answer), Some(Verdict::Conforming), "{}", clause.code);
        assert_eq!(violations(clause, &answer), [], "{}", clause.code);
    }
}

#[test]
fn any_single_fault_fails_its_clause_for_its_own_reason() {
    let mut tried = 0;
    for clause in clauses() {
        for (answer, reason) in spoilt(clause) {
            assert_eq!(verdict(clause, &answer), Some(Verdict::Nonconforming), "{}", clause.code);
            assert_eq!(failing_reasons(clause, &answer), [reason], "{}", clause.code);
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried} faults tried");
}

#[test]
fn every_reason_of_the_pack_can_be_reached_by_a_procedure() {
    for clause in clauses() {
        let found: Vec<String> = spoilt(clause).into_iter().map(|(_, reason)| reason).collect();
        for reason in &clause.reasons {
            assert!(found.contains(&reason.code), "{}: {} is never found", clause.code, reason.code);
        }
    }
}
