//! Databases as older versions left them, from `tests/fixtures/store`.

use std::collections::BTreeMap;

use rounds::store::migrations::Dump;
use rounds::store::{Row, Store, Table};
use serde::Deserialize;

/// The version-1 shape, with rows in every table.
pub const V1: &str = include_str!("../fixtures/store/v1.json");

/// A fixture's version and rows.
pub fn read(text: &str) -> (u32, Dump) {
    let fixture: Fixture = serde_json::from_str(text).unwrap();
    let tables = fixture.tables.into_iter();
    let dump = tables.map(|(name, rows)| (name, rows.into_iter().map(Row::from).collect()));
    (fixture.version, dump.collect())
}

/// Every row of the fixture is there, unchanged, and nothing else is.
pub async fn stands(store: &impl Store, dump: &Dump) {
    for table in Table::ALL {
        let wanted = &dump[table.name()];
        assert!(!wanted.is_empty(), "the fixture shows no row of {}", table.name());
        assert_eq!(&store.page(table, "", 1_000).await.unwrap(), wanted);
        for row in wanted {
            assert_eq!(store.get(table, &row.key).await.unwrap().as_ref(), Some(row));
            let group = store.group(table, &row.group, 1_000).await.unwrap();
            assert!(group.contains(row), "{} is not in its group", row.key);
        }
    }
}

#[derive(Deserialize)]
struct Fixture {
    version: u32,
    tables: BTreeMap<String, Vec<Stored>>,
}

/// A row as it lies on disk.
#[derive(Deserialize)]
struct Stored {
    k: String,
    g: String,
    j: String,
    b: Option<Vec<u8>>,
    s: Option<u64>,
    r: u64,
}

impl From<Stored> for Row {
    fn from(stored: Stored) -> Self {
        let Stored { k: key, g: group, j: json, b: bytes, s: seq, r: rev } = stored;
        Self { key, group, json, bytes, seq, rev }
    }
}
