//! The steps of a transaction on tokens.

use super::tables::{TokenRow, pair};
use super::tx::MemoryTx;
use crate::store::StoreError;
use crate::store::tokens::Stage;

impl MemoryTx {
    pub(in crate::store) fn add_token(
        &self,
        device_id: &str,
        hash: &str,
        expires_ms: i64,
        stage: Stage,
    ) -> Result<(), StoreError> {
        let row = TokenRow { device_id: device_id.to_owned(), expires_ms, stage };
        self.set(|state| {
            state.put(|tables| &mut tables.tokens, hash.to_owned(), row);
            state.put(|tables| &mut tables.tokens_of, pair(device_id, hash), ());
        })
    }

    pub(in crate::store) fn drop_tokens(&self, device_id: &str) -> Result<(), StoreError> {
        self.set(|state| {
            for hash in state.tables.token_hashes(device_id) {
                state.remove(|tables| &mut tables.tokens, &hash);
                state.remove(|tables| &mut tables.tokens_of, &pair(device_id, &hash));
            }
        })
    }

    pub(in crate::store) fn count_fresh(
        &self,
        device_id: &str,
        expires_after: i64,
    ) -> Result<i64, StoreError> {
        self.step(|state| {
            let hashes = state.tables.token_hashes(device_id);
            let rows = hashes.iter().filter_map(|hash| state.tables.tokens.get(hash));
            let fresh = rows.filter(|row| row.stage == Stage::Fresh && row.expires_ms > expires_after);
            Ok(i64::try_from(fresh.count()).unwrap_or(i64::MAX))
        })
    }

    pub(in crate::store) fn first_use(&self, device_id: &str, hash: &str) -> Result<(), StoreError> {
        self.set(|state| {
            if state.tables.tokens.get(hash).is_none_or(|row| row.stage != Stage::Fresh) {
                return;
            }
            for other in state.tables.token_hashes(device_id) {
                let Some(mut row) = state.tables.tokens.get(&other).cloned() else { continue };
                row.stage = if other == hash { Stage::InUse } else { Stage::Replaced };
                state.put(|tables| &mut tables.tokens, other, row);
            }
        })
    }
}
