//! A new version of the app with a new schema: the phone's rows are carried over by the app's own
//! migrations and one more, which only adds.

use std::sync::LazyLock;

use rounds::store::migrations::{self, Dump, Migration, Step};
use rounds::store::{MemoryStore, Row, Store, Table};

use crate::disk::now;

/// Carries a phone's rows to the next version and back under the present one's eyes.
pub fn upgraded(rows: &MemoryStore) -> MemoryStore {
    let latest = migrations::latest(migrations::ALL);
    let mut raised = migrations::raise(&NEXT, latest, dump(rows)).expect("one version further is known");
    // What the present code does not know of is no concern of it.
    raised.remove("extra");
    MemoryStore::load(latest, raised).expect("the rows are those of the present version")
}

/// The app's own migrations, and one that a later version might bring.
static NEXT: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    const MORE: &[Step] = &[
        Step::Table("extra"),
        Step::Rewrite { table: "outbox", row: with_a_field },
        Step::Rewrite { table: "drafts", row: with_a_field },
        Step::Rewrite { table: "photos", row: with_a_field },
    ];
    let own = migrations::ALL.iter().map(|own| Migration {
        version: own.version,
        title: own.title,
        steps: own.steps,
    });
    let next =
        Migration { version: migrations::latest(migrations::ALL) + 1, title: "a field more", steps: MORE };
    own.chain([next]).collect()
});

fn with_a_field(row: Row) -> Row {
    let Some(rest) = row.json.strip_prefix('{').filter(|rest| !rest.starts_with("\"later\"")) else {
        return row;
    };
    let comma = if rest == "}" { "" } else { "," };
    Row { json: format!("{{\"later\":true{comma}{rest}"), ..row }
}

fn dump(rows: &MemoryStore) -> Dump {
    let tables = Table::ALL.into_iter().map(|table| {
        let all = now(rows.page(table, "", usize::MAX)).expect("the rows themselves never fail");
        (table.name().to_owned(), all)
    });
    tables.collect()
}
