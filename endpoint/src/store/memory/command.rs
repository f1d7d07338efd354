//! A backup put back as the `restore` command leaves a store, on the twin.

use super::{Disk, Snapshot};
use crate::store::identity::Counter;
use crate::store::portable;

impl Disk {
    /// As [`Disk::restore`], and as the command does beyond it: an epoch that no phone has seen, no
    /// word of a backup, and no code left that somebody may have used since.
    pub fn restore_by_command(&self, snapshot: &Snapshot, now_ms: i64) {
        self.restore(snapshot);
        let tables = &mut self.lock().tables;
        let raised = portable::raised(tables.counter(Counter::Epoch), now_ms);
        tables.counters.extend([(Counter::Epoch, raised), (Counter::BackupWatermark, 0)]);
        for code in tables.codes.values_mut() {
            code.used_ms.get_or_insert(now_ms);
        }
    }
}
