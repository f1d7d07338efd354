//! A schedule from a seed.

use rounds::sync::Wake;

use crate::dice::Dice;
use crate::step::{Answer, Deed, DiskFault, EVERY, NetFault, OfficeEvent, PhoneEvent, Schedule, Step};
use crate::tasks::{ITEMS, TASKS};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What kind of step comes next.
#[derive(Clone, Copy)]
enum Kind {
    Work,
    Pass,
    SecondPage,
    Arrive,
    Stray,
    Phone,
    Office,
    Wait,
}

/// The schedule of a seed.
pub fn schedule(seed: u64) -> Schedule {
    let mut dice = Dice::of(seed, 1);
    let phones = dice.weighed(&[(4, 1), (4, 2), (2, 3), (1, 4), (1, 6)]);
    // Some worlds are calm but for one kind of trouble, so that its long consequences are seen.
    let trouble = dice.weighed(&[(1, 0), (2, 8), (3, 30), (2, 60)]);
    let mut generator = Generator { dice, phones, trouble };
    let mut steps: Vec<Step> = (0..phones).map(|phone| generator.first_enrolment(phone)).collect();
    let length = generator.dice.between(10, 45);
    while steps.len() < length as usize {
        generator.next(&mut steps);
    }
    Schedule { seed, phones, steps }
}

struct Generator {
    dice: Dice,
    phones: u8,
    /// In a hundred: how often something goes wrong.
    trouble: u64,
}

impl Generator {
    fn next(&mut self, steps: &mut Vec<Step>) {
        let phone = self.dice.small(self.phones);
        let kind = self.dice.weighed(&[
            (34, Kind::Work),
            (34, Kind::Pass),
            (3, Kind::SecondPage),
            (4, Kind::Arrive),
            (3, Kind::Stray),
            (8, Kind::Phone),
            (8, Kind::Office),
            (6, Kind::Wait),
        ]);
        let step = match kind {
            Kind::Work => return self.work(phone, steps),
            Kind::Pass => self.pass(phone, false),
            Kind::SecondPage => self.pass(phone, true),
            Kind::Arrive => Step::Arrive { phone },
            Kind::Stray => Step::Stray,
            Kind::Phone => Step::Phone { phone, event: self.phone_event() },
            Kind::Office => Step::Office(self.office_event()),
            Kind::Wait => {
                Step::Wait { ms: self.dice.pick(&[500, 5_000, 40_000, 70_000, 400_000, 90_000_000]) }
            }
        };
        steps.push(step);
    }

    fn first_enrolment(&mut self, phone: u8) -> Step {
        let net = (self.goes_wrong() && self.dice.one_in(4)).then(|| self.net_fault());
        Step::Person { phone, deed: Deed::Enrol { net }, disk: None }
    }

    /// A piece of work: mostly a whole one, so that there is something to deliver.
    fn work(&mut self, phone: u8, steps: &mut Vec<Step>) {
        let (task, item) = (self.dice.small(TASKS), self.dice.small(ITEMS));
        let draft = |fails| Deed::Draft { task, item, fails };
        let deeds = match self.dice.below(12) {
            0..=3 => vec![draft(false), Deed::Finish { task }],
            4 => vec![self.photo(task, item), draft(true), Deed::Finish { task }],
            5 => vec![self.photo(task, item)],
            6 => vec![draft(self.dice.one_in(2))],
            7 => vec![Deed::Finish { task }],
            8 | 9 => vec![draft(true), Deed::Amend { task, item }],
            10 => vec![Deed::Unphoto { task, item }],
            _ => vec![match self.dice.below(8) {
                0..=3 => Deed::SendAgain,
                4 | 5 => Deed::Export,
                _ => Deed::Enrol { net: self.goes_wrong().then(|| self.net_fault()) },
            }],
        };
        for deed in deeds {
            let disk = self.disk_fault(8);
            steps.push(Step::Person { phone, deed, disk });
        }
    }

    fn photo(&mut self, task: u8, item: u8) -> Deed {
        // A picture is small, but for a few that need more than one chunk.
        let len = if self.dice.one_in(60) { 300_000 } else { self.dice.pick(&[11, 200, 900]) };
        let picture = u16::from(self.dice.small(12));
        Deed::Photo { task, item, picture, len }
    }

