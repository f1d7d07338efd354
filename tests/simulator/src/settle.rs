//! After the faults: the endpoint is there, the network works, people do what the screen asks them,
//! and everything must come through.

use rounds::store::{NEXT_SEQ, Store, Table, outbox};
use rounds::sync::{Phase, Wake};

use crate::disk::now;
use crate::law::{Broken, Law};
use crate::ledger::Ledger;
use crate::tasks::TASKS;
use crate::world::World;

const MINUTE_MS: u64 = 60 * 1000;
/// Within so long all queues are empty.
const QUEUES_MS: u64 = 10 * MINUTE_MS;
/// Within so long each phone has also heard of what others found out: a restored store is told of
/// at its next look.
const LOOKS_MS: u64 = 7 * MINUTE_MS;
/// No phone wakes so often that this many passes would not do.
const PASSES: usize = 400;

impl World {
    /// Lets everything come to rest, and judges the end.
    ///
    /// # Errors
    /// The law that was broken.
    pub fn settle(&mut self) -> Result<(), Broken> {
        self.trace.say(|| "  the faults stop".to_owned());
        self.let_all_through()?;
        let end = self.clock.get() + QUEUES_MS;
        self.run_until(end)?;
        self.queues_are_empty()?;
        self.run_until(end + LOOKS_MS)?;
        // The next opening of each app looks back at what was received.
        for nth in 0..self.phones.len() {
            self.bury(nth);
            self.pass(nth, Wake::Start, false, &[], None);
            self.judge()?;
        }
        let end = self.clock.get() + QUEUES_MS;
        self.run_until(end)?;
        self.queues_are_empty()?;
        self.judge_all()
    }

    fn let_all_through(&mut self) -> Result<(), Broken> {
        for nth in 0..self.phones.len() {
            self.phones[nth].disk.set_full(false);
            self.arrive(nth);
            self.judge()?;
        }
        while !self.strays.is_empty() {
            self.stray();
            self.judge()?;
        }
        for nth in 0..self.phones.len() {
            if self.phones[nth].is_closed {
                self.pass(nth, Wake::Start, false, &[], None);
                self.judge()?;
            }
            let tapped = self.with_person(nth, |mut person| now(person.send_again()));
            if tapped.is_ok_and(|tapped| tapped > 0) {
                self.counts.add("sent again at the end");
                self.pass(nth, Wake::User, false, &[], None);
            }
            self.enrol_if_asked(nth)?;
        }
        Ok(())
    }

    /// Wakes each phone when it wants to be woken, until a time.
    fn run_until(&mut self, end: u64) -> Result<(), Broken> {
        for _ in 0..PASSES * self.phones.len() {
            let rings =
                self.phones.iter().enumerate().filter_map(|(nth, phone)| Some((phone.rings_at?, nth)));
            let Some((at, nth)) = rings.min().filter(|(at, _)| *at <= end) else {
                self.pass_time(end.saturating_sub(self.clock.get()));
                return Ok(());
            };
            self.pass_time(at.saturating_sub(self.clock.get()));
            self.phones[nth].rings_at = None;
            self.pass(nth, Wake::Timer, false, &[], None);
            self.enrol_if_asked(nth)?;
            self.judge()?;
        }
        Err(Law::Stuck.broken("phones wake without end"))
    }

    fn enrol_if_asked(&mut self, nth: usize) -> Result<(), Broken> {
        if !matches!(self.phones[nth].status().phase, Phase::NeedsEnrolment | Phase::Revoked) {
            return Ok(());
        }
        if !self.enrol(nth, None) {
            return Err(Law::Stuck.broken(format!("phone {nth} cannot enrol")));
        }
        self.counts.add("enrolled again at the end");
        self.pass(nth, Wake::User, false, &[], None);
        self.judge()
    }

    fn queues_are_empty(&self) -> Result<(), Broken> {
        for (nth, phone) in self.phones.iter().enumerate() {
            let counts = now(outbox::counts(&phone.disk.rows)).expect("the rows themselves never fail");
            if counts.pending_records() + counts.pending_photos() > 0 {
                let words = format!("phone {nth} still has {counts:?}, and says {:?}", phone.status());
                return Err(Law::Stuck.broken(words));
            }
        }
        Ok(())
    }

    /// All laws at once.
    fn judge_all(&mut self) -> Result<(), Broken> {
        self.is_office_changed = true;
        self.judge()?;
        for (nth, phone) in self.phones.iter().enumerate() {
            self.ledger.look_at_all_of(nth, &phone.disk)?;
            let tasks =
                now(phone.disk.rows.count(Table::Tasks, None)).expect("the rows themselves never fail");
            if tasks < u64::from(TASKS) {
                return Err(Law::Stuck.broken(format!("phone {nth} has {tasks} tasks")));
            }
            let next =
                now(phone.disk.rows.get(Table::Meta, NEXT_SEQ)).expect("the rows themselves never fail");
            let next = next.and_then(|row| row.json.parse().ok()).unwrap_or(1);
            let install_id = &phone.install_id;
            let (missing, is_another) = self
                .office
                .look(|shelf| (Ledger::missing_numbers(shelf, install_id, next), shelf.is_another));
            if !missing.is_empty() && !is_another {
                return Err(Law::Gap.broken(format!("numbers {missing:?} of phone {nth} are missing")));
            }
        }
        let ledger = &self.ledger;
        self.office.look(|shelf| ledger.look_at_end(shelf))
    }
}
