//! How each procedure is judged, and how an item's verdict follows from all of them.
//!
//! An item fails if any procedure fails, with all reasons kept. A stated pass never overrules a
//! failing; a stated fail never needs a procedure's consent; not applicable ends the matter.

use super::answer::{Answer, ProcedureAnswer};
use super::clause::Clause;
use super::measure::Reading;
use super::procedure::{Ask, Check, Look, Measure, Procedure, ReasonCode, RolePlay};
use super::verdict::Verdict;

/// What one procedure says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Not enough is answered to say.
    Open,
    /// Conforms.
    Conforming,
    /// Does not, for these reasons (of the clause), each once.
    Nonconforming(Vec<ReasonCode>),
}

/// Judges one procedure by its own rule.
pub fn judge(procedure: &Procedure, answer: &ProcedureAnswer) -> Judgement {
    use ProcedureAnswer as A;
    match (procedure, answer) {
        (Procedure::Ask(ask), A::Ask { said, recorded, points }) => judge_ask(ask, said, *recorded, points),
        (Procedure::Check(check), A::Check { lines }) => judge_check(check, lines),
        (Procedure::Look(look), A::Look { sights }) => judge_look(look, sights),
        (Procedure::RolePlay(play), A::RolePlay { steps, .. }) => judge_role_play(play, steps),
        (Procedure::Measure(measure), A::Measure { value, other, confirmed }) => {
            judge_measure(measure, *value, *other, *confirmed)
        }
        // An answer of another kind belongs to another edition: nothing can be said from it.
        _ => Judgement::Open,
    }
}

/// The verdict of an item, or `None` while it is open.
pub fn verdict(clause: &Clause, answer: &Answer) -> Option<Verdict> {
    if answer.stated == Some(Verdict::NotApplicable) {
        return Some(Verdict::NotApplicable);
    }
    let judgements: Vec<Judgement> =
        clause.procedures.iter().zip(&answer.procedures).map(|(p, a)| judge(p, a)).collect();
    if judgements.iter().any(|j| matches!(j, Judgement::Nonconforming(_))) {
        return Some(Verdict::Nonconforming);
    }
    let all_conform = !judgements.is_empty()
        && judgements.len() == clause.procedures.len()
        && judgements.iter().all(|j| *j == Judgement::Conforming);
    answer.stated.or_else(|| all_conform.then_some(Verdict::Conforming))
}

/// Every reason an item fails for: those the procedures found and those picked, each once, in the
/// clause's order.
pub fn failing_reasons(clause: &Clause, answer: &Answer) -> Vec<ReasonCode> {
    if verdict(clause, answer) != Some(Verdict::Nonconforming) {
        return Vec::new();
    }
    let found = found_by_procedures(clause, answer);
    clause
        .reasons
        .iter()
        .map(|reason| reason.code.clone())
        .filter(|code| found.contains(code) || answer.reasons.contains(code))
        .collect()
}

/// The reasons that the procedures themselves found, whatever was picked.
pub fn found_by_procedures(clause: &Clause, answer: &Answer) -> Vec<ReasonCode> {
    clause
        .procedures
        .iter()
        .zip(&answer.procedures)
        .filter_map(|(procedure, given)| match judge(procedure, given) {
            Judgement::Nonconforming(reasons) => Some(reasons),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Words first: nothing counts until they are recorded. Then every needed point must be ticked.
fn judge_ask(ask: &Ask, said: &str, recorded: bool, points: &[Option<bool>]) -> Judgement {
    if !recorded || said.trim().is_empty() || ask.points.is_empty() {
        return Judgement::Open;
    }
    let needed = || ask.points.iter().zip(points).filter(|(point, _)| point.needed).map(|(_, got)| *got);
    if needed().any(|got| got == Some(false)) {
        Judgement::Nonconforming(vec![ask.fails_as.clone()])
    } else if points.len() == ask.points.len() && needed().all(|got| got == Some(true)) {
        Judgement::Conforming
    } else {
        Judgement::Open
    }
}

fn judge_check(check: &Check, lines: &[Option<bool>]) -> Judgement {
    each(check.lines.iter().map(|line| &line.fails_as), lines)
}

fn judge_look(look: &Look, sights: &[Option<bool>]) -> Judgement {
    each(look.sights.iter().map(|sight| &sight.fails_as), sights)
}

fn judge_role_play(play: &RolePlay, steps: &[Option<bool>]) -> Judgement {
    each(play.steps.iter().map(|_| &play.fails_as), steps)
}

fn judge_measure(measure: &Measure, value: Option<i64>, other: Option<i64>, confirmed: bool) -> Judgement {
    match measure.limit.read(value, other, confirmed) {
        Reading::Within { .. } => Judgement::Conforming,
        Reading::Outside { .. } => Judgement::Nonconforming(vec![measure.fails_as.clone()]),
        Reading::Empty | Reading::Suspect { .. } => Judgement::Open,
    }
}

/// One "no" fails with its reason; all "yes" conforms; anything unanswered leaves it open.
fn each<'a>(reasons: impl ExactSizeIterator<Item = &'a ReasonCode>, answers: &[Option<bool>]) -> Judgement {
    let expected = reasons.len();
    let mut failed: Vec<ReasonCode> = Vec::new();
    for (reason, _) in reasons.zip(answers).filter(|(_, answer)| **answer == Some(false)) {
        if !failed.contains(reason) {
            failed.push(reason.clone());
        }
    }
    if !failed.is_empty() {
        Judgement::Nonconforming(failed)
    } else if expected > 0 && answers.len() == expected && answers.iter().all(|a| *a == Some(true)) {
        Judgement::Conforming
    } else {
        Judgement::Open
    }
}
