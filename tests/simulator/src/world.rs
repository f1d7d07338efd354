//! The world: phones, a network, an endpoint, and time. It carries out the steps of a schedule and
//! lets the witness judge after each.

use std::cell::Cell;
use std::rc::Rc;

use crate::counts::Counts;
use crate::dice::Dice;
use crate::law::Broken;
use crate::ledger::Ledger;
use crate::office::Office;
use crate::phone::{Held, Phone};
use crate::plant::Plant;
use crate::step::{OfficeEvent, PhoneEvent, Schedule, Step};
use crate::trace::Trace;
use crate::{schema, wire};

use rounds::sync::transport::{Request, TransportError};

/// When every world begins: 2026-11-23, noon in China.
pub const BEGINNING_MS: u64 = 1_795_406_400_000;
/// A phone that waits for an answer gives up after this.
const PATIENCE_MS: u64 = 60_000;

/// The world.
pub struct World {
    /// The phones.
    pub phones: Vec<Phone>,
    /// The endpoint.
    pub office: Office,
    /// The witness's book.
    pub ledger: Ledger,
    /// What happened.
    pub counts: Counts,
    /// What was seen.
    pub trace: Trace,
    pub(crate) plant: Option<Plant>,
    pub(crate) clock: Rc<Cell<u64>>,
    pub(crate) strays: Vec<Request>,
    pub(crate) first_seen: Vec<Option<(String, u64)>>,
    pub(crate) is_office_changed: bool,
    /// The last store and epoch that the endpoint told of.
    pub(crate) told_epoch: (String, u64),
    pub(crate) dice: Dice,
}

impl World {
    /// A world as a schedule begins.
    pub fn new(schedule: &Schedule, plant: Option<Plant>, keeps_words: bool) -> Self {
        let clock = Rc::new(Cell::new(BEGINNING_MS));
        let count = usize::from(schedule.phones);
        let office = Office::new(BEGINNING_MS);
        if let Some(plant) = plant.and_then(Plant::at_office) {
            office.plant(plant);
        }
        Self {
            phones: (0..count).map(|nth| Phone::new(nth, schedule.seed, &clock)).collect(),
            office,
            ledger: Ledger::default(),
            counts: Counts::default(),
            trace: Trace::new(keeps_words),
            plant,
            clock,
            strays: Vec::new(),
            first_seen: vec![None; count],
            is_office_changed: false,
            told_epoch: (String::new(), 1),
            dice: Dice::of(schedule.seed, 7),
        }
    }

    /// Carries out one step, and judges.
    ///
    /// # Errors
    /// The law that it broke.
    pub fn step(&mut self, step: &Step) -> Result<(), Broken> {
        self.counts.add("steps");
        match step {
            Step::Person { phone, deed, disk } => self.person(self.nth(*phone), deed, *disk)?,
            Step::Pass { phone, wake, second_page, net, disk } => {
                self.pass(self.nth(*phone), *wake, *second_page, net, *disk);
            }
            Step::Arrive { phone } => self.arrive(self.nth(*phone)),
            Step::Stray => self.stray(),
            Step::Phone { phone, event } => self.befall_phone(self.nth(*phone), *event)?,
            Step::Office(event) => self.befall_office(*event),
            Step::Wait { ms } => self.wait(*ms),
        }
        self.judge()
    }

    /// Judges what changed.
    ///
    /// # Errors
    /// The law that was broken.
    pub fn judge(&mut self) -> Result<(), Broken> {
        let watermark = self.office.watermark();
        for (nth, phone) in self.phones.iter().enumerate() {
            self.ledger.look_at_phone(nth, &phone.disk, watermark)?;
        }
        if std::mem::take(&mut self.is_office_changed) {
            let ledger = &self.ledger;
            self.office.look(|shelf| ledger.look_at_office(shelf))?;
        }
        Ok(())
    }

    /// A phone of this world, whatever number is asked for.
    pub(crate) fn nth(&self, phone: u8) -> usize {
        usize::from(phone) % self.phones.len()
    }

