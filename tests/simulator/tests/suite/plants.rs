//! Every planted mistake is caught, by the law that it breaks: laws that nothing can break say nothing.

use rounds_simulator::{Law, Order, Plant, run_many};

/// Within so many schedules.
const SCHEDULES: u64 = 3000;

fn is_caught(plant: Plant, by: &[Law]) {
    let tally = run_many(Order { plant: Some(plant), ..Order::of(0, SCHEDULES) });
    let (seed, broken) = tally.broken.first().expect("a planted mistake breaks a law");
    assert!(by.contains(&broken.law), "{plant:?} was caught by another law, in seed {seed}: {broken}");
    println!("{plant:?} caught in schedule {} (seed {seed}): {broken}", tally.schedules);
}

macro_rules! plants {
    ($($name:ident $plant:ident [$($law:ident)*])*) => {
        $(
            #[test]
            fn $name() {
                is_caught(Plant::$plant, &[$(Law::$law),*]);
            }
        )*

        #[test]
        fn every_mistake_has_its_test() {
            let tested = [$(Plant::$plant),*];
            assert!(Plant::ALL.iter().all(|plant| tested.contains(plant)));
        }
    };
}

plants! {
    receipt_before_commit ReceiptBeforeCommit [Receipted Photos]
    missing_unique NoUnique [Receipted]
    no_fsync NoSync [Receipted Photos]
    epoch_ignored EpochIgnored [Receipted Gap Stuck]
    delete_before_receipt DeletedBeforeReceipt [Saved]
    batch_dropped_on_a_refusal BatchDropped [Saved]
    number_used_again SeqReused [Gap]
    body_written_anew BodyRewritten [Receipted]
    author_rewritten AuthorRewritten [Author]
    receipt_not_checked ReceiptNotChecked [Receipted Gap]
    other_store_not_noticed StoreNotNoticed [Receipted Gap]
    saved_said_too_early SavedTooEarly [Saved]
    photo_dropped_with_its_record PhotoDroppedWithRecord [Photos Stuck]
}
