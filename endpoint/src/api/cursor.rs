//! Where a pull goes on. Opaque to phones; it names the store, its epoch and the sites it is for.

use std::fmt;

use crate::store::Identity;

/// A place in the order of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    store: String,
    epoch: u64,
    scope: String,
    /// The number of the last change that was handed out.
    pub(super) change_seq: u64,
}

impl Cursor {
    pub(super) fn new(identity: &Identity, scope: &str, change_seq: u64) -> Self {
        Self { store: identity.store_id.clone(), epoch: identity.epoch, scope: scope.to_owned(), change_seq }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let cursor = Self {
            store: parts.next()?.to_owned(),
            epoch: parts.next()?.parse().ok()?,
            scope: parts.next()?.to_owned(),
            change_seq: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    /// True when it was made by this store, in this epoch, for these sites.
    pub(super) fn fits(&self, identity: &Identity, scope: &str, newest_change: u64) -> bool {
        self.store == identity.store_id
            && self.epoch == identity.epoch
            && self.scope == scope
            && self.change_seq <= newest_change
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.store, self.epoch, self.scope, self.change_seq)
    }
}
