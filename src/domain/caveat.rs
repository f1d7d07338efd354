//! What a verdict rests on less than it could. Kept in the record and shown, never a refusal:
//! an inspector may judge by eye, but the record says so.

use serde::{Deserialize, Serialize};

use super::answer::{Answer, ProcedureAnswer};
use super::clause::{Clause, Evidence};
use super::judge;
use super::measure::Reading;
use super::procedure::Procedure;
use super::verdict::Verdict;

/// One weakness of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caveat {
    /// Judged without recording what was said.
    WordsNotRecorded,
    /// Judged without going through all points or steps.
    StepsNotTicked,
    /// Judged by eye: no figure was entered.
    NotMeasured,
    /// Failed, and the clause asks for a photo, but there is none.
    NoPhotoOfFailing,
}

/// Every weakness of a decided answer, each once; empty for an open or inapplicable item.
pub fn caveats(clause: &Clause, answer: &Answer) -> Vec<Caveat> {
    let verdict = judge::verdict(clause, answer);
    if !matches!(verdict, Some(Verdict::Conforming | Verdict::Nonconforming)) {
        return Vec::new();
    }
    let passed = verdict == Some(Verdict::Conforming);
    let mut found: Vec<Caveat> = Vec::new();
    for (index, procedure) in clause.procedures.iter().enumerate() {
        // A record without an answer to a procedure is as weak as one with a blank answer.
        let given = answer.procedures.get(index).cloned();
        let caveat = match &given.unwrap_or_else(|| ProcedureAnswer::blank(procedure)) {
            ProcedureAnswer::Ask { said, recorded, .. } if !recorded || said.trim().is_empty() => {
                Some(Caveat::WordsNotRecorded)
            }
            ProcedureAnswer::Ask { points: ticks, .. } | ProcedureAnswer::RolePlay { steps: ticks, .. }
                if passed && ticks.iter().any(Option::is_none) =>
            {
                Some(Caveat::StepsNotTicked)
            }
            ProcedureAnswer::Measure { value, other, .. } if !is_measured(procedure, *value, *other) => {
                Some(Caveat::NotMeasured)
            }
            _ => None,
        };
        if let Some(caveat) = caveat.filter(|c| !found.contains(c)) {
            found.push(caveat);
        }
    }
    if !passed && clause.evidence != Evidence::None && answer.photos.is_empty() {
        found.push(Caveat::NoPhotoOfFailing);
    }
    found
}

/// Equality needs both figures; one alone was compared by eye.
fn is_measured(procedure: &Procedure, value: Option<i64>, other: Option<i64>) -> bool {
    match procedure {
        Procedure::Measure(measure) => measure.limit.read(value, other, true) != Reading::Empty,
        _ => value.is_some(),
    }
}
