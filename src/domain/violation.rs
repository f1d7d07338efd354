//! What still keeps an item from being finished. All of it at once, never only the first.

use super::answer::{Answer, ProcedureAnswer};
use super::clause::{Clause, Evidence};
use super::judge;
use super::measure::Reading;
use super::procedure::Procedure;
use super::verdict::Verdict;

/// One thing in the way of finishing an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Violation {
    /// No verdict yet.
    Undecided,
    /// Failed, but neither a reason nor a note says why.
    ReasonMissing,
    /// A figure looks like a slip of unit and has not been confirmed or changed.
    SuspectFigure,
    /// The clause asks for a photo always, and there is none.
    PhotoMissing,
}

/// Everything in the way of finishing the item; empty when nothing is.
pub fn violations(clause: &Clause, answer: &Answer) -> Vec<Violation> {
    let verdict = judge::verdict(clause, answer);
    let mut found = Vec::new();
    if verdict.is_none() {
        found.push(Violation::Undecided);
    }
    if verdict == Some(Verdict::Nonconforming)
        && judge::failing_reasons(clause, answer).is_empty()
        && answer.note.trim().is_empty()
    {
        found.push(Violation::ReasonMissing);
    }
    if verdict != Some(Verdict::NotApplicable) && has_suspect_figure(clause, answer) {
        found.push(Violation::SuspectFigure);
    }
    if clause.evidence == Evidence::PhotoAlways
        && answer.photos.is_empty()
        && matches!(verdict, Some(Verdict::Conforming | Verdict::Nonconforming))
    {
        found.push(Violation::PhotoMissing);
    }
    found
}

fn has_suspect_figure(clause: &Clause, answer: &Answer) -> bool {
    clause.procedures.iter().zip(&answer.procedures).any(|pair| match pair {
        (Procedure::Measure(measure), ProcedureAnswer::Measure { value, other, confirmed }) => {
            matches!(measure.limit.read(*value, *other, *confirmed), Reading::Suspect { .. })
        }
        _ => false,
    })
}
