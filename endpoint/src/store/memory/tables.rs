//! The rows, and the queries that need no transaction.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use axum::body::Bytes;
use rounds::sync::protocol::PulledRecord;

use crate::store::StoreError;
use crate::store::devices::Bearer;
use crate::store::identity::Counter;
use crate::store::items::Entry;
use crate::store::tokens::Stage;

/// A key of two texts, such as a device and a hash.
pub(super) type Pair = (String, String);

#[derive(Clone)]
pub(in crate::store) struct Tables {
    pub(super) store_id: String,
    pub(super) counters: BTreeMap<Counter, i64>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) devices: BTreeMap<String, DeviceRow>,
    /// Install → device.
    pub(super) installs: BTreeMap<String, String>,
    /// Device, site.
    pub(super) device_sites: BTreeMap<Pair, ()>,
    /// By hash.
    pub(super) tokens: BTreeMap<String, TokenRow>,
    /// Device, hash.
    pub(super) tokens_of: BTreeMap<Pair, ()>,
    /// Device, install → the next number it said.
    pub(super) pushed: BTreeMap<Pair, u64>,
    /// By number.
    pub(super) items: BTreeMap<i64, Arc<ItemRow>>,
    pub(super) item_ids: BTreeMap<String, i64>,
    /// Standards that some result was judged by.
    pub(super) judged_by: BTreeMap<String, ()>,
    pub(super) install_seqs: BTreeMap<(String, i64), String>,
    /// Device, hash → id, problem, raw.
    pub(super) quarantine: BTreeMap<Pair, [String; 3]>,
    /// Device, photo, record → length.
    pub(super) blob_refs: BTreeMap<(String, String, String), u64>,
    pub(super) blobs: BTreeMap<String, (u64, String)>,
    /// Photo, device.
    pub(super) blob_holders: BTreeMap<Pair, ()>,
    pub(super) uploads: BTreeMap<Pair, u64>,
    /// Kind, id.
    pub(super) records: BTreeMap<Pair, RecordRow>,
    pub(super) changes: BTreeMap<i64, Pair>,
    /// Bytes of uploads, by device and photo.
    pub(super) staged: BTreeMap<Pair, Arc<Vec<u8>>>,
    /// Bytes of whole photos.
    pub(super) photos: BTreeMap<String, Bytes>,
}

#[derive(Clone)]
pub(super) struct Code {
    pub(super) role: String,
    pub(super) sites: String,
    pub(super) expires_ms: i64,
    pub(super) used_ms: Option<i64>,
}

#[derive(Clone)]
pub(super) struct DeviceRow {
    pub(super) install_id: String,
    pub(super) role: String,
    pub(super) revoked_ms: Option<i64>,
}

#[derive(Clone)]
pub(super) struct TokenRow {
    pub(super) device_id: String,
    pub(super) expires_ms: i64,
    pub(super) stage: Stage,
}

#[derive(Clone)]
pub(super) struct ItemRow {
    pub(super) entry: Entry,
    pub(super) site: Option<String>,
}

#[derive(Clone)]
pub(super) struct RecordRow {
    pub(super) site: String,
    pub(super) rev: u64,
    pub(super) deleted: bool,
    pub(super) body: Arc<str>,
    pub(super) change_seq: i64,
}

impl Tables {
    pub(super) fn new(store_id: &str) -> Self {
        Self {
            store_id: store_id.to_owned(),
            counters: BTreeMap::from([(Counter::Epoch, 1)]),
            codes: BTreeMap::new(),
            devices: BTreeMap::new(),
            installs: BTreeMap::new(),
            device_sites: BTreeMap::new(),
            tokens: BTreeMap::new(),
            tokens_of: BTreeMap::new(),
            pushed: BTreeMap::new(),
            items: BTreeMap::new(),
            item_ids: BTreeMap::new(),
            judged_by: BTreeMap::new(),
            install_seqs: BTreeMap::new(),
            quarantine: BTreeMap::new(),
            blob_refs: BTreeMap::new(),
            blobs: BTreeMap::new(),
            blob_holders: BTreeMap::new(),
            uploads: BTreeMap::new(),
            records: BTreeMap::new(),
            changes: BTreeMap::new(),
            staged: BTreeMap::new(),
            photos: BTreeMap::new(),
        }
    }

    pub(in crate::store) fn counter(&self, counter: Counter) -> i64 {
        self.counters.get(&counter).copied().unwrap_or(0)
    }

    pub(in crate::store) fn entries_after(&self, server_seq: i64, limit: i64) -> Vec<Entry> {
        let rows = self.items.range((Excluded(server_seq), Unbounded));
        rows.take(size(limit)).map(|(_, row)| row.entry.clone()).collect()
    }

