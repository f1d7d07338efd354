//! Writes that stand or fall together.

use super::row::{Row, Table};

/// One write, or a condition on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Writes a row, replacing one of the same key; `row.seq` is kept as given.
    Put {
        /// Where.
        table: Table,
        /// What.
        row: Row,
    },
    /// Writes a row with the install's next number, taken in the same transaction. A row of that
    /// key that has a number already keeps it.
    Number {
        /// Where.
        table: Table,
        /// What; its `seq` is ignored.
        row: Row,
    },
    /// Removes a row if it is there.
    Delete {
        /// Where.
        table: Table,
        /// Which.
        key: String,
    },
    /// Fails the whole batch with [`super::StoreError::Conflict`] unless the row stands at `rev`
    /// (`None`: unless it is absent). Judged before any write of the batch.
    Expect {
        /// Where.
        table: Table,
        /// Which.
        key: String,
        /// The revision that must stand.
        rev: Option<u64>,
    },
}

/// Writes that stand or fall together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// In this order, conditions first.
    pub ops: Vec<Op>,
}

/// What a commit gave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The numbers given, one an [`Op::Number`], in order.
    pub seqs: Vec<u64>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds [`Op::Put`].
    pub fn put(mut self, table: Table, row: Row) -> Self {
        self.ops.push(Op::Put { table, row });
        self
    }

    /// Adds [`Op::Number`].
    pub fn number(mut self, table: Table, row: Row) -> Self {
        self.ops.push(Op::Number { table, row });
        self
    }

    /// Adds [`Op::Delete`].
    pub fn delete(mut self, table: Table, key: impl Into<String>) -> Self {
        self.ops.push(Op::Delete { table, key: key.into() });
        self
    }

    /// Adds [`Op::Expect`].
    pub fn expect(mut self, table: Table, key: impl Into<String>, rev: Option<u64>) -> Self {
        self.ops.push(Op::Expect { table, key: key.into(), rev });
        self
    }

    /// The tables it touches, each once.
    pub fn tables(&self) -> Vec<Table> {
        let mut touched: Vec<Table> = self
            .ops
            .iter()
            .map(|op| match op {
                Op::Put { table, .. }
                | Op::Number { table, .. }
                | Op::Delete { table, .. }
                | Op::Expect { table, .. } => *table,
            })
            .collect();
        // Numbers are counted in the meta table.
        if self.ops.iter().any(|op| matches!(op, Op::Number { .. })) {
            touched.push(Table::Meta);
        }
        Table::ALL.into_iter().filter(|table| touched.contains(table)).collect()
    }
}
