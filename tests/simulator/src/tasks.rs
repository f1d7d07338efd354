//! The work of every world: a few tasks of real clauses, the same on each phone and at the endpoint.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use rounds::domain::clause::{Clause, Department};
use rounds::domain::task::{Subject, Task, TaskItem};
use rounds::domain::text::Text;
use rounds::standards;

/// The one site.
pub const SITE: &str = "lanting";
/// How many tasks there are.
pub const TASKS: u8 = 8;
/// The most items that a task has.
pub const ITEMS: u8 = 3;

/// A task with its items' clauses, in order.
#[derive(Debug)]
pub struct Work {
    /// The task.
    pub task: Task,
    /// Its clauses.
    pub clauses: Vec<Arc<Clause>>,
}

/// The nth task; they begin anew after the last.
pub fn work(nth: u8) -> &'static Work {
    &ALL[usize::from(nth % TASKS)]
}

static ALL: LazyLock<Vec<Work>> = LazyLock::new(|| (0..TASKS).map(make).collect());

fn make(nth: u8) -> Work {
    let id = format!("t{nth}");
    let codes = &["H1.1", "H2.2", "G8.2a"][..usize::from(nth % ITEMS) + 1];
    let (items, clauses) = codes.iter().enumerate().map(|(at, code)| item(&id, at, code)).unzip();
    let task = Task {
        id,
        site: SITE.to_owned(),
        date: NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date of the calendar"),
        title: Text::new("设备房", "Plant room"),
        department: Department::Engineering,
        place: Text::new("地下车库", "Garage"),
        due_minute: Some(600),
        items,
    };
    Work { task, clauses }
}

fn item(task: &str, at: usize, code: &str) -> (TaskItem, Arc<Clause>) {
    let found = standards::pack().iter().find_map(|standard| {
        standard.clauses.iter().find(|clause| clause.code == code).map(|clause| (standard, clause))
    });
    let (standard, clause) = found.expect("the pack has these clauses");
    let item = TaskItem {
        id: format!("{task}-{at}"),
        standard: standard.id.clone(),
        edition: standard.edition.clone(),
        clause: code.to_owned(),
        subject: Subject::Site,
    };
    (item, Arc::new(clause.clone()))
}
