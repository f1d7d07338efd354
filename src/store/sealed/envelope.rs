//! A sealed row: `json` is `{"sealed":"…"}` with the key's name, `bytes` is everything that was in the
//! row, sealed in one piece. Key, group, number and revision stay as they are, because the rules of the
//! store look rows up by them.
//!
//! Table and key are sealed in: a row moved under another key does not open. Pure but for the cipher.

use super::cipher::{Cipher, CipherError};
use crate::store::row::{Row, Table};

const MARK: &str = r#"{"sealed":""#;
const END: &str = r#""}"#;

/// The tables whose rows are sealed: answers, notes, results, photos. The others say which tasks,
/// places and people there are, and hold the phone's identity.
pub const SEALED: [Table; 5] =
    [Table::Drafts, Table::Progress, Table::Outbox, Table::Photos, Table::PhotoBytes];

/// True for tables whose rows are sealed while the lock is on.
pub fn is_for(table: Table) -> bool {
    SEALED.contains(&table)
}

/// The name of the key that a row is sealed with; `None` for a plain row.
pub fn key_id(row: &Row) -> Option<&str> {
    row.json.strip_prefix(MARK)?.strip_suffix(END)
}

/// The row sealed; one that is sealed already stays as it is.
///
/// # Errors
/// [`CipherError::Failed`].
pub async fn seal<C: Cipher>(cipher: &C, table: Table, row: Row) -> Result<Row, CipherError> {
    if key_id(&row).is_some() {
        return Ok(row);
    }
    let sealed = cipher.seal(&place(table, &row.key), &pack(&row)).await?;
    Ok(Row { json: [MARK, cipher.id(), END].concat(), bytes: Some(sealed), ..row })
}

/// The row opened; a plain one stays as it is.
///
/// # Errors
/// [`CipherError::Broken`] when the seal does not fit, [`CipherError::Failed`].
pub async fn open<C: Cipher>(cipher: &C, table: Table, row: Row) -> Result<Row, CipherError> {
    if key_id(&row).is_none() {
        return Ok(row);
    }
    let sealed = row.bytes.as_deref().ok_or(CipherError::Broken)?;
    let packed = cipher.open(&place(table, &row.key), sealed).await?;
    let (json, bytes) = unpack(&packed).ok_or(CipherError::Broken)?;
    Ok(Row { json, bytes, ..row })
}

/// The length of the JSON, the JSON, and behind it a mark and the bytes where there are any.
fn pack(row: &Row) -> Vec<u8> {
    let length = (row.json.len() as u64).to_be_bytes();
    let bytes = row.bytes.as_deref();
    [&length[..], row.json.as_bytes(), bytes.map_or(&[][..], |_| &[1]), bytes.unwrap_or_default()].concat()
}

fn unpack(packed: &[u8]) -> Option<(String, Option<Vec<u8>>)> {
    let (length, rest) = packed.split_first_chunk()?;
    let (json, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    Some((String::from_utf8(json.to_vec()).ok()?, rest.get(1..).map(<[u8]>::to_vec)))
}

/// What is sealed in beside the content. A table's name has no zero byte, so no two places look alike.
fn place(table: Table, key: &str) -> Vec<u8> {
    [table.name(), key].join("\0").into_bytes()
}
