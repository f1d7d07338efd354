//! The database's versions, one module each, numbered from 1 without gaps.
//!
//! A migration only adds: tables, indexes, and rewritten rows that keep what they said. It says
//! what is to be done and knows no backend; each backend carries the steps out in its own way.
//! A published migration is never edited: a change is a new one, with a fixture of the shape
//! before it in `tests/fixtures/store`.

mod v1;

use std::collections::BTreeMap;

use super::error::StoreError;
use super::row::Row;

/// Every row of every table, by the table's name on disk.
pub type Dump = BTreeMap<String, Vec<Row>>;

/// One version of the database, as the way to it from the version before.
#[derive(Debug)]
pub struct Migration {
    /// Counted from 1.
    pub version: u32,
    /// What it brought, in a few words.
    pub title: &'static str,
    /// In order; structure before data.
    pub steps: &'static [Step],
}

/// One step of a migration.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A new table, keyed by the row's own `k`, with [`GROUP_INDEX`] on `g`.
    Table(&'static str),
    /// Every row of a table written anew. Must be content with a row that is already new.
    Rewrite {
        /// Which table.
        table: &'static str,
        /// From the old row to the new one; the key must stay.
        row: fn(Row) -> Row,
    },
}

/// The index that every table has, on the group.
pub const GROUP_INDEX: &str = "g";

/// All, in order.
pub const ALL: &[Migration] = &[v1::MIGRATION];

/// The version that the last of `migrations` leads to.
pub fn latest(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// The steps that lead on from `version`: all structure, then all data, each in order.
pub fn steps_after(migrations: &'static [Migration], version: u32) -> impl Iterator<Item = &'static Step> {
    let steps = move || {
        let newer = migrations.iter().filter(move |migration| migration.version > version);
        newer.flat_map(|migration| migration.steps)
    };
    let is_table = |step: &&Step| matches!(step, Step::Table(_));
    steps().filter(is_table).chain(steps().filter(move |step| !is_table(step)))
}

/// Carries a dump of an old version up to the latest, for a backend that holds it in memory.
///
/// # Errors
/// [`StoreError::TooNew`] for a version past the latest.
pub fn raise(migrations: &'static [Migration], version: u32, mut dump: Dump) -> Result<Dump, StoreError> {
    if version > latest(migrations) {
        return Err(StoreError::TooNew);
    }
    for step in steps_after(migrations, version) {
        match step {
            Step::Table(name) => {
                dump.entry((*name).to_owned()).or_default();
            }
            Step::Rewrite { table, row } => {
                for held in dump.get_mut(*table).into_iter().flatten() {
                    *held = row(std::mem::take(held));
                }
            }
        }
    }
    Ok(dump)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Table;

    #[test]
    fn versions_are_contiguous_from_one() {
        let versions: Vec<u32> = ALL.iter().map(|migration| migration.version).collect();
        let wanted: Vec<u32> = (1..=latest(ALL)).collect();
        assert_eq!(versions, wanted);
        assert!(!wanted.is_empty());
    }

    #[test]
    fn every_table_is_made_exactly_once() {
        let mut made: Vec<&str> = steps_after(ALL, 0)
            .filter_map(|step| match step {
                Step::Table(name) => Some(*name),
                Step::Rewrite { .. } => None,
            })
            .collect();
        let mut wanted: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
        made.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(made, wanted);
    }

    #[test]
    fn rows_are_rewritten_only_in_databases_older_than_the_rewriting() {
        const TWO: &[Migration] = &[
            Migration { version: 1, title: "first", steps: &[Step::Table("a")] },
            Migration {
                version: 2,
                title: "second",
                steps: &[
                    Step::Rewrite { table: "a", row: |row| Row { json: format!("{}!", row.json), ..row } },
                    Step::Table("b"),
                ],
            },
        ];
        let dump = || Dump::from([("a".to_owned(), vec![Row::new("k", "g", "1")])]);
        let json = |dump: &Dump| dump["a"][0].json.clone();
        let raised = raise(TWO, 1, dump()).unwrap();
        assert_eq!(json(&raised), "1!");
        assert!(raised.contains_key("b"));
        assert_eq!(json(&raise(TWO, 2, dump()).unwrap()), "1");
        assert_eq!(raise(TWO, 3, dump()), Err(StoreError::TooNew));
    }
}
