//! What can be made to go wrong, and mistakes to plant so that tests are seen to catch them.

use super::Disk;
use super::state::{Fault, State};

/// When a planned fault strikes, seen from the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing was done.
    Before,
    /// All was done, a commit included, but its answer never came.
    After,
}

/// A mistake that an endpoint could have been written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// A commit answers at once and happens with the next one; killed in between, it never does.
    AnswerBeforeCommit,
    /// Record ids are not unique: the same record pushed again is a new row.
    NoUnique,
    /// A commit is not synced; [`Disk::sync`] does it, or a power cut loses it.
    NoSync,
    /// The epoch stays as it is, though the store was restored.
    EpochIgnored,
}

impl Disk {
    /// Makes the `nth` operation from now (1 is the next) fail, and only that one. Operations are
    /// the beginning of a transaction, each step in it, its commit, each query and each file.
    pub fn fail_at(&self, nth: u64, moment: Moment) {
        self.plan_fault(nth, moment, false);
    }

    /// Makes the `nth` operation from now and every later one fail, as if the endpoint died there;
    /// [`Disk::kill`] or [`Disk::power_cut`] ends it, and the next request meets a new start.
    pub fn die_at(&self, nth: u64, moment: Moment) {
        self.plan_fault(nth, moment, true);
    }

    /// How many operations there were so far, failed ones included.
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// True from the planned death on, until the endpoint is killed or loses its power.
    pub fn is_dead(&self) -> bool {
        self.lock().is_dead()
    }

    /// Takes back a planned fault.
    pub fn clear_faults(&self) {
        self.lock().fault = None;
    }

    /// From now on the endpoint has this mistake.
    pub fn plant(&self, plant: Plant) {
        self.lock().plant = Some(plant);
    }

    /// Syncs whatever is not, as an operating system does in its own time.
    pub fn sync(&self) {
        self.lock().sync();
    }

    fn plan_fault(&self, nth: u64, moment: Moment, lasting: bool) {
        let mut state = self.lock();
        let at = state.operations + nth;
        state.fault = Some(Fault { at, moment, lasting });
    }
}

impl State {
    /// Counts an operation, and says whether a fault strikes it.
    pub(super) fn strike(&mut self) -> Option<Moment> {
        self.operations += 1;
        let fault = self.fault?;
        if fault.at > self.operations {
            return None;
        }
        if !fault.lasting {
            self.fault = None;
        }
        // A dead endpoint does nothing more, however it died.
        Some(if fault.at < self.operations { Moment::Before } else { fault.moment })
    }

    fn is_dead(&self) -> bool {
        self.fault.is_some_and(|fault| fault.lasting && fault.at <= self.operations)
    }
}
