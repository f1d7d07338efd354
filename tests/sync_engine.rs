//! The engine by itself: events in, effects out, no store and no network.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use rounds::domain::text::Text;
use rounds::store::StoreError;
use rounds::store::draft::Stamp;
use rounds::store::identity::{Enrolment, PullState, StoreSeen};
use rounds::store::outbox::{NewRecord, OutboxRecord, Unsent, Verdict};
use rounds::store::photos::{Photo, PhotoMeta, PhotoState};
use rounds::sync::engine::{Effect, Engine, Event, Now, PhoneView};
use rounds::sync::protocol::PushRequest;
use rounds::sync::transport::{Response, TransportError};
use rounds::sync::{Phase, Wake};

const NOW: Now = Now { ms: 1_790_000_000_000, random: 1 << 40 };

fn phone() -> Event {
    Event::Phone(Some(Box::new(PhoneView {
        install_id: "install-1".to_owned(),
        enrolment: Enrolment {
            device_id: "device-1".to_owned(),
            token: "token-1".to_owned(),
            role: "butler".to_owned(),
            sites: Vec::new(),
            origin: String::new(),
        },
        seen: StoreSeen::default(),
        pull: PullState { cursor: Some("7".to_owned()), met: None, is_whole: true },
    })))
}

fn unsent(count: usize) -> Event {
    let record = |nth: usize| {
        let new = NewRecord {
            item_id: format!("r-{nth}"),
            kind: "result".to_owned(),
            schema: 1,
            author: "butler-01".to_owned(),
            captured: Stamp::default(),
            blobs: Vec::new(),
            supersedes: None,
            task: "t1".to_owned(),
            title: Text::new("门", "Door"),
            created_ms: NOW.ms,
        };
        (nth as u64 + 1, OutboxRecord::new(new, &nth))
    };
    let records: Vec<_> = (0..count).map(record).collect();
    Event::Unsent(Unsent { next_seq: count as u64 + 1, pending: count as u64, records })
}

fn ok(json: &str) -> Event {
    Event::Replied(Ok(Response { status: 200, headers: Vec::new(), body: json.as_bytes().to_vec() }))
}

fn push_answer(outcomes: &str) -> Event {
    ok(&format!("{{\"store_id\":\"s\",\"epoch\":1,\"backup_watermark\":4,\"outcomes\":[{outcomes}]}}"))
}

fn pull_answer() -> Event {
    ok("{\"cursor\":\"8\",\"more\":false,\"records\":[]}")
}

#[test]
fn a_pass_goes_text_then_pull_then_photos_then_tidying() {
    let mut engine = Engine::new();
    let mut step = |event| engine.step(NOW, event);
    assert_eq!(step(Event::Wake(Wake::Start)), Effect::ReadPhone { all_due: false });
    assert_eq!(step(phone()), Effect::ReadUnsent(100));
    let Effect::Send(push) = step(unsent(2)) else { panic!("a push") };
    assert_eq!(push.path, "/v1/push");
    assert_eq!(push.header("authorization"), Some("Bearer token-1"));
    let body: PushRequest = serde_json::from_slice(&push.body).unwrap();
    assert_eq!((body.protocol, body.items.len(), body.next_seq, body.pending), (1, 2, 3, 2));
    let receipt = format!(
        "{{\"item_id\":\"r-0\",\"status\":\"stored\",\"receipt\":{{\"item_id\":\"r-0\",\
         \"body_sha256\":\"{}\",\"server_seq\":9,\"store_id\":\"s\",\"epoch\":1,\
         \"received_at\":\"2026-09-21T00:00:00Z\"}}}}",
        body.items[0].body_sha256
    );
    let rejected = "{\"item_id\":\"r-1\",\"status\":\"rejected\",\"problem\":{\"type\":\
                    \"urn:rounds:problem:id-reuse\",\"title\":\"\",\"status\":409,\"detail\":\"\",\
                    \"retryable\":false}}";
    let settle = step(push_answer(&format!("{receipt},{rejected}")));
    let Effect::Settle(settlement) = settle else { panic!("{settle:?}") };
    assert!(
        matches!(&settlement.verdicts[0], (id, Verdict::Received(note)) if id == "r-0" && note.server_seq == 9)
    );
    assert!(
        matches!(&settlement.verdicts[1], (id, Verdict::Blocked(note)) if id == "r-1" && note.code == "id-reuse")
    );
    assert_eq!(settlement.seen.unwrap().server_seq, 9);
    assert!(!settlement.offer_again, "the first store ever seen is no other store");
    assert_eq!(step(Event::Saved), Effect::ReadUnsent(100));
    let Effect::Send(pull) = step(unsent(0)) else { panic!("a pull") };
    assert_eq!(pull.path, "/v1/pull?cursor=7");
    assert!(matches!(step(pull_answer()), Effect::SavePull(page) if page.cursor == "8"));
    assert_eq!(step(Event::Saved), Effect::ReadPhotos(100));
    assert_eq!(step(Event::Photos(Vec::new())), Effect::ReadReceivedPhotos);
    assert_eq!(step(Event::Photos(Vec::new())), Effect::Tidy(Some(4)));
    let Effect::Rest { wake_at_ms: Some(next) } = step(Event::Tidied(None)) else { panic!("rest") };
    assert!((5 * 60_000..=6 * 60_000).contains(&(next - NOW.ms)), "new work is looked for");
    assert_eq!(engine.phase(), Phase::Idle);
}