    pub(in crate::store) fn changes_after(
        &self,
        device_id: &str,
        change_seq: i64,
        limit: i64,
    ) -> Result<Vec<(u64, PulledRecord)>, StoreError> {
        let changes = self.changes.range((Excluded(change_seq), Unbounded));
        let rows = changes.filter_map(|(_, key)| Some((key, self.records.get(key)?)));
        let seen = rows.filter(|(_, row)| row.site.is_empty() || self.sees(device_id, &row.site));
        seen.take(size(limit)).map(|(key, row)| row.pulled(key)).collect()
    }

    pub(in crate::store) fn has_record(&self, kind: &str, id: &str) -> bool {
        self.records.get(&pair(kind, id)).is_some_and(|row| !row.deleted)
    }

    pub(in crate::store) fn sites(&self) -> Vec<String> {
        self.living("site")
    }

    pub(in crate::store) fn bearer(&self, token_hash: &str) -> Option<Bearer> {
        let token = self.tokens.get(token_hash)?;
        let device = self.devices.get(&token.device_id)?;
        Some(Bearer {
            device_id: token.device_id.clone(),
            install_id: device.install_id.clone(),
            role: device.role.clone(),
            revoked: device.revoked_ms.is_some(),
            expires_ms: token.expires_ms,
            stage: token.stage,
        })
    }

    /// Of every token of a device.
    pub(super) fn token_hashes(&self, device_id: &str) -> Vec<String> {
        let rows = self.tokens_of.range(pair(device_id, "")..);
        rows.take_while(|((device, _), ())| device == device_id).map(|((_, hash), ())| hash.clone()).collect()
    }

    pub(in crate::store) fn sites_of(&self, device_id: &str) -> Vec<String> {
        let rows = self.device_sites.range(pair(device_id, "")..);
        rows.take_while(|((device, _), ())| device == device_id).map(|((_, site), ())| site.clone()).collect()
    }

    pub(in crate::store) fn declared_lengths(&self, device_id: &str, sha256: &str) -> Vec<u64> {
        let mut lengths: Vec<u64> = self.refs(device_id, sha256).map(|(_, len)| len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths
    }

    pub(in crate::store) fn sent_whole(&self, device_id: &str, sha256: &str) -> Option<u64> {
        self.blob_holders.get(&pair(sha256, device_id))?;
        self.blobs.get(sha256).map(|(len, _)| *len)
    }

    pub(in crate::store) fn upload_offset(&self, device_id: &str, sha256: &str) -> u64 {
        self.uploads.get(&pair(device_id, sha256)).copied().unwrap_or(0)
    }

    pub(in crate::store) fn readable_photo(
        &self,
        device_id: &str,
        sees_sites: bool,
        sha256: &str,
    ) -> Option<String> {
        let (_, mime) = self.blobs.get(sha256)?;
        let holders = self.blob_holders.range(pair(sha256, "")..);
        let mut holders =
            holders.map(|((hash, holder), ())| (hash, holder)).take_while(|(hash, _)| *hash == sha256);
        let may_read = holders.any(|(_, holder)| {
            self.refs(holder, sha256).any(|(item_id, _)| {
                holder == device_id || (sees_sites && self.is_in_sites_of(device_id, item_id))
            })
        });
        may_read.then(|| mime.clone())
    }

    /// Ids of the records of a kind that are not buried, in order.
    pub(super) fn living(&self, kind: &str) -> Vec<String> {
        let rows = self.records.range(pair(kind, "")..).take_while(|((of, _), _)| of == kind);
        rows.filter(|(_, row)| !row.deleted).map(|((_, id), _)| id.clone()).collect()
    }

    /// Records of a device that speak of a photo, with the length each gives.
    fn refs(&self, device_id: &str, sha256: &str) -> impl Iterator<Item = (&str, u64)> {
        let from = (device_id.to_owned(), sha256.to_owned(), String::new());
        let is_same = move |device: &str, hash: &str| device == from.0 && hash == from.1;
        let rows = self.blob_refs.range((device_id.to_owned(), sha256.to_owned(), String::new())..);
        rows.take_while(move |((device, hash, _), _)| is_same(device, hash))
            .map(|((_, _, item_id), len)| (item_id.as_str(), *len))
    }

    fn is_in_sites_of(&self, device_id: &str, item_id: &str) -> bool {
        let row = self.item_ids.get(item_id).and_then(|seq| self.items.get(seq));
        row.and_then(|row| row.site.as_deref()).is_some_and(|site| self.sees(device_id, site))
    }

    fn sees(&self, device_id: &str, site: &str) -> bool {
        self.device_sites.contains_key(&pair(device_id, site))
    }
}

impl RecordRow {
    fn pulled(&self, (kind, id): &Pair) -> Result<(u64, PulledRecord), StoreError> {
        let record = PulledRecord {
            kind: kind.clone(),
            id: id.clone(),
            rev: self.rev,
            deleted: self.deleted,
            body: serde_json::from_str(&self.body)?,
        };
        Ok((self.change_seq.unsigned_abs(), record))
    }
}

pub(super) fn pair(one: &str, other: &str) -> Pair {
    (one.to_owned(), other.to_owned())
}

fn size(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(0)
}
