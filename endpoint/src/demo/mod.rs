//! A made-up estate with today's tasks, so that anyone can try Rounds at once.
//!
//! Everything in it goes by role names. Tasks are made for each new day at the first pull of it,
//! so a demo that runs past midnight has work in the morning.

mod day;
mod door;
mod estate;
mod sample;

use std::sync::Mutex;

use chrono::{Days, NaiveDate};
use serde::Serialize;
use serde_json::Value;

use crate::clock::Moment;
use crate::store::{Record, Store, StoreError};

pub use day::tasks;
pub use door::open as open_door;
pub use sample::task as sample_task;

/// The demo's only site.
pub const SITE: &str = "lanting";

const KEPT_DAYS: u64 = 14;

/// The demo estate and how much of it.
#[derive(Debug)]
pub struct Demo {
    sample_items: Option<usize>,
    open_door: bool,
    made: Mutex<Option<NaiveDate>>,
}

impl Demo {
    /// `sample_items` adds one task with so many items. `open_door` enrols whoever opens `/demo`,
    /// so it is for loopback only.
    pub fn new(sample_items: Option<usize>, open_door: bool) -> Self {
        Self { sample_items, open_door, made: Mutex::new(None) }
    }

    /// True when `/demo` enrols whoever opens it.
    pub fn has_open_door(&self) -> bool {
        self.open_door
    }

    /// Writes the estate, the standards and today's tasks where they are absent.
    pub async fn prepare(&self, store: &Store, now: Moment) -> Result<(), StoreError> {
        let mut records = vec![record("site", SITE, &estate::site())];
        records.extend(estate::staff().iter().map(|staff| record("staff", &staff.id, staff)));
        records.extend(estate::places().iter().map(|place| record("place", &place.id, place)));
        records.extend(rounds::standards::pack().iter().map(|standard| Record {
            site: String::new(),
            ..record("standard", &format!("{}@{}", standard.id, standard.edition), standard)
        }));
        store.add_missing(&records).await?;
        self.make_day(store, now).await
    }

    /// Makes today's tasks once a day, and buries those of two weeks ago.
    pub async fn make_day(&self, store: &Store, now: Moment) -> Result<(), StoreError> {
        let today = now.date_in_china();
        if self.is_made(today) {
            return Ok(());
        }
        let mut tasks = day::tasks(today);
        tasks.extend(self.sample_items.map(|count| sample::task(today, count)));
        let records: Vec<Record> = tasks.iter().map(|task| record("task", &task.id, task)).collect();
        store.add_missing(&records).await?;
        if let Some(oldest) = today.checked_sub_days(Days::new(KEPT_DAYS)) {
            let oldest = oldest.format("%Y%m%d").to_string();
            for prefix in [day::ID_PREFIX, sample::ID_PREFIX] {
                store.bury_tasks_before(&oldest, prefix).await?;
            }
        }
        *self.lock() = Some(today);
        Ok(())
    }

    fn is_made(&self, day: NaiveDate) -> bool {
        *self.lock() == Some(day)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<NaiveDate>> {
        self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn record<T: Serialize>(kind: &str, id: &str, body: &T) -> Record {
    Record { kind: kind.to_owned(), id: id.to_owned(), site: SITE.to_owned(), body: json(body) }
}

fn json<T: Serialize>(body: &T) -> Value {
    serde_json::to_value(body).expect("domain types have string keys and finite numbers")
}
