//! Random schedules of faults: once they stop, everything is at the endpoint, once.

use proptest::prelude::*;
use rounds::store::memory::Moment;
use rounds::sync::transport::Response;
use rounds::sync::{Driver, Wake};

use crate::support::fake_endpoint::{Fault, PORTAL, page, problem};
use crate::support::sync_phone::{Phone, picture, record};

#[derive(Clone, Debug)]
enum Happening {
    Finish { photo: Option<u8> },
    Pass(Wake),
    Network(Fault),
    Die { nth: u64, after: bool },
    Restore { keep: usize },
    Clock { ms: i64 },
}

fn fault() -> impl Strategy<Value = Fault> {
    let after = Response {
        headers: vec![("retry-after".to_owned(), "3".to_owned())],
        ..problem("store-unavailable", 503, true)
    };
    prop_oneof![
        Just(Fault::None),
        Just(Fault::Cut),
        Just(Fault::Lost),
        Just(Fault::TimedOut),
        Just(Fault::Truncated),
        Just(Fault::Instead(page(200, PORTAL))),
        Just(Fault::Instead(page(204, ""))),
        Just(Fault::Instead(page(302, ""))),
        Just(Fault::Instead(page(500, ""))),
        Just(Fault::Instead(page(409, ""))),
        Just(Fault::Instead(page(413, ""))),
        Just(Fault::Instead(problem("wrong-hash", 422, false))),
        Just(Fault::Instead(problem("token-expired", 401, false))),
        Just(Fault::Instead(after)),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let wakes = [Wake::Start, Wake::Focus, Wake::Online, Wake::User, Wake::Saved, Wake::Timer];
    prop_oneof![
        3 => proptest::option::of(0_u8..6).prop_map(|photo| Happening::Finish { photo }),
        4 => proptest::sample::select(wakes.to_vec()).prop_map(Happening::Pass),
        5 => fault().prop_map(Happening::Network),
        1 => (1_u64..40, any::<bool>()).prop_map(|(nth, after)| Happening::Die { nth, after }),
        1 => (0_usize..8).prop_map(|keep| Happening::Restore { keep }),
        1 => (-400_000_000_000_i64..400_000_000_000).prop_map(|ms| Happening::Clock { ms }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_schedule_ends_with_each_record_there_once(
        schedule in proptest::collection::vec(happening(), 1..40),
    ) {
        let mut phone = Phone::new();
        let mut finished = 0;
        let mut pictures = std::collections::BTreeSet::new();
        for happening in schedule {
            match happening {
                Happening::Finish { photo } => {
                    let photos: Vec<_> = photo
                        .map(|seed| phone.take_photo(picture(200_000 + 90_000 * usize::from(seed), seed)))
                        .into_iter()
                        .collect();
                    pictures.extend(photos.iter().map(|photo| photo.sha256.clone()));
                    phone.finish(&[record(&format!("r-{finished:04}"), &photos)]);
                    finished += 1;
                }
                Happening::Pass(wake) => {
                    phone.pass(wake);
                }
                Happening::Network(fault) => phone.endpoint.state.borrow_mut().faults.push_back(fault),
                Happening::Die { nth, after } => {
                    let moment = if after { Moment::After } else { Moment::Before };
                    phone.store.die_at(nth, moment);
                    phone.pass(Wake::User);
                    phone.store = phone.store.after_crash();
                    phone.driver = Driver::new();
                }
                Happening::Restore { keep } => restore(&phone, keep),
                Happening::Clock { ms } => {
                    let now = phone.edge.now_ms.get();
                    phone.edge.now_ms.set(now.saturating_add_signed(ms));
                }
            }
            prop_assert_eq!(phone.held(), finished, "nothing ever leaves the phone by an error");
        }
        phone.endpoint.state.borrow_mut().faults.clear();
        // What faults set aside, a person sends again.
        phone.take_back();
        phone.pass(Wake::User);
        phone.settle(12);
        phone.assert_delivered(finished, pictures.len());
    }
}

/// The endpoint is put back to a backup with its first records.
fn restore(phone: &Phone, keep: usize) {
    let mut state = phone.endpoint.state.borrow_mut();
    let mut by_number: Vec<(u64, String)> =
        state.items.iter().map(|(id, (_, receipt))| (receipt.server_seq, id.clone())).collect();
    by_number.sort_unstable();
    for (_, id) in by_number.split_off(keep.min(by_number.len())) {
        state.items.remove(&id);
        state.inserts.remove(&id);
    }
    state.server_seq = by_number.last().map_or(0, |(number, _)| *number);
    state.whole.clear();
    state.blobs.clear();
}

impl Phone {
    fn held(&self) -> usize {
        let counts = self.counts();
        usize::try_from(counts.pending_records() + counts.records_received).unwrap()
    }

    fn take_back(&self) {
        use crate::support::sync_phone::block_on;
        use rounds::store::{outbox, photos};
        for entry in block_on(outbox::queue(&self.store, 0)).unwrap().entries {
            block_on(outbox::retry_blocked(&self.store, &entry.record.item_id)).unwrap();
        }
        let blocked = photos::photos_in(&self.store, photos::PhotoState::Blocked, 100);
        for photo in block_on(blocked).unwrap() {
            block_on(photos::retry_blocked_photo(&self.store, &photo.sha256)).unwrap();
        }
    }
}
