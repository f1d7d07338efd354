//! Everything that no endpoint has receipted, as the text of one file.
//!
//! The file carries records as they would be pushed, byte for byte, so that an endpoint or another
//! phone can take them in under the same exactly-once rules.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::protocol::PushItem;
use super::push::item;
use crate::store::photos::photo_bytes;
use crate::store::{Store, StoreError, identity, outbox, photos};

/// What the file says it is.
pub const FORMAT: &str = "rounds-export";
/// The version of the file's shape.
pub const VERSION: u32 = 1;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Made once on the phone; empty when the phone lost it.
    pub install_id: String,
    /// The endpoint's name for the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Device wall time, RFC 3339 with offset.
    pub exported_at: String,
    /// Records without a receipt, set aside or not, by number.
    pub records: Vec<PushItem>,
    /// Photos of finished records that are not at the endpoint.
    pub photos: Vec<ExportedPhoto>,
    /// Keys of rows that could not be read and are not in this file.
    pub unreadable: Vec<String>,
}

impl Export {
    /// The file's records with the install that made each: what another phone pushes, and what an
    /// endpoint takes. A record that was itself brought to the exporting phone by a file keeps its
    /// own origin.
    pub fn into_items(self) -> impl Iterator<Item = PushItem> {
        let install_id = self.install_id;
        self.records.into_iter().map(move |item| from_install(item, &install_id))
    }
}

/// A record of a file that `install_id` wrote, as it is pushed by anyone else.
pub fn from_install(mut item: PushItem, install_id: &str) -> PushItem {
    item.origin_install.get_or_insert_with(|| install_id.to_owned());
    item
}

/// One photo with its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedPhoto {
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// Such as `image/jpeg`.
    pub mime: String,
    /// Bytes.
    pub len: u64,
    /// The bytes, base64 with padding (RFC 4648, 4).
    pub base64: String,
}

/// Gathers the file. What cannot be read is named in it, and stops nothing.
///
/// # Errors
/// [`StoreError`] when the storage itself does not answer.
pub async fn export<S: Store>(store: &S, exported_at: &str) -> Result<String, StoreError> {
    let mut unreadable = outbox::queue(store, 0).await?.damaged;
    let records = outbox::undelivered(store).await?;
    let mut found = Vec::new();
    for photo in photos::undelivered(store).await? {
        match photo_bytes(store, &photo.sha256).await? {
            Some(bytes) => found.push(ExportedPhoto {
                mime: photo.meta.mime,
                len: bytes.len() as u64,
                base64: STANDARD.encode(bytes),
                sha256: photo.sha256,
            }),
            None => unreadable.push(photo.sha256),
        }
    }
    let export = Export {
        format: FORMAT.to_owned(),
        version: VERSION,
        // A damaged identity must not keep the records in.
        install_id: identity::install_id(store).await.ok().flatten().unwrap_or_default(),
        device_id: identity::enrolment(store).await.ok().flatten().map(|e| e.device_id),
        exported_at: exported_at.to_owned(),
        records: records.iter().map(|(seq, record)| item(*seq, record)).collect(),
        photos: found,
        unreadable,
    };
    Ok(serde_json::to_string(&export).expect("plain data always has JSON"))
}
