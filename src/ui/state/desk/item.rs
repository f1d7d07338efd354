//! One item: its signals made from a draft, and a draft made from its signals.

use std::sync::Arc;

use leptos::prelude::*;

use super::{ItemDesk, Saved};
use crate::domain::answer::Answer;
use crate::domain::clause::Clause;
use crate::domain::task::TaskItem;
use crate::domain::{authorship, judge, violation};
use crate::store::draft::{Draft, Recorded, Revised};
use crate::ui::platform::{clock, ids};

/// What the store knows of an item.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub rev: u64,
    pub record_id: String,
    pub amend_reason: String,
    pub recorded: Option<Recorded>,
}

impl ItemDesk {
    pub(super) fn new(
        index: usize,
        item: TaskItem,
        clause: Arc<Clause>,
        draft: Option<Revised<Draft>>,
    ) -> Self {
        let (answer, kept, author) = match draft {
            Some(Revised { value, rev }) => {
                (value.answer.clone(), Kept::of(&value, rev), value.author.clone())
            }
            None => (Answer::blank(&clause), Kept::default(), String::new()),
        };
        let amending = kept.recorded.as_ref().is_some_and(|r| r.record_id != kept.record_id);
        Self {
            index,
            verdict: RwSignal::new(judge::verdict(&clause, &answer)),
            answer: RwSignal::new(answer),
            saved: RwSignal::new(if kept.rev > 0 { Saved::Yes } else { Saved::Untouched }),
            amending: RwSignal::new(amending),
            author: RwSignal::new(author),
            fixed: StoredValue::new((item, clause)),
            kept: StoredValue::new(kept),
        }
    }

    /// The clause it is judged by.
    pub fn clause(&self) -> Arc<Clause> {
        self.fixed.with_value(|(_, clause)| clause.clone())
    }

    /// What the task says of it.
    pub fn item(&self) -> TaskItem {
        self.fixed.with_value(|(item, _)| item.clone())
    }

    pub(super) fn answered_by(&self, is_changed: bool, person: &str) {
        let before = self.author.get_untracked();
        let author = authorship::after_change(&before, is_changed, person);
        if author != before {
            self.author.set(author);
        }
    }

    /// Everything that keeps it from being finished.
    pub fn violations(&self) -> Vec<violation::Violation> {
        self.answer.with(|answer| violation::violations(&self.clause(), answer))
    }

    /// Why it is being amended, as last kept.
    pub fn amend_reason(&self) -> String {
        self.kept.with_value(|kept| kept.amend_reason.clone())
    }

    pub(super) fn draft(&self) -> Draft {
        self.kept.update_value(|kept| {
            if kept.record_id.is_empty() {
                kept.record_id = ids::new_id();
            }
        });
        let kept = self.kept.get_value();
        Draft {
            record_id: kept.record_id,
            changed: clock::stamp(),
            answer: self.answer.get_untracked(),
            author: self.author.get_untracked(),
            amend_reason: kept.amend_reason,
            recorded: kept.recorded,
        }
    }

    pub(super) fn show(&self, draft: Revised<Draft>) {
        let clause = self.clause();
        self.verdict.set(judge::verdict(&clause, &draft.value.answer));
        self.amending.set(draft.value.is_amending());
        self.author.set(draft.value.author.clone());
        self.kept.set_value(Kept::of(&draft.value, draft.rev));
        self.answer.set(draft.value.answer);
        self.saved.set(Saved::Yes);
    }
}

impl Kept {
    fn of(draft: &Draft, rev: u64) -> Self {
        Self {
            rev,
            record_id: draft.record_id.clone(),
            amend_reason: draft.amend_reason.clone(),
            recorded: draft.recorded.clone(),
        }
    }
}
