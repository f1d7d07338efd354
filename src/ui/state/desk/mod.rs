//! One task on the desk: its items as signals, every change on disk at once.
//!
//! Saving is a loop that takes whatever changed since the last write, so that fast typing costs
//! one write at a time and nothing waits for a timer. The screen says "saved" only after commit.

mod finish;
mod item;
mod save;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::item::Kept;
use super::delivery::Delivery;
use super::phone::Phone;
use crate::domain::answer::Answer;
use crate::domain::clause::Clause;
use crate::domain::judge;
use crate::domain::record::Counts;
use crate::domain::task::{Task, TaskItem};
use crate::domain::verdict::Verdict;
use crate::store::{StoreError, draft};
use crate::ui::platform::{idle, ids};

/// Whether an item's last change is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Nothing was ever entered.
    Untouched,
    /// A write is under way.
    Saving,
    /// On disk.
    Yes,
    /// The write failed; the screen alone has it.
    No,
}

/// What the person must be told about the task as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another page changed an item first; its answer is shown now.
    ChangedElsewhere,
    /// A change could not be written.
    NotSaved(StoreError),
}

/// One item on the desk.
#[derive(Clone, Copy)]
pub struct ItemDesk {
    /// Its place in the task.
    pub index: usize,
    /// What is on the screen.
    pub answer: RwSignal<Answer>,
    /// What follows from it.
    pub verdict: RwSignal<Option<Verdict>>,
    /// Whether that is on disk.
    pub saved: RwSignal<Saved>,
    /// A finished answer is being amended.
    pub amending: RwSignal<bool>,
    /// Who answered; empty while nobody has.
    pub author: RwSignal<String>,
    fixed: StoredValue<(TaskItem, Arc<Clause>)>,
    kept: StoredValue<Kept>,
}

/// One task on the desk.
#[derive(Clone, Copy)]
pub struct TaskDesk {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    /// The verdicts so far.
    pub counts: RwSignal<Counts>,
    /// Told at every change of any answer.
    pub changed: Trigger,
    /// The task is finished.
    pub finished: RwSignal<bool>,
    /// What the person must be told.
    pub trouble: RwSignal<Option<Trouble>>,
}

struct Inner {
    phone: Phone,
    delivery: Delivery,
    task: Task,
    items: Vec<ItemDesk>,
    progress: Cell<u64>,
    finished_by: RefCell<Option<String>>,
    /// Few at a time, each once.
    dirty: RefCell<Vec<usize>>,
    saving: Cell<bool>,
}

impl Inner {
    fn mark(&self, item: ItemDesk) {
        let mut dirty = self.dirty.borrow_mut();
        if !dirty.contains(&item.index) {
            dirty.push(item.index);
        }
    }

    /// Whether it was marked.
    fn unmark(&self, index: usize) -> bool {
        let mut dirty = self.dirty.borrow_mut();
        let at = dirty.iter().position(|marked| *marked == index);
        at.map(|at| dirty.swap_remove(at)).is_some()
    }
}

impl TaskDesk {
    /// Lays a task on the desk with what the phone has of it.
    ///
    /// # Errors
    /// [`StoreError`] when a draft cannot be read; nothing is changed.
    pub async fn open(
        phone: Phone,
        delivery: Delivery,
        task: Task,
        clauses: Vec<Arc<Clause>>,
    ) -> Result<Self, StoreError> {
        let progress = draft::progress_of(&phone.store, &task.id).await?;
        let mut drafts: std::collections::HashMap<_, _> =
            draft::drafts_of(&phone.store, &task.id).await?.into_iter().collect();
        let mut items = Vec::with_capacity(task.items.len());
        for (index, (item, clause)) in task.items.iter().zip(clauses).enumerate() {
            items.push(ItemDesk::new(index, item.clone(), clause, drafts.remove(&item.id)));
        }
        let mut counts = Counts::default();
        items.iter().for_each(|item| counts.add(item.verdict.get_untracked()));
        let finished = progress.value.finished.is_some();
        let inner = Inner {
            phone,
            delivery,
            task,
            items,
            progress: Cell::new(progress.rev),
            finished_by: RefCell::new(progress.value.finished),
            dirty: RefCell::default(),
            saving: Cell::new(false),
        };
        Ok(Self {
            inner: StoredValue::new_local(Rc::new(inner)),
            counts: RwSignal::new(counts),
            changed: Trigger::new(),
            finished: RwSignal::new(finished),
            trouble: RwSignal::new(None),
        })
    }