#[test]
fn only_a_pass_that_looked_back_lets_anything_go() {
    let mut engine = Engine::new();
    let mut step = |event| engine.step(NOW, event);
    step(Event::Wake(Wake::Timer));
    step(phone());
    step(unsent(0));
    step(push_answer(""));
    step(Event::Saved);
    step(unsent(0));
    step(pull_answer());
    assert_eq!(step(Event::Saved), Effect::ReadPhotos(100));
    assert_eq!(step(Event::Photos(Vec::new())), Effect::Tidy(None));
}

#[test]
fn a_record_that_waits_brings_the_phone_back_earlier() {
    for (due, least, most) in
        [(NOW.ms + 20_000, 20_000, 20_000), (NOW.ms, 1_000, 1_000), (u64::MAX, 300_000, 360_000)]
    {
        let mut engine = Engine::new();
        let events = [
            Event::Wake(Wake::Timer),
            phone(),
            unsent(0),
            push_answer(""),
            Event::Saved,
            unsent(0),
            pull_answer(),
            Event::Saved,
            Event::Photos(Vec::new()),
        ];
        for event in events {
            engine.step(NOW, event);
        }
        let Effect::Rest { wake_at_ms: Some(next) } = engine.step(NOW, Event::Tidied(Some(due))) else {
            panic!("rest")
        };
        assert!((least..=most).contains(&(next - NOW.ms)), "{}", next - NOW.ms);
    }
}

#[test]
fn storage_that_fails_at_any_moment_ends_the_pass_with_another_try() {
    let events = || {
        [
            Event::Wake(Wake::Start),
            phone(),
            unsent(1),
            push_answer(""),
            Event::Saved,
            unsent(0),
            pull_answer(),
        ]
    };
    for stop in 1..=events().len() {
        let mut engine = Engine::new();
        for event in events().into_iter().take(stop) {
            engine.step(NOW, event);
        }
        let rest = engine.step(NOW, Event::StorageFailed(StoreError::Full));
        assert!(matches!(rest, Effect::Rest { wake_at_ms: Some(_) }), "after {stop}");
        assert!(matches!(engine.phase(), Phase::Failed(_)));
        assert!(engine.in_flight().is_empty());
        assert_eq!(engine.step(NOW, Event::Wake(Wake::User)), Effect::ReadPhone { all_due: true });
    }
}

/// Anything that could come in, whether it was asked for or not.
fn any_event() -> impl Strategy<Value = Event> {
    let wakes = [Wake::Start, Wake::Focus, Wake::Online, Wake::User, Wake::Saved, Wake::Timer];
    let photo = Photo {
        sha256: "a".repeat(64),
        state: PhotoState::Phone,
        meta: PhotoMeta { len: 9, ..PhotoMeta::default() },
    };
    let bodies = [
        String::new(),
        "<html>".to_owned(),
        "{\"store_id\":\"s\",\"epoch\":1,\"backup_watermark\":0,\"outcomes\":[]}".to_owned(),
        "{\"cursor\":\"9\",\"more\":true,\"records\":[]}".to_owned(),
        "{\"missing\":[]}".to_owned(),
        format!("{{\"missing\":[{{\"sha256\":\"{}\",\"offset\":3}}]}}", "a".repeat(64)),
    ];
    let statuses = [200_u16, 201, 204, 302, 400, 401, 403, 409, 410, 413, 422, 429, 500, 503, 511];
    prop_oneof![
        3 => proptest::sample::select(wakes.to_vec()).prop_map(Event::Wake),
        3 => Just(phone()),
        1 => Just(Event::Phone(None)),
        3 => (0_usize..4).prop_map(unsent),
        2 => Just(Event::Photos(Vec::new())),
        2 => Just(Event::Photos(vec![photo])),
        2 => proptest::option::of(proptest::collection::vec(any::<u8>(), 0..9)).prop_map(Event::Chunk),
        4 => Just(Event::Saved),
        2 => proptest::option::of(any::<u64>()).prop_map(Event::Tidied),
        1 => Just(Event::StorageFailed(StoreError::Full)),
        1 => Just(Event::Replied(Err(TransportError::Timeout))),
        1 => Just(Event::Replied(Err(TransportError::Network(String::new())))),
        8 => (
            proptest::sample::select(statuses.to_vec()),
            proptest::sample::select(bodies.to_vec()),
            proptest::option::of(0_u64..20),
        ).prop_map(|(status, body, offset)| {
            let headers = offset.map(|offset| ("upload-offset".to_owned(), offset.to_string()));
            Event::Replied(Ok(Response {
                status,
                headers: headers.into_iter().collect(),
                body: body.into_bytes(),
            }))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_makes_a_record_received_without_a_receipt(
        events in proptest::collection::vec((any::<u64>(), any::<u64>(), any_event()), 1..60),
    ) {
        let mut engine = Engine::new();
        let mut twin = Engine::new();
        for (ms, random, event) in events {
            let now = Now { ms, random };
            let is_answer = matches!(event, Event::Replied(_));
            let effect = engine.step(now, event.clone());
            prop_assert_eq!(&effect, &twin.step(now, event), "the same events, the same effects");
            match &effect {
                // No body above holds a receipt.
                Effect::Settle(settlement) => {
                    prop_assert!(is_answer);
                    let is_received = |(_, verdict): &(String, Verdict)| matches!(verdict, Verdict::Received(_));
                    prop_assert!(!settlement.verdicts.iter().any(is_received));
                }
                Effect::Rest { .. } => prop_assert!(engine.in_flight().is_empty()),
                _ => {}
            }
        }
    }
}
