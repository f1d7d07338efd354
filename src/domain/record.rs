//! What leaves the phone: the bodies of records, serialised once and sent as those bytes for ever.

use serde::{Deserialize, Serialize};

use super::answer::{PhotoRef, ProcedureAnswer};
use super::caveat::Caveat;
use super::clause::{Clause, ClauseCode, Reason};
use super::task::{Subject, Task, TaskItem};
use super::verdict::Verdict;
use super::{answer::Answer, caveat, judge};

/// The `kind` of a [`ResultBody`] on the wire.
pub const RESULT: &str = "result";
/// The `kind` of a [`TaskFinishBody`] on the wire.
pub const TASK_FINISH: &str = "task_finish";
/// The version of the bodies' shapes.
pub const SCHEMA: u32 = 1;

/// The answer to one item, append-only (结果).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultBody {
    /// The site's id.
    pub site: String,
    /// The task's id.
    pub task: String,
    /// The task's item.
    pub task_item: String,
    /// The standard's id.
    pub standard: String,
    /// The edition it was judged by.
    pub edition: String,
    /// Which clause.
    pub clause: ClauseCode,
    /// The clause's own words at the time, in both languages.
    pub wording: super::text::Text,
    /// On whom or what.
    pub subject: Subject,
    /// What was found.
    pub verdict: Verdict,
    /// Why it failed, in the clause's words.
    pub reasons: Vec<Reason>,
    /// Free words.
    pub note: String,
    /// Photos by content.
    pub photos: Vec<PhotoRef>,
    /// What was answered to each procedure.
    pub procedures: Vec<ProcedureAnswer>,
    /// What the verdict rests on less than it could.
    pub caveats: Vec<Caveat>,
    /// Why an earlier result was amended; `None` for a first result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended_because: Option<String>,
}

/// That a task was finished, with what was left open and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFinishBody {
    /// The site's id.
    pub site: String,
    /// The task's id.
    pub task: String,
    /// The counts of its verdicts.
    pub counts: Counts,
    /// The task's items left open.
    pub open: Vec<String>,
    /// Why they were left open; `None` when none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_because: Option<String>,
    /// The record ids of its results.
    pub results: Vec<String>,
}

/// How many items of a task have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// 合格
    pub conforming: u32,
    /// 不合格
    pub nonconforming: u32,
    /// 不适用
    pub not_applicable: u32,
    /// 未做
    pub open: u32,
}

impl ResultBody {
    /// The record of a decided answer; `None` while the item is open.
    pub fn new(task: &Task, item: &TaskItem, clause: &Clause, answer: &Answer) -> Option<Self> {
        let verdict = judge::verdict(clause, answer)?;
        let reasons = judge::failing_reasons(clause, answer);
        Some(Self {
            site: task.site.clone(),
            task: task.id.clone(),
            task_item: item.id.clone(),
            standard: item.standard.clone(),
            edition: item.edition.clone(),
            clause: clause.code.clone(),
            wording: clause.wording.clone(),
            subject: item.subject.clone(),
            verdict,
            reasons: reasons.iter().filter_map(|code| clause.reason(code)).cloned().collect(),
            note: answer.note.trim().to_owned(),
            photos: answer.photos.clone(),
            procedures: answer.procedures.clone(),
            caveats: caveat::caveats(clause, answer),
            amended_because: None,
        })
    }
}

impl Counts {
    /// Counts one more item.
    pub fn add(&mut self, verdict: Option<Verdict>) {
        match verdict {
            Some(Verdict::Conforming) => self.conforming += 1,
            Some(Verdict::Nonconforming) => self.nonconforming += 1,
            Some(Verdict::NotApplicable) => self.not_applicable += 1,
            None => self.open += 1,
        }
    }

    /// Counts an item anew whose verdict was `before` and is `after`.
    pub fn replace(&mut self, before: Option<Verdict>, after: Option<Verdict>) {
        let slot = match before {
            Some(Verdict::Conforming) => &mut self.conforming,
            Some(Verdict::Nonconforming) => &mut self.nonconforming,
            Some(Verdict::NotApplicable) => &mut self.not_applicable,
            None => &mut self.open,
        };
        *slot = slot.saturating_sub(1);
        self.add(after);
    }

    /// Items decided.
    pub fn done(&self) -> u32 {
        self.conforming + self.nonconforming + self.not_applicable
    }

    /// All items.
    pub fn total(&self) -> u32 {
        self.done() + self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_verdict() -> impl Strategy<Value = Option<Verdict>> {
        prop::sample::select(vec![
            None,
            Some(Verdict::Conforming),
            Some(Verdict::Nonconforming),
            Some(Verdict::NotApplicable),
        ])
    }

    fn count(verdicts: &[Option<Verdict>]) -> Counts {
        let mut counts = Counts::default();
        verdicts.iter().for_each(|verdict| counts.add(*verdict));
        counts
    }

    proptest! {
        #[test]
        fn replacing_one_by_one_is_counting_anew(
            mut verdicts in prop::collection::vec(any_verdict(), 1..20),
            changes in prop::collection::vec((0_usize..20, any_verdict()), 0..20),
        ) {
            let mut counts = count(&verdicts);
            for (at, after) in changes {
                let at = at % verdicts.len();
                counts.replace(verdicts[at], after);
                verdicts[at] = after;
                prop_assert_eq!(counts, count(&verdicts));
                prop_assert_eq!(counts.total() as usize, verdicts.len());
            }
        }
    }
}