    fn pass(&mut self, phone: u8, second_page: bool) -> Step {
        let wake = self.dice.weighed(&[
            (3, Wake::Start),
            (3, Wake::Focus),
            (3, Wake::Online),
            (5, Wake::User),
            (3, Wake::Saved),
            (4, Wake::Timer),
        ]);
        let mut net = Vec::new();
        while net.len() < 3 && self.goes_wrong() {
            let at = if self.dice.one_in(4) { EVERY } else { self.dice.small(6) };
            net.push((at, self.net_fault()));
        }
        let disk = self.disk_fault(60);
        Step::Pass { phone, wake, second_page, net, disk }
    }

    fn goes_wrong(&mut self) -> bool {
        self.dice.below(100) < self.trouble
    }

    fn disk_fault(&mut self, calls: u8) -> Option<DiskFault> {
        if !self.goes_wrong() || !self.dice.one_in(3) {
            return None;
        }
        let (nth, after) = (self.dice.small(calls) + 1, self.dice.one_in(2));
        Some(match self.dice.below(4) {
            0 => DiskFault::Fails { nth, after: false, full: true },
            1 => DiskFault::Fails { nth, after, full: false },
            _ => DiskFault::Dies { nth, after },
        })
    }

    fn net_fault(&mut self) -> NetFault {
        let (nth, after) = (self.dice.small(24) + 1, self.dice.one_in(2));
        match self.dice.below(20) {
            0 | 1 => NetFault::Cut,
            2 | 3 => NetFault::Lost,
            4 => NetFault::TimedOut,
            5 => NetFault::TimedOutAfter,
            6 | 7 => NetFault::Held,
            8 => NetFault::AnswerHeld,
            9 => NetFault::Doubled,
            10 => NetFault::Strayed,
            11 | 12 => NetFault::Truncated(u16::try_from(self.dice.below(1000)).expect("below a thousand")),
            13..=16 => NetFault::Instead(self.answer()),
            17 | 18 => NetFault::Killed { nth, after },
            _ => NetFault::PowerCut { nth, after },
        }
    }

    fn answer(&mut self) -> Answer {
        let busy = |status, retry_after_s| Answer::Busy { status, retry_after_s };
        self.dice.pick(&[
            Answer::Portal(200),
            Answer::Portal(204),
            Answer::Portal(302),
            Answer::TokenExpired,
            Answer::Revoked,
            Answer::TooLarge,
            Answer::TooLarge,
            Answer::Foreign(401),
            Answer::Foreign(403),
            Answer::Foreign(413),
            Answer::Foreign(413),
            Answer::Foreign(500),
            Answer::Foreign(502),
            busy(429, None),
            busy(429, Some(30)),
            busy(503, None),
            busy(503, Some(120)),
        ])
    }

    fn phone_event(&mut self) -> PhoneEvent {
        let ahead = if self.dice.one_in(2) { 1 } else { -1 };
        match self.dice.below(12) {
            0..=3 => PhoneEvent::Killed,
            4..=6 => PhoneEvent::Clock(ahead * self.jump()),
            7 => PhoneEvent::Full(true),
            8 => PhoneEvent::Full(false),
            9 | 10 => PhoneEvent::SignedIn(self.dice.small(3)),
            _ => PhoneEvent::Upgraded,
        }
    }

    fn jump(&mut self) -> i64 {
        self.dice.pick(&[90_000, 3_600_000, 2 * 3_600_000 - 60_000, DAY_MS, 400 * DAY_MS, 3_650 * DAY_MS])
    }

    fn office_event(&mut self) -> OfficeEvent {
        let ahead = if self.dice.one_in(3) { -1 } else { 1 };
        match self.dice.below(24) {
            0..=4 => OfficeEvent::Killed,
            5..=8 => OfficeEvent::PowerCut,
            9..=12 => OfficeEvent::Backup,
            13..=16 => OfficeEvent::Restored { back: self.dice.small(3) },
            17 => OfficeEvent::Replaced,
            18 | 19 => OfficeEvent::Clock(ahead * self.jump()),
            20 | 21 => OfficeEvent::Revoked(self.dice.small(self.phones)),
            _ => OfficeEvent::Planned(self.dice.small(200)),
        }
    }
}
