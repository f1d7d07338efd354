//! A record that is lost all the same is missed: the endpoint's own data show its number as missing.

use rounds::store::{Batch, Store, Table};
use rounds::sync::Wake;
use rounds_simulator::disk::now;
use rounds_simulator::ledger::Ledger;
use rounds_simulator::step::{Deed, Schedule, Step};
use rounds_simulator::{Law, World};

#[test]
fn a_gap_in_the_numbers_is_seen_at_the_endpoint() {
    let mut world = World::new(&Schedule { seed: 1, phones: 1, steps: Vec::new() }, None, false);
    let person = |deed| Step::Person { phone: 0, deed, disk: None };
    world.step(&person(Deed::Enrol { net: None })).unwrap();
    for task in 0..3 {
        world.step(&person(Deed::Finish { task })).unwrap();
    }
    let lost = world.ledger.records().iter().find(|(_, made)| made.seq == 2).unwrap().0.clone();
    // A phone that loses a row, as a browser that clears its storage would.
    now(world.phones[0].disk.commit(Batch::new().delete(Table::Outbox, lost))).unwrap();
    let pass = Step::Pass { phone: 0, wake: Wake::User, second_page: false, net: Vec::new(), disk: None };
    assert_eq!(world.step(&pass).unwrap_err().law, Law::Saved, "the witness sees it on the phone");
    let missing = world.office.look(|shelf| Ledger::missing_numbers(shelf, "install-0000", 4));
    assert_eq!(missing, [2], "and anyone sees it in the endpoint's data");
}
