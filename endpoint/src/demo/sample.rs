//! One long task of any length, for measuring speed: mostly plain looks, every tenth a measurement.

use chrono::NaiveDate;
use rounds::domain::clause::{Clause, Department};
use rounds::domain::procedure::ProcedureKind;
use rounds::domain::standard::Standard;
use rounds::domain::task::{Subject, Task};
use rounds::domain::text::Text;

use super::{SITE, day};

/// What the sample task's id begins with; the date follows.
pub(super) const ID_PREFIX: &str = "sample-";

const EVERY: usize = 10;

/// A task with `count` items on made-up places.
pub fn task(date: NaiveDate, count: usize) -> Task {
    let id = format!("{ID_PREFIX}{}-{count}", date.format("%Y%m%d"));
    let looks = only(ProcedureKind::Look);
    let measures = only(ProcedureKind::Measure);
    let items = (0..count)
        .map(|index| {
            let clauses = if index % EVERY == EVERY - 1 { &measures } else { &looks };
            let (standard, clause) = clauses[index % clauses.len()];
            let number = index + 1;
            let subject = Subject::Place {
                id: format!("spot-{number:05}"),
                name: Text::new(format!("点位 {number:05}"), format!("Spot {number:05}")),
            };
            day::item(format!("{id}-{number:05}"), standard, clause, subject)
        })
        .collect();
    let title = Text::new(format!("测速 {count} 项"), format!("Speed sample, {count} items"));
    Task {
        id,
        site: SITE.to_owned(),
        date,
        place: title.clone(),
        title,
        department: Department::Engineering,
        due_minute: None,
        items,
    }
}

/// Clauses with this one procedure and no other; the pack has some of each kind.
fn only(kind: ProcedureKind) -> Vec<(&'static Standard, &'static Clause)> {
    let has_only = |clause: &Clause| clause.procedures.len() == 1 && clause.procedures[0].kind() == kind;
    day::clauses().filter(|(_, clause)| has_only(clause)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tenth_item_is_a_measurement() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        let task = task(date, 50);
        let kinds: Vec<_> = task
            .items
            .iter()
            .map(|item| {
                let clause = rounds::standards::find(&item.standard, &item.edition, &item.clause);
                clause.expect("from the pack").procedures[0].kind()
            })
            .collect();
        assert_eq!(kinds.len(), 50);
        assert_eq!(kinds.iter().filter(|kind| **kind == ProcedureKind::Measure).count(), 5);
        assert_eq!(kinds[9], ProcedureKind::Measure);
    }
}
