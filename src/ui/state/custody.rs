//! The custody ladder as signals: a row changes where it stands, and rows are built anew only when
//! one comes or goes. What is shown stays while the screen is open, so that nothing leaves from
//! under a thumb because it was received.

use std::collections::{BTreeSet, HashMap};

use leptos::prelude::*;

use super::delivery::Delivery;
use super::load::load;
use super::phone::use_phone;
use crate::domain::text::Text;
use crate::store::custody::{self, Line, Unfinished, Waiting};
use crate::store::{StoreError, outbox};

/// Rows built at first, and added at a time.
pub const STEP: usize = 600;

/// The records of one task, by their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRows {
    /// The task's id; empty for records of none.
    pub task: String,
    /// What it is called.
    pub title: Option<Text>,
    /// Records that it has in all.
    pub total: u64,
    /// Its rows.
    pub rows: Vec<String>,
}

/// What is on the phone but for the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Bytes of photos not received.
    pub photo_bytes: u64,
    /// Records not listed.
    pub more: u64,
    /// Records that cannot be read.
    pub damaged: usize,
    /// Tasks begun and not finished.
    pub unfinished: Vec<Unfinished>,
}

/// The ladder.
#[derive(Clone, Copy)]
pub struct Ladder {
    /// What stands where, by task; `None` until it was read.
    pub tasks: RwSignal<Option<Result<Vec<TaskRows>, StoreError>>>,
    /// The rest; `None` until it was read.
    pub left: RwSignal<Option<Left>>,
    /// At most so many rows.
    pub limit: RwSignal<usize>,
    /// Ids of the records that are on their way.
    pub sending: Memo<BTreeSet<String>>,
    rows: StoredValue<HashMap<String, ArcRwSignal<Line>>, LocalStorage>,
}

impl Ladder {
    /// Reads the ladder, and again when anything moves.
    pub fn open(delivery: Delivery) -> Self {
        let status = delivery.status;
        let ladder = Self {
            tasks: RwSignal::new(None),
            left: RwSignal::new(None),
            limit: RwSignal::new(STEP),
            sending: Memo::new(move |_| status.with(|s| s.in_flight.iter().cloned().collect())),
            rows: StoredValue::new_local(HashMap::new()),
        };
        let counts: Memo<outbox::Counts> = Memo::new(move |_| status.with(|s| s.counts));
        let read = load(move || {
            counts.track();
            delivery.news.track();
            let (store, limit) = (use_phone().store, ladder.limit.get());
            let also: BTreeSet<String> = ladder.shown();
            async move {
                let waiting = custody::waiting(&store, limit, &also).await?;
                Ok::<_, StoreError>((waiting, custody::unfinished(&store).await?))
            }
        });
        Effect::new(move |_| match read.get().as_deref() {
            None => {}
            Some(Ok((waiting, unfinished))) => ladder.show(waiting, unfinished),
            Some(Err(error)) => ladder.tasks.set(Some(Err(error.clone()))),
        });
        ladder
    }

    /// Keys of the rows that are shown.
    pub fn shown(&self) -> BTreeSet<String> {
        self.rows.with_value(|rows| rows.keys().cloned().collect())
    }

    /// A row that is shown.
    pub fn row(&self, key: &str) -> Option<ArcRwSignal<Line>> {
        self.rows.with_value(|rows| rows.get(key).cloned())
    }

    fn show(&self, waiting: &Waiting, unfinished: &[Unfinished]) {
        let mut tasks = Vec::with_capacity(waiting.tasks.len());
        for task in &waiting.tasks {
            for line in &task.lines {
                self.put(line);
            }
            tasks.push(TaskRows {
                task: task.task.clone(),
                title: task.title.clone(),
                total: task.total,
                rows: task.lines.iter().map(|line| line.entry.record.item_id.clone()).collect(),
            });
        }
        // Rows stay where they are while the same ones are there, whatever became of them.
        let same = self.tasks.with_untracked(|old| match old {
            Some(Ok(old)) => keys(old) == keys(&tasks),
            _ => false,
        });
        if !same {
            self.tasks.set(Some(Ok(tasks)));
        }
        let left = Left {
            photo_bytes: waiting.photo_bytes,
            more: waiting.more,
            damaged: waiting.damaged.len(),
            unfinished: unfinished.to_vec(),
        };
        if self.left.with_untracked(|old| old.as_ref() != Some(&left)) {
            self.left.set(Some(left));
        }
    }

    fn put(&self, line: &Line) {
        let key = &line.entry.record.item_id;
        match self.row(key) {
            Some(row) if row.with_untracked(|old| old == line) => {}
            Some(row) => row.set(line.clone()),
            None => self.rows.update_value(|rows| {
                rows.insert(key.clone(), ArcRwSignal::new(line.clone()));
            }),
        }
    }
}

fn keys(tasks: &[TaskRows]) -> BTreeSet<&str> {
    tasks.iter().flat_map(|task| &task.rows).map(String::as_str).collect()
}