    /// The task.
    pub fn task(&self) -> Task {
        self.inner.with_value(|inner| inner.task.clone())
    }

    /// Its items.
    pub fn items(&self) -> Vec<ItemDesk> {
        self.inner.with_value(|inner| inner.items.clone())
    }

    /// The phone it lies on.
    pub fn phone(&self) -> Phone {
        self.inner.with_value(|inner| inner.phone.clone())
    }

    /// True while the item may be changed.
    pub fn is_open(&self, item: ItemDesk) -> bool {
        !self.finished.get() || item.amending.get()
    }

    /// Changes an item's answer and saves it.
    pub fn change(&self, item: ItemDesk, change: impl FnOnce(&mut Answer)) {
        let old = item.answer.get_untracked();
        item.answer.update(change);
        let is_changed = item.answer.with_untracked(|answer| *answer != old);
        item.answered_by(is_changed, &self.inner.with_value(|inner| inner.delivery.author()));
        let clause = item.clause();
        let verdict = item.answer.with_untracked(|answer| judge::verdict(&clause, answer));
        let before = item.verdict.get_untracked();
        if verdict != before {
            item.verdict.set(verdict);
            self.counts.update(|counts| counts.replace(before, verdict));
        }
        self.changed.notify();
        self.touch(item);
    }

    /// Saves an item as it stands; the camera is about to open, or its reason was edited.
    pub fn touch(&self, item: ItemDesk) {
        if item.saved.get_untracked() != Saved::Saving {
            item.saved.set(Saved::Saving);
        }
        let inner = self.inner.get_value();
        inner.mark(item);
        if !inner.saving.replace(true) {
            let desk = *self;
            spawn_local(async move { desk.save_all(&inner).await });
        }
    }

    /// Waits until everything changed so far is on disk; false when it could not be written.
    pub async fn settle(&self) -> bool {
        let inner = self.inner.get_value();
        self.retry();
        while inner.saving.get() {
            idle::breathe().await;
        }
        inner.dirty.borrow().is_empty()
    }

    /// Tries once more to write what could not be written.
    pub fn retry(&self) {
        let inner = self.inner.get_value();
        if !inner.dirty.borrow().is_empty() && !inner.saving.replace(true) {
            let desk = *self;
            spawn_local(async move { desk.save_all(&inner).await });
        }
    }

    /// Begins to amend a finished item: a new record will supersede the one sent.
    pub fn begin_amending(&self, item: ItemDesk) {
        item.kept.update_value(|kept| kept.record_id = ids::new_id());
        item.amending.set(true);
        self.touch(item);
    }

    /// Gives up amending: the answer sent stands again.
    pub fn give_up_amending(&self, item: ItemDesk) {
        if let Some(recorded) = item.kept.with_value(|kept| kept.recorded.clone()) {
            item.kept.update_value(|kept| {
                kept.record_id = recorded.record_id.clone();
                kept.amend_reason.clear();
            });
            item.amending.set(false);
            self.change(item, |answer| *answer = recorded.answer);
        }
    }

    /// Keeps the reason for amending.
    pub fn set_amend_reason(&self, item: ItemDesk, reason: String) {
        item.kept.update_value(|kept| kept.amend_reason = reason);
        self.touch(item);
    }

    /// Reads the task again from disk, keeping changes of this page that nobody else touched.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let inner = self.inner.get_value();
        let progress = draft::progress_of(&inner.phone.store, &inner.task.id).await?;
        let drafts = draft::drafts_of(&inner.phone.store, &inner.task.id).await?;
        inner.progress.set(progress.rev);
        let now_finished = progress.value.finished.is_some();
        let news = now_finished && !self.finished.get_untracked();
        *inner.finished_by.borrow_mut() = progress.value.finished;
        for (id, kept) in drafts {
            let Some(item) = inner.items.iter().find(|item| item.item().id == id) else { continue };
            let known = item.kept.with_value(|k| k.rev);
            if news || kept.rev != known {
                if inner.unmark(item.index) {
                    self.trouble.set(Some(Trouble::ChangedElsewhere));
                }
                item.show(kept);
            }
        }
        if news {
            inner.dirty.borrow_mut().clear();
        }
        self.finished.set(now_finished);
        self.recount();
        Ok(())
    }

    fn recount(&self) {
        let mut counts = Counts::default();
        self.inner.with_value(|inner| {
            inner.items.iter().for_each(|item| counts.add(item.verdict.get_untracked()));
        });
        self.counts.set(counts);
    }
}
