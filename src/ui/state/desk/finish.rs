//! Finishing the task on the desk and amending its items, once everything is on disk.

use std::sync::Arc;

use leptos::prelude::*;

use super::{ItemDesk, TaskDesk};
use crate::domain::clause::Clause;
use crate::store::finish::{self, Act, FinishError};
use crate::ui::platform::{clock, ids};

impl TaskDesk {
    /// Finishes the task: its results are in the outbox when this returns.
    ///
    /// # Errors
    /// [`FinishError`]; the desk then shows what is on disk.
    pub async fn finish(&self, author: &str, open_because: Option<String>) -> Result<(), FinishError> {
        if !self.settle().await {
            return Err(FinishError::NotSaved);
        }
        let inner = self.inner.get_value();
        let clauses: Vec<Arc<Clause>> = inner.items.iter().map(ItemDesk::clause).collect();
        let done =
            finish::finish(&inner.phone.store, &inner.task, &clauses, open_because, &act(author)).await;
        self.reload().await?;
        done
    }

    /// Records the amendment of an item.
    ///
    /// # Errors
    /// [`FinishError`]; the item stays as it is on the screen.
    pub async fn amend(&self, item: ItemDesk, author: &str) -> Result<(), FinishError> {
        if !self.settle().await {
            return Err(FinishError::NotSaved);
        }
        let inner = self.inner.get_value();
        finish::amend(&inner.phone.store, &inner.task, &item.item(), &item.clause(), &act(author)).await?;
        self.reload().await?;
        Ok(())
    }
}

fn act(author: &str) -> Act {
    Act {
        author: author.to_owned(),
        stamp: clock::stamp(),
        now_ms: clock::now_ms(),
        record_id: ids::new_id(),
    }
}
