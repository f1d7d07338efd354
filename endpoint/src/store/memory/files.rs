//! Bytes of photos. Each change is synced when it returns, as the folder's are.

use std::sync::Arc;

use axum::body::Bytes;

use super::Disk;
use super::tables::pair;
use crate::store::StoreError;

const ABSENT: StoreError = StoreError::Lost("there is no such photo");

impl Disk {
    /// Leaves an upload with these bytes, as a kill in the middle of writing would; `None` loses it.
    pub fn tear_upload(&self, device_id: &str, sha256: &str, bytes: Option<&[u8]>) {
        let mut state = self.lock();
        let key = pair(device_id, sha256);
        match bytes {
            Some(bytes) => state.tables.staged.insert(key, Arc::new(bytes.to_vec())),
            None => state.tables.staged.remove(&key),
        };
    }

    /// True while bytes of an upload are kept.
    pub fn has_upload(&self, device_id: &str, sha256: &str) -> bool {
        self.lock().tables.staged.contains_key(&pair(device_id, sha256))
    }

    /// Bytes of an upload that are there; 0 when there is none.
    pub(crate) fn staged_len(&self, device_id: &str, sha256: &str) -> Result<u64, StoreError> {
        let key = pair(device_id, sha256);
        self.step(|state| Ok(state.tables.staged.get(&key).map_or(0, |bytes| bytes.len() as u64)))
    }

    /// Cuts an upload off at an offset and goes on from there.
    pub(crate) fn append(
        &self,
        device_id: &str,
        sha256: &str,
        offset: u64,
        chunk: &[u8],
    ) -> Result<(), StoreError> {
        let key = pair(device_id, sha256);
        let offset = usize::try_from(offset).map_err(|_| ABSENT)?;
        self.write(|state| {
            let mut bytes =
                state.tables.staged.get(&key).map(|staged| staged.as_ref().clone()).unwrap_or_default();
            bytes.resize(offset, 0);
            bytes.extend_from_slice(chunk);
            state.put(|tables| &mut tables.staged, key, Arc::new(bytes));
            Ok(())
        })
    }

    /// All bytes of an upload.
    pub(crate) fn read_staged(&self, device_id: &str, sha256: &str) -> Result<Vec<u8>, StoreError> {
        let key = pair(device_id, sha256);
        self.step(|state| state.tables.staged.get(&key).map(|bytes| bytes.as_ref().clone()).ok_or(ABSENT))
    }

    /// Drops an upload.
    pub(crate) fn discard(&self, device_id: &str, sha256: &str) -> Result<(), StoreError> {
        let key = pair(device_id, sha256);
        self.write(|state| {
            state.remove(|tables| &mut tables.staged, &key);
            Ok(())
        })
    }

    /// Puts a whole photo in its place.
    pub(crate) fn keep(&self, sha256: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.write(|state| {
            state.put(|tables| &mut tables.photos, sha256.to_owned(), Bytes::from(bytes));
            Ok(())
        })
    }

    /// The bytes of a whole photo.
    pub(crate) fn photo(&self, sha256: &str) -> Result<Bytes, StoreError> {
        self.step(|state| state.tables.photos.get(sha256).cloned().ok_or(ABSENT))
    }
}
