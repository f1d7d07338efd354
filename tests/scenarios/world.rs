//! A phone with one task of three items, and what a person does on it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use chrono::NaiveDate;
use rounds::domain::answer::{Answer, PhotoRef};
use rounds::domain::authorship;
use rounds::domain::clause::{Clause, Department};
use rounds::domain::record::Counts;
use rounds::domain::task::{Subject, Task, TaskItem};
use rounds::domain::text::Text;
use rounds::domain::verdict::Verdict;
use rounds::standards;
use rounds::store::draft::{self, Draft, Progress, Stamp, draft_key};
use rounds::store::finish::{self, Act, FinishError};
use rounds::store::memory::MemoryStore;
use rounds::store::outbox::{self, OutboxRecord};
use rounds::store::photos::{self, NewPhoto};
use rounds::store::{Batch, Row, Store, StoreError, Table};

/// The day of every story.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date of the calendar")
}

/// Runs a future of the memory store, which is never pending.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the memory store answers at once"),
    }
}

/// A phone in a person's hand.
pub struct Phone {
    pub store: MemoryStore,
    pub task: Task,
}

/// A task called `id` for `date`, of three clauses of the real standards.
pub fn task(id: &str, date: NaiveDate) -> Task {
    let items = ["H1.1", "H2.2", "G8.2a"].iter().enumerate().map(|(at, code)| {
        let standard = standards::pack()
            .iter()
            .find(|s| s.clauses.iter().any(|c| c.code == *code))
            .expect("the pack has these clauses");
        TaskItem {
            id: format!("{id}-{at}"),
            standard: standard.id.clone(),
            edition: standard.edition.clone(),
            clause: (*code).to_owned(),
            subject: Subject::Site,
        }
    });
    Task {
        id: id.to_owned(),
        site: "demo".to_owned(),
        date,
        title: Text::new("设备房", "Plant room"),
        department: Department::Engineering,
        place: Text::new("地下车库", "Garage"),
        due_minute: Some(600),
        items: items.collect(),
    }
}

impl Phone {
    /// A phone that pulled one task.
    pub fn with_task() -> Self {
        let phone = Self { store: MemoryStore::new(), task: task("t1", day()) };
        phone.receive(&phone.task);
        phone
    }

    /// A task arrives from the endpoint.
    pub fn receive(&self, task: &Task) {
        let json = serde_json::to_string(task).expect("a task has JSON");
        let row = Row::new(task.id.clone(), task.date.to_string(), json);
        now(self.store.commit(Batch::new().put(Table::Tasks, row))).expect("room for a task");
    }

    /// The clauses of the task's items.
    pub fn clauses(&self) -> Vec<Arc<Clause>> {
        self.task
            .items
            .iter()
            .map(|item| {
                let found = standards::find(&item.standard, &item.edition, &item.clause);
                Arc::new(found.expect("the task is made of the pack").clone())
            })
            .collect()
    }

    /// Answers an item and saves it, as every tap does.
    pub fn answer(&self, at: usize, change: impl FnOnce(&mut Answer)) {
        let clause = &self.clauses()[at];
        let item = &self.task.items[at].id;
        let drafts = now(draft::drafts_of(&self.store, &self.task.id)).expect("drafts can be read");
        let kept = drafts.into_iter().find(|(id, _)| id == item).map(|(_, kept)| kept);
        let (mut draft, rev) = match kept {
            Some(kept) => (kept.value, kept.rev),
            None => (Draft::new(id(at as u128 + 1), stamp(), Answer::blank(clause)), 0),
        };
        change(&mut draft.answer);
        let batch = draft::put_draft(Batch::new(), &self.task.id, item, &draft, rev);
        now(self.store.commit(batch)).expect("a tap is saved");
    }

