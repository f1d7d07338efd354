//! What a batch comes to, given the rows that stand: the one rule for conditions, revisions and
//! numbers, which every backend applies inside its own transaction. Pure; knows no backend.

use std::collections::HashMap;

use super::batch::{Batch, Committed, Op};
use super::error::StoreError;
use super::row::{Row, Table};

/// The key in [`Table::Meta`] of the number that the next [`Op::Number`] will give, from 1.
pub const NEXT_SEQ: &str = "next_seq";

/// Where a row is.
pub(super) type Place = (Table, String);

/// A write with nothing left to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// Put exactly this.
    Put(Table, Row),
    /// Remove whatever is there.
    Delete(Table, String),
}

/// A batch made definite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// In the batch's order; all or none.
    pub(super) writes: Vec<Write>,
    /// What the caller is told once they are on disk.
    pub(super) committed: Committed,
}

/// The places whose rows [`plan`] must be shown, each once.
pub(super) fn reads(batch: &Batch) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(batch.ops.len() + 1);
    for op in &batch.ops {
        match op {
            Op::Put { table, row } => places.push((*table, row.key.clone())),
            Op::Number { table, row } => {
                places.push((*table, row.key.clone()));
                places.push(counter());
            }
            Op::Expect { table, key, .. } => places.push((*table, key.clone())),
            Op::Delete { .. } => {}
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Decides every write of `batch`. `standing` holds the rows found at [`reads`]; their bytes are
/// not looked at.
///
/// # Errors
/// [`StoreError::Conflict`] for a condition that does not hold, [`StoreError::Damaged`] for a
/// counter that is no number, [`StoreError::Other`] for a write to the counter itself.
pub(super) fn plan(batch: &Batch, standing: &HashMap<Place, Row>) -> Result<Plan, StoreError> {
    judge(batch, standing)?;
    let mut now: HashMap<Place, Mark> =
        standing.iter().map(|(place, row)| (place.clone(), Mark::of(row))).collect();
    let mut counter = Counter::read(standing.get(&counter()))?;
    let mut plan = Plan::default();
    for op in &batch.ops {
        match op {
            Op::Put { table, row } => {
                let row = stamp(&mut now, *table, row, row.seq)?;
                plan.writes.push(Write::Put(*table, row));
            }
            Op::Number { table, row } => {
                let held = now.get(&(*table, row.key.clone())).and_then(|mark| mark.seq);
                let seq = held.unwrap_or_else(|| counter.take());
                plan.committed.seqs.push(seq);
                let row = stamp(&mut now, *table, row, Some(seq))?;
                plan.writes.push(Write::Put(*table, row));
            }
            Op::Delete { table, key } => {
                refuse_counter(*table, key)?;
                now.remove(&(*table, key.clone()));
                plan.writes.push(Write::Delete(*table, key.clone()));
            }
            Op::Expect { .. } => {}
        }
    }
    plan.writes.extend(counter.write());
    Ok(plan)
}

/// What of a row decides how the next write of it looks.
#[derive(Clone, Copy)]
struct Mark {
    rev: u64,
    seq: Option<u64>,
}

impl Mark {
    fn of(row: &Row) -> Self {
        Self { rev: row.rev, seq: row.seq }
    }
}

struct Counter {
    rev: u64,
    next: u64,
    moved: bool,
}

impl Counter {
    fn read(row: Option<&Row>) -> Result<Self, StoreError> {
        let Some(row) = row else { return Ok(Self { rev: 0, next: 1, moved: false }) };
        let next =
            row.json.parse().map_err(|_| StoreError::Damaged(format!("the counter reads {:?}", row.json)))?;
        Ok(Self { rev: row.rev, next, moved: false })
    }

    fn take(&mut self) -> u64 {
        let seq = self.next;
        self.next += 1;
        self.moved = true;
        seq
    }

    fn write(self) -> Option<Write> {
        self.moved.then(|| {
            let mut row = Row::new(NEXT_SEQ, "", self.next.to_string());
            row.rev = self.rev + 1;
            Write::Put(Table::Meta, row)
        })
    }
}

fn counter() -> Place {
    (Table::Meta, NEXT_SEQ.to_owned())
}

fn judge(batch: &Batch, standing: &HashMap<Place, Row>) -> Result<(), StoreError> {
    for op in &batch.ops {
        if let Op::Expect { table, key, rev } = op
            && standing.get(&(*table, key.clone())).map(|row| row.rev) != *rev
        {
            return Err(StoreError::Conflict { key: key.clone() });
        }
    }
    Ok(())
}

fn stamp(
    now: &mut HashMap<Place, Mark>,
    table: Table,
    row: &Row,
    seq: Option<u64>,
) -> Result<Row, StoreError> {
    refuse_counter(table, &row.key)?;
    let place = (table, row.key.clone());
    let rev = now.get(&place).map_or(0, |mark| mark.rev) + 1;
    now.insert(place, Mark { rev, seq });
    Ok(Row { seq, rev, ..row.clone() })
}

// A counter set from outside could give a number twice, and the gap-finding would lie.
fn refuse_counter(table: Table, key: &str) -> Result<(), StoreError> {
    if table == Table::Meta && key == NEXT_SEQ {
        return Err(StoreError::Other("only the store itself moves the counter".to_owned()));
    }
    Ok(())
}
