//! The steps of a transaction on received records, photos, devices and counters.

use std::sync::Arc;

use rounds::sync::protocol::Receipt;
use tokio::sync::OwnedRwLockWriteGuard;

use super::Disk;
use super::faults::Plant;
use super::state::State;
use super::tables::{DeviceRow, ItemRow, pair};
use crate::store::StoreError;
use crate::store::identity::Counter;
use crate::store::items::{Entry, ReceivedItem, number};

const GONE: StoreError = StoreError::Lost("the transaction is gone");
const TAKEN: StoreError = StoreError::Lost("the number is taken");

/// A transaction that writes, and its turn.
pub(in crate::store) struct MemoryTx {
    disk: Disk,
    life: u64,
    _turn: OwnedRwLockWriteGuard<()>,
}

impl MemoryTx {
    pub(super) fn begin(disk: Disk, turn: OwnedRwLockWriteGuard<()>) -> Result<Self, StoreError> {
        let life = disk.step(|state| {
            state.begin();
            Ok(state.life)
        })?;
        Ok(Self { disk, life, _turn: turn })
    }

    pub(in crate::store) fn commit(self) -> Result<(), StoreError> {
        self.step(|state| {
            state.commit();
            Ok(())
        })
    }

    pub(in crate::store) fn store_id(&self) -> Result<String, StoreError> {
        self.step(|state| Ok(state.tables.store_id.clone()))
    }

    pub(in crate::store) fn counter(&self, counter: Counter) -> Result<i64, StoreError> {
        self.step(|state| Ok(state.tables.counter(counter)))
    }

    pub(in crate::store) fn set_counter(&self, counter: Counter, value: i64) -> Result<i64, StoreError> {
        self.step(|state| {
            if !(counter == Counter::Epoch && state.has(Plant::EpochIgnored)) {
                state.put(|tables| &mut tables.counters, counter, value);
            }
            Ok(state.tables.counter(counter))
        })
    }

    pub(in crate::store) fn is_known(&self, item_id: &str) -> Result<bool, StoreError> {
        self.step(|state| Ok(state.tables.item_ids.contains_key(item_id)))
    }

    pub(in crate::store) fn id_of_number(&self, server_seq: i64) -> Result<Option<String>, StoreError> {
        self.step(|state| {
            Ok(state.tables.items.get(&server_seq).map(|row| row.entry.receipt.item_id.clone()))
        })
    }

    pub(in crate::store) fn insert_item(
        &self,
        received: &ReceivedItem,
        receipt: &Receipt,
        device_id: &str,
        install_id: &str,
    ) -> Result<bool, StoreError> {
        let seq = number(receipt.server_seq);
        self.step(|state| {
            if state.tables.item_ids.contains_key(&receipt.item_id) && !state.has(Plant::NoUnique) {
                return Ok(false);
            }
            if state.tables.items.contains_key(&seq) {
                return Err(TAKEN);
            }
            let row = Arc::new(row(received, receipt, device_id, install_id));
            state.put(|tables| &mut tables.items, seq, row);
            state.put(|tables| &mut tables.item_ids, receipt.item_id.clone(), seq);
            if let Some(standard) = &received.standard {
                state.put(|tables| &mut tables.judged_by, standard.clone(), ());
            }
            Ok(true)
        })
    }

    pub(in crate::store) fn receipt_of(&self, item_id: &str) -> Result<Receipt, StoreError> {
        self.step(|state| {
            let seq = state.tables.item_ids.get(item_id).ok_or(GONE)?;
            state.tables.items.get(seq).map(|row| row.entry.receipt.clone()).ok_or(GONE)
        })
    }

    pub(in crate::store) fn claim_seq(
        &self,
        install_id: &str,
        seq: i64,
        item_id: &str,
    ) -> Result<bool, StoreError> {
        let key = (install_id.to_owned(), seq);
        self.step(|state| {
            let is_free = !state.tables.install_seqs.contains_key(&key);
            if is_free {
                state.put(|tables| &mut tables.install_seqs, key, item_id.to_owned());
            }
            Ok(is_free)
        })
    }

    pub(in crate::store) fn add_flag(&self, item_id: &str, flag: &str) -> Result<(), StoreError> {
        self.step(|state| {
            let seq = *state.tables.item_ids.get(item_id).ok_or(GONE)?;
            let mut row = state.tables.items.get(&seq).ok_or(GONE)?.as_ref().clone();
            if !row.entry.flags.is_empty() {
                row.entry.flags.push(',');
            }
            row.entry.flags.push_str(flag);
            state.put(|tables| &mut tables.items, seq, Arc::new(row));
            Ok(())
        })
    }

    pub(in crate::store) fn quarantine(
        &self,
        device_id: &str,
        raw_sha256: &str,
        item_id: &str,
        problem: &str,
        raw: &str,
    ) -> Result<(), StoreError> {
        let key = pair(device_id, raw_sha256);
        self.step(|state| {
            if !state.tables.quarantine.contains_key(&key) {
                let row = [item_id, problem, raw].map(str::to_owned);
                state.put(|tables| &mut tables.quarantine, key, row);
            }
            Ok(())
        })
    }