    /// Answers an item in someone's name.
    pub fn answer_as(&self, author: &str, at: usize, change: impl FnOnce(&mut Answer)) {
        self.answer(at, change);
        let item = &self.task.items[at].id;
        let drafts = now(draft::drafts_of(&self.store, &self.task.id)).expect("drafts can be read");
        let (_, mut kept) = drafts.into_iter().find(|(id, _)| id == item).expect("just answered");
        kept.value.author = authorship::after_change(&kept.value.author, true, author);
        let batch = draft::put_draft(Batch::new(), &self.task.id, item, &kept.value, kept.rev);
        now(self.store.commit(batch)).expect("a tap is saved");
    }

    /// Keeps how far the task is, as every save does.
    pub fn keep_progress(&self, progress: &Progress) {
        let rev = now(draft::progress_of(&self.store, &self.task.id)).expect("progress can be read").rev;
        let batch = draft::put_progress(Batch::new(), &self.task, progress, rev);
        now(self.store.commit(batch)).expect("room for progress");
    }

    /// Passes every item.
    pub fn pass_all(&self) {
        for at in 0..self.task.items.len() {
            self.answer(at, |answer| answer.state(Verdict::Conforming));
        }
    }

    /// Adds a photo to an item.
    pub fn photograph(&self, at: usize, bytes: &[u8]) -> PhotoRef {
        let new = NewPhoto {
            bytes: bytes.to_vec(),
            mime: "image/jpeg".to_owned(),
            width: 4,
            height: 3,
            taken_at: stamp().at,
            draft: draft_key(&self.task.id, &self.task.items[at].id),
        };
        let photo = now(photos::add_photo(&self.store, new)).expect("room for a photo");
        let kept = photo.clone();
        self.answer(at, move |answer| answer.photos.push(kept));
        photo
    }

    /// Presses the finish button.
    pub fn finish(&self, open_because: Option<&str>) -> Result<(), FinishError> {
        let because = open_because.map(str::to_owned);
        now(finish::finish(&self.store, &self.task, &self.clauses(), because, &act(99)))
    }

    /// Amends an item with what is on its draft.
    pub fn amend(&self, at: usize) -> Result<(), FinishError> {
        now(finish::amend(&self.store, &self.task, &self.task.items[at], &self.clauses()[at], &act(100)))
    }

    /// Begins an amendment: new record id, a reason, a changed answer.
    pub fn begin_amending(&self, at: usize, reason: &str, change: impl FnOnce(&mut Answer)) {
        let item = &self.task.items[at].id;
        let drafts = now(draft::drafts_of(&self.store, &self.task.id)).expect("drafts can be read");
        let (_, mut kept) = drafts.into_iter().find(|(id, _)| id == item).expect("it was answered");
        kept.value.record_id = id(50 + at as u128);
        kept.value.amend_reason = reason.to_owned();
        change(&mut kept.value.answer);
        let batch = draft::put_draft(Batch::new(), &self.task.id, item, &kept.value, kept.rev);
        now(self.store.commit(batch)).expect("a tap is saved");
    }

    /// The outbox, oldest number first.
    pub fn outbox(&self) -> Vec<(u64, OutboxRecord)> {
        outbox_of(&self.store).expect("the outbox can be read")
    }

    /// How far the task is.
    pub fn progress(&self) -> Progress {
        now(draft::progress_of(&self.store, &self.task.id)).expect("progress can be read").value
    }
}

/// The outbox of a store, oldest number first.
pub fn outbox_of(store: &MemoryStore) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
    let mut records = now(outbox::undelivered(store))?;
    records.sort_by_key(|(seq, _)| *seq);
    Ok(records)
}

/// The counts of three items all passed.
pub fn three_passed() -> Counts {
    Counts { conforming: 3, ..Counts::default() }
}

fn act(record: u128) -> Act {
    Act { author: "staff-1".to_owned(), stamp: stamp(), now_ms: 1_000, record_id: id(record) }
}

/// A version-7 id with `n` in it.
pub fn id(n: u128) -> String {
    uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n).to_string()
}

fn stamp() -> Stamp {
    Stamp {
        at: "2026-11-23T09:00:00.000+08:00".to_owned(),
        tz: "Asia/Shanghai".to_owned(),
        boot_id: id(7),
        mono_ms: 5_000,
    }
}
