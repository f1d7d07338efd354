//! The custody ladder as signals: a row changes where it stands, and rows are built anew only when
//! one comes or goes. What is shown stays while the screen is open, so that nothing leaves from
//! under a thumb because it was received.

use std::collections::HashMap;

use leptos::prelude::*;

use super::delivery::Delivery;
use super::load::load;
use super::phone::use_phone;
use crate::domain::text::Text;
use crate::store::custody::{self, Line, Unfinished, Waiting};
use crate::store::{StoreError, outbox};

/// Rows built at first, and added at a time.
const STEP: usize = 600;

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
    /// Rows that do not say received, listed or not; of a record, or of one of its photos.
    pub waiting: u64,
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
    pub sending: Memo<Vec<String>>,
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
            sending: Memo::new(move |_| status.with(|s| s.in_flight.clone())),
            rows: StoredValue::new_local(HashMap::new()),
        };
        let counts: Memo<outbox::Counts> = Memo::new(move |_| status.with(|s| s.counts));
        let read = load(move || {
            counts.track();
            delivery.news.track();
            let (store, limit) = (use_phone().store, ladder.limit.get());
            let also = ladder.shown();
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

    /// Shows more rows than there are. Asked again before they are there, it asks for no more.
    pub fn show_more(&self) {
        let wanted = self.shown().len() + STEP;
        if self.limit.get_untracked() != wanted {
            self.limit.set(wanted);
        }
    }

    /// Keys of the rows that are shown.
    pub fn shown(&self) -> Vec<String> {
        self.rows.with_value(|rows| rows.keys().cloned().collect())
    }

    /// A row that is shown.
    pub fn row(&self, key: &str) -> Option<ArcRwSignal<Line>> {
        self.rows.with_value(|rows| rows.get(key).cloned())
    }

    fn show(&self, waiting: &Waiting, unfinished: &[Unfinished]) {
        let mut tasks = Vec::with_capacity(waiting.tasks.len());
        let mut is_new = false;
        for task in &waiting.tasks {
            for line in &task.lines {
                is_new |= self.put(line);
            }
            tasks.push(TaskRows {
                task: task.task.clone(),
                title: task.title.clone(),
                total: task.total,
                rows: task.lines.iter().map(|line| line.entry.record.item_id.clone()).collect(),
            });
        }
        // Rows stay where they are while no other comes, whatever became of them.
        if is_new || self.tasks.with_untracked(|old| !matches!(old, Some(Ok(_)))) {
            self.tasks.set(Some(Ok(tasks)));
        }
        let lines = waiting.tasks.iter().flat_map(|task| &task.lines);
        let left = Left {
            waiting: waiting.more + lines.filter(|line| !line.is_received()).count() as u64,
            photo_bytes: waiting.photo_bytes,
            more: waiting.more,
            damaged: waiting.damaged.len(),
            unfinished: unfinished.to_vec(),
        };
        if self.left.with_untracked(|old| old.as_ref() != Some(&left)) {
            self.left.set(Some(left));
        }
    }

    /// Whether the row was not there before.
    fn put(&self, line: &Line) -> bool {
        let key = &line.entry.record.item_id;
        let Some(row) = self.row(key) else {
            self.rows.update_value(|rows| {
                rows.insert(key.clone(), ArcRwSignal::new(line.clone()));
            });
            return true;
        };
        if row.with_untracked(|old| old != line) {
            row.set(line.clone());
        }
        false
    }
}