    pub(in crate::store) fn note_install(
        &self,
        device_id: &str,
        install_id: &str,
        next_seq: u64,
    ) -> Result<(), StoreError> {
        self.set(|state| state.put(|tables| &mut tables.pushed, pair(device_id, install_id), next_seq))
    }

    pub(in crate::store) fn add_ref(
        &self,
        device_id: &str,
        sha256: &str,
        item_id: &str,
        len: u64,
    ) -> Result<(), StoreError> {
        let key = (device_id.to_owned(), sha256.to_owned(), item_id.to_owned());
        self.set(|state| {
            if !state.tables.blob_refs.contains_key(&key) {
                state.put(|tables| &mut tables.blob_refs, key, len);
            }
        })
    }

    pub(in crate::store) fn set_upload(
        &self,
        device_id: &str,
        sha256: &str,
        received: u64,
    ) -> Result<(), StoreError> {
        self.set(|state| state.put(|tables| &mut tables.uploads, pair(device_id, sha256), received))
    }

    pub(in crate::store) fn drop_upload(&self, device_id: &str, sha256: &str) -> Result<(), StoreError> {
        self.set(|state| state.remove(|tables| &mut tables.uploads, &pair(device_id, sha256)))
    }

    pub(in crate::store) fn add_whole(&self, sha256: &str, len: u64, mime: &str) -> Result<(), StoreError> {
        self.set(|state| {
            if !state.tables.blobs.contains_key(sha256) {
                state.put(|tables| &mut tables.blobs, sha256.to_owned(), (len, mime.to_owned()));
            }
        })
    }

    pub(in crate::store) fn add_holder(&self, device_id: &str, sha256: &str) -> Result<(), StoreError> {
        self.set(|state| state.put(|tables| &mut tables.blob_holders, pair(sha256, device_id), ()))
    }

    /// Uses a good code up; its role and sites.
    pub(in crate::store) fn take_code(
        &self,
        code_hash: &str,
        now_ms: i64,
    ) -> Result<Option<(String, String)>, StoreError> {
        self.step(|state| {
            let code = state.tables.codes.get(code_hash).cloned();
            let Some(mut code) = code.filter(|code| code.used_ms.is_none() && code.expires_ms > now_ms)
            else {
                return Ok(None);
            };
            code.used_ms = Some(now_ms);
            let granted = (code.role.clone(), code.sites.clone());
            state.put(|tables| &mut tables.codes, code_hash.to_owned(), code);
            Ok(Some(granted))
        })
    }

    /// `None` when there is no such code.
    pub(in crate::store) fn code_is_used(&self, code_hash: &str) -> Result<Option<bool>, StoreError> {
        self.step(|state| Ok(state.tables.codes.get(code_hash).map(|code| code.used_ms.is_some())))
    }

    /// Devices are counted, so that the same run names them the same.
    pub(in crate::store) fn upsert_device(&self, install_id: &str, role: &str) -> Result<String, StoreError> {
        self.step(|state| {
            let known = state.tables.installs.get(install_id).cloned();
            let id = known.unwrap_or_else(|| format!("device-{:06}", state.tables.devices.len() + 1));
            let device =
                DeviceRow { install_id: install_id.to_owned(), role: role.to_owned(), revoked_ms: None };
            state.put(|tables| &mut tables.devices, id.clone(), device);
            state.put(|tables| &mut tables.installs, install_id.to_owned(), id.clone());
            Ok(id)
        })
    }

    pub(in crate::store) fn drop_sites(&self, device_id: &str) -> Result<(), StoreError> {
        self.set(|state| {
            for site in state.tables.sites_of(device_id) {
                state.remove(|tables| &mut tables.device_sites, &pair(device_id, &site));
            }
        })
    }

    pub(in crate::store) fn add_site(&self, device_id: &str, site: &str) -> Result<(), StoreError> {
        self.set(|state| state.put(|tables| &mut tables.device_sites, pair(device_id, site), ()))
    }

    pub(super) fn set(&self, work: impl FnOnce(&mut State)) -> Result<(), StoreError> {
        self.step(|state| {
            work(state);
            Ok(())
        })
    }

    pub(super) fn step<T>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.disk.step(|state| if state.life == self.life { work(state) } else { Err(GONE) })
    }
}

impl Drop for MemoryTx {
    fn drop(&mut self) {
        let mut state = self.disk.lock();
        if state.life == self.life {
            // Nothing is left to take back after a commit.
            state.roll_back();
        }
    }
}

fn row(received: &ReceivedItem, receipt: &Receipt, device_id: &str, install_id: &str) -> ItemRow {
    let item = &received.item;
    let entry = Entry {
        receipt: receipt.clone(),
        device_id: device_id.to_owned(),
        install_id: install_id.to_owned(),
        seq: number(item.seq),
        kind: item.kind.clone(),
        author: item.author.clone(),
        body: item.body.clone(),
        flags: received.flags.join(","),
    };
    ItemRow { entry, site: received.site.clone() }
}
