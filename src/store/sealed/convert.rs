//! Writing every row anew, sealed or plain, after the lock was turned on or before it is off.
//!
//! Small batches, each on condition that its rows and the lock still stand as read. Cut off anywhere,
//! every row is one or the other and opens; begun again, it passes over what is done.

use super::cipher::{Cipher, CipherError};
use super::envelope::{self, SEALED};
use super::lock::LOCK;
use super::{Mode, Sealed};
use crate::store::{Batch, Row, Store, StoreError, Table};

/// What became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// Rows looked at.
    pub done: u64,
    /// Rows there were at the beginning.
    pub of: u64,
    /// Keys of sealed rows that do not open; they stay as they are.
    pub left: Vec<String>,
}

/// Brings every row into the form in which the open lock writes now; tells of its progress after
/// each batch.
///
/// # Errors
/// As the store; [`StoreError::Locked`] without the key.
pub async fn convert<S: Store, C: Cipher>(
    sealed: &Sealed<S, C>,
    tell: &dyn Fn(&Converted),
) -> Result<Converted, StoreError> {
    let mut so_far = Converted::default();
    for table in SEALED {
        so_far.of += sealed.disk.count(table, None).await?;
    }
    for table in SEALED {
        let mut after = String::new();
        loop {
            let rows = sealed.disk.page(table, &after, page_of(table)).await?;
            let Some(last) = rows.last() else { break };
            let (last, count) = (last.key.clone(), rows.len() as u64);
            let mut left = Vec::new();
            match convert_rows(sealed, table, rows, &mut left).await {
                Ok(()) => {}
                // Someone wrote one of them meanwhile: in the new form, or after us.
                Err(StoreError::Conflict { key }) if key != LOCK => continue,
                Err(error) => return Err(error),
            }
            after = last;
            so_far.done += count;
            so_far.left.append(&mut left);
            tell(&so_far);
        }
    }
    Ok(so_far)
}

/// How many rows are in memory at once.
fn page_of(table: Table) -> usize {
    if table == Table::PhotoBytes { 4 } else { 50 }
}

async fn convert_rows<S: Store, C: Cipher>(
    sealed: &Sealed<S, C>,
    table: Table,
    rows: Vec<Row>,
    left: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Mode::Open { cipher, seals } = sealed.mode()? else { return Err(StoreError::Locked) };
    let mut batch = Batch::new().expect(Table::Meta, LOCK, sealed.held.rev.get());
    for row in rows {
        if envelope::key_id(&row).is_some() == seals {
            continue;
        }
        let (key, rev) = (row.key.clone(), row.rev);
        let new = if seals {
            envelope::seal(&*cipher, table, row).await
        } else {
            envelope::open(&*cipher, table, row).await
        };
        match new {
            Ok(new) => batch = batch.expect(table, key, Some(rev)).put(table, new),
            Err(CipherError::Broken) => left.push(key),
            Err(CipherError::Failed(why)) => return Err(StoreError::Other(why)),
        }
    }
    if batch.ops.len() > 1 {
        sealed.disk.commit(batch).await?;
    }
    Ok(())
}
