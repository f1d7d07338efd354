//! What people do, written down by the witness as the screen told it.

use rounds::store::finish::FinishError;
use rounds::store::outbox::RecordState;
use rounds::store::{Store, StoreError, Table};
use rounds::sync::export::{Export, export};

use crate::disk::now;
use crate::law::{Broken, Law};
use crate::person::{Change, Person, picture};
use crate::plant::Plant;
use crate::step::{Deed, DiskFault};
use crate::world::World;

impl World {
    /// A person does something.
    pub(crate) fn person(&mut self, nth: usize, deed: &Deed, disk: Option<DiskFault>) -> Result<(), Broken> {
        self.phones[nth].disk.plan(disk);
        match deed {
            Deed::Photo { task, item, picture: which, len } => {
                let done = self.with_person(nth, |mut person| {
                    now(person.photograph(*task, *item, picture(*which, *len)))
                });
                if let Ok((sha256, change)) = done {
                    self.counts.add("photos taken");
                    self.ledger.photographed(nth, sha256);
                    self.drafted(nth, change);
                }
            }
            Deed::Draft { task, item, fails } => {
                let done = self.with_person(nth, |mut person| now(person.judge(*task, *item, *fails)));
                if let Ok(change) = done {
                    self.drafted(nth, change);
                }
            }
            Deed::Unphoto { task, item } => {
                let done = self.with_person(nth, |mut person| now(person.take_photos_out(*task, *item)));
                self.unphotographed(nth, done);
            }
            Deed::Finish { task } => {
                let before = self.ledger.records().len();
                let done = self.with_person(nth, |mut person| now(person.finish(*task)));
                self.recorded(nth, before, &done, "tasks finished")?;
            }
            Deed::Amend { task, item } => {
                let before = self.ledger.records().len();
                let done = self.with_person(nth, |mut person| now(person.amend(*task, *item)));
                self.recorded(nth, before, &done, "corrections")?;
            }
            Deed::Enrol { net } => {
                self.enrol(nth, *net);
            }
            Deed::SendAgain => {
                if let Ok(tapped) = self.with_person(nth, |mut person| now(person.send_again())) {
                    self.counts.add_many("sent again", tapped);
                }
            }
            Deed::Export => self.exported(nth)?,
        }
        self.after_disk_fault(nth, disk);
        Ok(())
    }

    pub(crate) fn with_person<T>(&mut self, nth: usize, act: impl FnOnce(Person<'_>) -> T) -> T {
        let phone = &mut self.phones[nth];
        let (now_ms, author) = (phone.now_ms(), phone.author.clone());
        act(Person { disk: &phone.disk, author, now_ms, dice: &mut phone.dice })
    }

    fn drafted(&mut self, nth: usize, change: Change) {
        self.counts.add(if change.saved.is_ok() { "drafts saved" } else { "drafts not saved" });
        let says_saved = change.saved.is_ok() || self.plant == Some(Plant::SavedTooEarly);
        self.ledger.drafted(nth, change.kept, says_saved);
    }

    fn unphotographed(&mut self, nth: usize, done: Result<Change, StoreError>) {
        if let Ok(change) = done {
            self.counts.add("photos taken out");
            self.drafted(nth, change);
        }
    }

    /// A task was called finished, or a correction recorded: there must be something to show for it.
    fn recorded(
        &mut self,
        nth: usize,
        before: usize,
        done: &Result<(), FinishError>,
        what: &'static str,
    ) -> Result<(), Broken> {
        self.ledger.look_at_phone(nth, &self.phones[nth].disk, self.office.watermark())?;
        let made = self.ledger.records().len() - before;
        self.counts.add_many("records made", made as u64);
        match done {
            Ok(()) if made == 0 => Err(Law::Saved.broken("a task was called finished without a record")),
            Ok(()) => {
                self.counts.add(what);
                Ok(())
            }
            Err(FinishError::Store(_)) => {
                self.counts.add(if made == 0 { "not finished" } else { "finished, and not told so" });
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }

    /// The file holds all that has no receipt, byte for byte.
    fn exported(&mut self, nth: usize) -> Result<(), Broken> {
        let disk = &self.phones[nth].disk;
        let Ok(text) = now(export(disk, "2026-11-23T12:00:00Z")) else { return Ok(()) };
        let file: Export = serde_json::from_str(&text)
            .map_err(|error| Law::Saved.broken(format!("the export cannot be read: {error}")))?;
        for (id, made) in self.ledger.records() {
            if made.phone != nth || made.is_let_go {
                continue;
            }
            let row = now(disk.rows.get(Table::Outbox, id)).expect("the rows themselves never fail");
            if row.is_none_or(|row| row.group == RecordState::Received.group()) {
                continue;
            }
            let has = file.records.iter().any(|item| {
                item.item_id == *id && item.body == made.record.body && item.author == made.record.author
            });
            if !has {
                return Err(Law::Saved.broken(format!("{id} is not in the export")));
            }
        }
        self.counts.add("exports");
        self.counts.add_many("records exported", file.records.len() as u64);
        Ok(())
    }
}