    /// Time goes by.
    pub(crate) fn pass_time(&self, ms: u64) {
        self.clock.set(self.clock.get() + ms);
        self.office.pass(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    /// A phone dies or its app is closed: what is on disk stays.
    pub(crate) fn bury(&mut self, nth: usize) {
        for flight in [self.phones[nth].first.take(), self.phones[nth].second.take()].into_iter().flatten() {
            // A request that left the phone may still arrive.
            if let Some(Held::Request(request)) = flight.held {
                self.strays.push(request);
            }
        }
        self.phones[nth].die();
    }

    fn wait(&mut self, ms: u64) {
        self.pass_time(ms);
        self.counts.add("time passed");
        if ms < PATIENCE_MS {
            return;
        }
        for nth in 0..self.phones.len() {
            for second in [false, true] {
                let slot = if second { &mut self.phones[nth].second } else { &mut self.phones[nth].first };
                let Some(mut flight) = slot.take() else { continue };
                if let Some(Held::Request(request)) = flight.held.take() {
                    self.strays.push(request);
                }
                self.counts.add("gave up waiting");
                flight.wire.answer(Err(TransportError::Timeout));
                self.fly(nth, flight, second, &[]);
            }
        }
    }

    pub(crate) fn arrive(&mut self, nth: usize) {
        for second in [false, true] {
            let phone = &mut self.phones[nth];
            let slot = if second { &mut phone.second } else { &mut phone.first };
            let Some(mut flight) = slot.take() else { continue };
            let reply = match flight.held.take() {
                Some(Held::Request(request)) => {
                    self.counts.add("late request arrived");
                    self.deliver(nth, &request)
                }
                Some(Held::Answer(reply)) => {
                    self.counts.add("late answer arrived");
                    reply
                }
                None => wire::cut(),
            };
            flight.wire.answer(reply);
            self.fly(nth, flight, second, &[]);
        }
    }

    pub(crate) fn stray(&mut self) {
        if self.strays.is_empty() {
            return;
        }
        let at = usize::try_from(self.dice.below(self.strays.len() as u64)).expect("an index");
        let request = self.strays.swap_remove(at);
        self.counts.add("stray arrived");
        // Nobody waits for its answer any more; the witness sees it all the same.
        let _ = self.deliver(usize::MAX, &request);
    }

    fn befall_phone(&mut self, nth: usize, event: PhoneEvent) -> Result<(), Broken> {
        match event {
            PhoneEvent::Killed => {
                self.counts.add("app killed");
                self.bury(nth);
            }
            PhoneEvent::Clock(ms) => {
                self.counts.add(if ms < 0 { "clock back" } else { "clock ahead" });
                self.phones[nth].jump(ms);
            }
            PhoneEvent::Full(is_full) => self.phones[nth].disk.set_full(is_full),
            PhoneEvent::SignedIn(person) => {
                self.counts.add("person changed");
                self.phones[nth].author = format!("person-{person}");
            }
            PhoneEvent::Upgraded => {
                self.judge()?;
                self.bury(nth);
                self.counts.add("new version");
                let phone = &mut self.phones[nth];
                phone.disk = crate::disk::Disk::holding(schema::upgraded(&phone.disk.rows));
                self.ledger.look_at_all_of(nth, &phone.disk)?;
            }
        }
        Ok(())
    }

    fn befall_office(&mut self, event: OfficeEvent) {
        self.is_office_changed = true;
        match event {
            OfficeEvent::Killed => {
                self.counts.add("endpoint killed");
                self.office.restart(false);
            }
            OfficeEvent::PowerCut => {
                self.counts.add("power cut");
                self.office.restart(true);
            }
            OfficeEvent::Backup => {
                self.counts.add("backup");
                self.office.back_up();
            }
            OfficeEvent::Restored { back } => {
                let owed = self.ledger.owed();
                self.office.restore(back);
                self.put_back(owed, "restored", "restored with a loss");
            }
            OfficeEvent::Replaced => {
                let owed = self.ledger.owed();
                self.office.replace();
                self.put_back(owed, "replaced", "replaced with a loss");
            }
            OfficeEvent::Clock(ms) => {
                self.counts.add("endpoint's clock jumped");
                self.office.pass(ms);
            }
            OfficeEvent::Revoked(phone) => {
                let nth = self.nth(phone);
                if let Some(device_id) = self.device_of(nth) {
                    self.counts.add("revoked");
                    self.office.revoke(&device_id);
                }
            }
            OfficeEvent::Planned(nth) => {
                self.counts.add("work planned");
                self.office.plan(nth);
            }
        }
    }

    fn put_back(&mut self, owed: usize, what: &'static str, with_loss: &'static str) {
        let ledger = &mut self.ledger;
        self.office.look(|shelf| ledger.restored(shelf));
        self.counts.add(what);
        if self.ledger.owed() < owed {
            self.counts.add(with_loss);
        }
    }
}
