//! The saving loop: whatever changed since the last write, in one transaction.

use leptos::prelude::*;

use super::{Inner, ItemDesk, Saved, TaskDesk, Trouble};
use crate::store::draft::{self, Progress};
use crate::store::{Batch, Store, StoreError};

impl TaskDesk {
    pub(super) async fn save_all(&self, inner: &Inner) {
        // A conflict is settled by reading; more than a few in a row is not another page's doing.
        let mut conflicts = 0;
        loop {
            let batch_of: Vec<ItemDesk> =
                inner.dirty.borrow().iter().map(|&index| inner.items[index]).collect();
            if batch_of.is_empty() {
                break;
            }
            inner.dirty.borrow_mut().clear();
            let result = self.write(inner, &batch_of).await;
            let error = match result {
                Ok(()) => {
                    conflicts = 0;
                    continue;
                }
                Err(StoreError::Conflict { .. }) if conflicts < 3 => {
                    conflicts += 1;
                    batch_of.iter().for_each(|item| inner.mark(*item));
                    match self.reload().await {
                        Ok(()) => continue,
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            batch_of.iter().for_each(|item| inner.mark(*item));
            batch_of.iter().for_each(|item| item.saved.set(Saved::No));
            self.trouble.set(Some(Trouble::NotSaved(error)));
            break;
        }
        inner.saving.set(false);
    }

    async fn write(&self, inner: &Inner, items: &[ItemDesk]) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        for item in items {
            let rev = item.kept.with_value(|kept| kept.rev);
            batch = draft::put_draft(batch, &inner.task.id, &item.item().id, &item.draft(), rev);
        }
        let progress = Progress {
            counts: self.counts.get_untracked(),
            finished: inner.finished_by.borrow().clone(),
            amending: inner.items.iter().filter(|item| item.amending.get_untracked()).count() as u32,
        };
        batch = draft::put_progress(batch, &inner.task, &progress, inner.progress.get());
        inner.phone.store.commit(batch).await?;
        inner.progress.set(inner.progress.get() + 1);
        for item in items {
            item.kept.update_value(|kept| kept.rev += 1);
            if !inner.dirty.borrow().contains(&item.index) {
                item.saved.set(Saved::Yes);
            }
        }
        if matches!(self.trouble.get_untracked(), Some(Trouble::NotSaved(_))) {
            self.trouble.set(None);
        }
        Ok(())
    }
}
