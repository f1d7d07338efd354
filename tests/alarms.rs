//! The alarms, decided from every combination of facts.

use rounds::domain::alarm::{
    Alarm, Facts, HUSH_MS, KINDS, Loss, Office, Step, Storage, TIGHT_BYTES, TIGHT_DAYS, Urgency, alarms,
    is_hushed,
};
use rounds::domain::clock::ClockFault;

const JUMPED: ClockFault = ClockFault::Jumped { by_ms: -180_000 };

/// Every combination of the facts, each at all of its telling values.
fn every(mut visit: impl FnMut(Facts)) -> usize {
    let storages = [
        Storage::Fine,
        Storage::Stopped,
        Storage::Blocked,
        Storage::Newer,
        Storage::Forbidden,
        Storage::Unreadable,
    ];
    let losses = [None, Some(Loss::Settings), Some(Loss::Records { numbers: 11, unsent: 3 })];
    let rooms =
        [(None, None), (Some(TIGHT_BYTES), Some(TIGHT_DAYS)), (Some(TIGHT_BYTES - 1), None), (None, Some(2))];
    let offices = [Office::Fine, Office::Ended, Office::Revoked, Office::OtherProtocol];
    let both = [false, true];
    let mut count = 0;
    for storage in storages {
        for loss in losses {
            for (room_left, room_days) in rooms {
                for office in offices {
                    for persisted in [None, Some(true), Some(false)] {
                        for set_aside in [0, 4] {
                            for clock in [None, Some(JUMPED)] {
                                // Six yes or no, as the bits of a number.
                                for bits in 0..1_u32 << 6 {
                                    let bit = |at: u32| both[(bits >> at & 1) as usize];
                                    count += 1;
                                    visit(Facts {
                                        storage,
                                        loss,
                                        write_refused: bit(0),
                                        room_left,
                                        room_days,
                                        persisted,
                                        looks_private: bit(1),
                                        in_use: bit(2),
                                        hushed: bit(3),
                                        office,
                                        set_aside,
                                        clock,
                                        other_page: bit(4),
                                        crashed: bit(5),
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    count
}

/// The truth table: which fact alone decides which alarm, written without looking at the code.
fn wanted(f: &Facts) -> Vec<Alarm> {
    let opened = f.storage == Storage::Fine || f.storage == Storage::Stopped;
    let refused = f.persisted == Some(false) && opened;
    let tight = f.room_left.is_some_and(|b| b < TIGHT_BYTES) || f.room_days.is_some_and(|d| d < TIGHT_DAYS);
    let mut all = Vec::new();
    if let Some(Loss::Records { numbers, unsent }) = f.loss {
        all.push(Alarm::Lost { numbers, unsent });
    }
    let rows: [(bool, Alarm); 17] = [
        (f.storage == Storage::Unreadable, Alarm::Unreadable),
        (f.storage == Storage::Stopped, Alarm::Stopped),
        (f.write_refused, Alarm::Full),
        (f.office == Office::Revoked, Alarm::Revoked),
        (f.storage == Storage::Newer, Alarm::OlderThanData),
        (f.office == Office::OtherProtocol, Alarm::OlderThanOffice),
        (f.storage == Storage::Forbidden, Alarm::Forbidden),
        (f.storage == Storage::Blocked, Alarm::Blocked),
        (f.office == Office::Ended, Alarm::EnrolmentEnded),
        (f.set_aside == 4, Alarm::SetAside { count: 4 }),
        (
            tight && !f.write_refused,
            Alarm::Tight {
                megabytes: (f.room_left == Some(TIGHT_BYTES - 1)).then_some(40),
                days: (f.room_days == Some(2)).then_some(2),
            },
        ),
        (f.clock.is_some(), Alarm::Clock(JUMPED)),
        (f.other_page && opened, Alarm::OtherPage),
        (refused && f.looks_private, Alarm::MaybePrivate),
        (refused && !f.looks_private && f.in_use, Alarm::PersistRefused { hushed: f.hushed }),
        (f.loss == Some(Loss::Settings), Alarm::SettingsLost),
        (f.crashed, Alarm::Crashed),
    ];
    all.extend(rows.into_iter().filter_map(|(holds, alarm)| holds.then_some(alarm)));
    all
}

#[test]
fn every_combination_of_facts_gives_what_the_table_says() {
    let mut told = std::collections::HashSet::new();
    let count = every(|facts| {
        let all = alarms(&facts);
        assert_eq!(all, wanted(&facts), "{facts:?}");
        told.extend(all.iter().map(|alarm| alarm.token()));
    });
    assert_eq!(count, 6 * 3 * 4 * 4 * 3 * 2 * 2 * 64);
    assert!(KINDS.iter().all(|kind| told.contains(kind)), "never told: {told:?}");
}

#[test]
fn the_urgent_come_first_and_each_kind_once_and_each_has_a_next_step() {
    every(|facts| {
        let all = alarms(&facts);
        let ranks: Vec<u8> = all.iter().map(|alarm| rank(alarm.urgency())).collect();
        assert!(ranks.is_sorted(), "{all:?}");
        assert!(all.iter().all(|alarm| !alarm.steps().is_empty()), "{all:?}");
        let urgent_first = all.iter().filter(|alarm| matches!(alarm, Alarm::Lost { .. })).count();
        assert!(urgent_first == 0 || matches!(all[0], Alarm::Lost { .. }), "a loss is the worst: {all:?}");
    });
}

fn rank(urgency: Urgency) -> u8 {
    match urgency {
        Urgency::Urgent => 0,
        Urgency::Calm => 1,
        Urgency::Info => 2,
    }
}

#[test]
fn a_phone_with_nothing_against_it_is_left_in_peace() {
    assert_eq!(alarms(&Facts::default()), []);
    let good = Facts {
        persisted: Some(true),
        room_left: Some(10 << 30),
        room_days: Some(400),
        in_use: true,
        ..Facts::default()
    };
    assert_eq!(alarms(&good), []);
    let unused = Facts { persisted: Some(false), ..Facts::default() };
    assert_eq!(alarms(&unused), [], "with nothing to lose, nobody is asked to install");
}

#[test]
fn a_week_of_peace_ends_and_a_changed_clock_does_not_stretch_it() {
    assert!(is_hushed(1_000 + HUSH_MS, 1_000));
    assert!(is_hushed(1_000, 999));
    assert!(!is_hushed(1_000, 1_000));
    assert!(!is_hushed(0, 1_000));
    assert!(!is_hushed(1_001 + HUSH_MS, 1_000), "the clock went back since");
    let hushed = Alarm::PersistRefused { hushed: true };
    assert!(hushed.is_hushed() && !hushed.steps().contains(&Step::Hush));
    let open = Alarm::PersistRefused { hushed: false };
    assert!(!open.is_hushed() && open.steps().contains(&Step::Hush));
}
