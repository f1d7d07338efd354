//! What 今日 shows, read by index: today's tasks, and those of the past week left unfinished.

use chrono::{Days, NaiveDate};

use super::draft::{Progress, parse};
use super::row::Table;
use super::{Store, StoreError};
use crate::domain::task::Task;

/// How many days back an unfinished task is still shown as overdue.
const LOOK_BACK_DAYS: u64 = 7;

/// A task with how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTask {
    /// The task.
    pub task: Task,
    /// How far it is.
    pub progress: Progress,
}

/// The tasks of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Of earlier days, begun or not, not finished; oldest first.
    pub overdue: Vec<DayTask>,
    /// Of today, by the time they are due; those without one last.
    pub today: Vec<DayTask>,
}

impl Day {
    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.overdue.is_empty() && self.today.is_empty()
    }
}

/// Reads the day; the work does not grow with the number of tasks ever stored.
///
/// # Errors
/// [`StoreError`]; a task that cannot be read is named by [`StoreError::Damaged`].
pub async fn read<S: Store>(store: &S, today: NaiveDate) -> Result<Day, StoreError> {
    let mut day = Day::default();
    for back in (0..=LOOK_BACK_DAYS).rev() {
        let Some(date) = today.checked_sub_days(Days::new(back)) else { continue };
        let tasks = tasks_of(store, date).await?;
        if back == 0 {
            for task in tasks {
                let at = day.today.partition_point(|earlier| place(earlier) <= place(&task));
                day.today.insert(at, task);
            }
        } else {
            day.overdue.extend(tasks.into_iter().filter(|t| t.progress.finished.is_none()));
        }
    }
    Ok(day)
}

/// What the day's tasks are ordered by: when they are due, those due at any time last.
fn place(task: &DayTask) -> (u16, &str) {
    (task.task.due_minute.unwrap_or(u16::MAX), &task.task.id)
}

async fn tasks_of<S: Store>(store: &S, date: NaiveDate) -> Result<Vec<DayTask>, StoreError> {
    let date = date.to_string();
    let tasks = store.group(Table::Tasks, &date, usize::MAX).await?;
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let mut progress: std::collections::HashMap<String, Progress> = store
        .group(Table::Progress, &date, usize::MAX)
        .await?
        .iter()
        .map(|row| Ok((row.key.clone(), parse(row)?)))
        .collect::<Result<_, StoreError>>()?;
    tasks
        .iter()
        .map(|row| {
            let task: Task = parse(row)?;
            let progress = progress.remove(&task.id).unwrap_or_default();
            Ok(DayTask { task, progress })
        })
        .collect()
}
