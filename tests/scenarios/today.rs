//! 今日 shows today's tasks by their time, and what was left from the past week.

use rounds::store::day;

use super::world::{Phone, day as today, now, task};

#[test]
fn today_is_sorted_and_the_unfinished_of_the_week_come_first() {
    let phone = Phone::with_task();
    let mut later = task("t0", today());
    later.due_minute = None;
    phone.receive(&later);
    let yesterday = today().pred_opt().expect("there was a yesterday");
    phone.receive(&task("old", yesterday));
    phone.receive(&task("ancient", yesterday - chrono::Days::new(30)));

    let read = now(day::read(&phone.store, today())).expect("the day can be read");
    let ids = |tasks: &[day::DayTask]| tasks.iter().map(|t| t.task.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&read.today), ["t1", "t0"]);
    assert_eq!(ids(&read.overdue), ["old"]);
}

#[test]
fn a_finished_task_stays_on_its_day_and_is_not_overdue() {
    let phone = Phone::with_task();
    phone.pass_all();
    phone.finish(None).expect("finished");
    let read = now(day::read(&phone.store, today())).expect("readable");
    assert!(read.today[0].progress.finished.is_some());
    let tomorrow = today().succ_opt().expect("there is a tomorrow");
    assert!(now(day::read(&phone.store, tomorrow)).expect("readable").overdue.is_empty());
}

#[test]
fn an_empty_phone_has_an_empty_day() {
    let phone = Phone { store: rounds::store::memory::MemoryStore::new(), task: task("t", today()) };
    assert!(now(day::read(&phone.store, today())).expect("readable").is_empty());
}
