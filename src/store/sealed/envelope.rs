//! A sealed row: `json` is `{"sealed":1,"key":"…","data":"…"}`, `bytes` the sealed bytes. Key, group,
//! number and revision stay as they are, because the rules of the store look rows up by them.
//!
//! Table and key are sealed in: a row moved under another key does not open. Pure but for the cipher.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cipher::{Cipher, CipherError};
use crate::store::row::{Row, Table};

const MARK: &str = r#"{"sealed":1,"key":""#;
const BETWEEN: &str = r#"","data":""#;
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
    Some(parts(row)?.0)
}

/// The row sealed; one that is sealed already stays as it is.
///
/// # Errors
/// [`CipherError::Failed`].
pub async fn seal<C: Cipher>(cipher: &C, table: Table, row: Row) -> Result<Row, CipherError> {
    if key_id(&row).is_some() {
        return Ok(row);
    }
    let data = STANDARD.encode(cipher.seal(&place(table, &row.key, "json"), row.json.as_bytes()).await?);
    let bytes = match &row.bytes {
        Some(plain) => Some(cipher.seal(&place(table, &row.key, "bytes"), plain).await?),
        None => None,
    };
    Ok(Row { json: [MARK, cipher.id(), BETWEEN, &data, END].concat(), bytes, ..row })
}

/// The row opened; a plain one stays as it is.
///
/// # Errors
/// [`CipherError::Broken`] when the seal does not fit, [`CipherError::Failed`].
pub async fn open<C: Cipher>(cipher: &C, table: Table, row: Row) -> Result<Row, CipherError> {
    let Some((_, data)) = parts(&row) else { return Ok(row) };
    let data = STANDARD.decode(data).map_err(|_| CipherError::Broken)?;
    let json = cipher.open(&place(table, &row.key, "json"), &data).await?;
    let json = String::from_utf8(json).map_err(|_| CipherError::Broken)?;
    let bytes = match &row.bytes {
        Some(sealed) => Some(cipher.open(&place(table, &row.key, "bytes"), sealed).await?),
        None => None,
    };
    Ok(Row { json, bytes, ..row })
}

fn parts(row: &Row) -> Option<(&str, &str)> {
    row.json.strip_prefix(MARK)?.strip_suffix(END)?.split_once(BETWEEN)
}

/// What is sealed in beside the content. A table's name has no zero byte, so no two places look alike.
fn place(table: Table, key: &str, part: &str) -> Vec<u8> {
    [table.name(), part, key].join("\0").into_bytes()
}
