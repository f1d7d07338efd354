//! Everything but the endpoint's own good answer: nothing is lost, and the phone comes back.

use rounds::store::outbox::RecordState;
use rounds::sync::protocol::OutcomeStatus;
use rounds::sync::transport::Response;
use rounds::sync::{ChipState, Phase, Wake};

use crate::support::fake_endpoint::{Fault, PORTAL, TOKEN, page, problem, refusal};
use crate::support::sync_phone::Phone;

/// A phone with ten records that has pulled before.
fn phone() -> Phone {
    let mut phone = Phone::new();
    phone.pass(Wake::Start);
    phone.finish_many(10);
    phone
}

fn meets(phone: &mut Phone, on: &'static str, fault: Fault) -> Option<u64> {
    phone.endpoint.state.borrow_mut().faults_on = on;
    phone.endpoint.state.borrow_mut().faults.push_back(fault);
    phone.pass(Wake::User)
}

#[test]
fn what_a_portal_says_is_never_believed() {
    let answers = [
        page(200, PORTAL),
        page(200, ""),
        page(200, "{}"),
        page(200, "{\"store_id\":\"x\",\"epoch\":1,\"backup_watermark\":0}"),
        page(204, ""),
        page(302, ""),
        page(511, PORTAL),
        page(401, PORTAL),
        page(403, PORTAL),
        page(404, PORTAL),
        page(400, "{\"error\":\"bad\"}"),
        page(410, PORTAL),
    ];
    for answer in answers {
        for call in ["/v1/push", "/v1/pull"] {
            let mut phone = phone();
            let what = format!("{} {} at {call}", answer.status, answer.body.len());
            meets(&mut phone, call, Fault::Instead(answer.clone()));
            let status = phone.driver.status().clone();
            assert!(matches!(status.phase, Phase::Waiting { .. }), "{what}: {:?}", status.phase);
            assert!(status.last_problem.is_some(), "{what}");
            if call == "/v1/push" {
                assert_eq!(phone.counts().pending_records(), 10, "{what}");
            }
            phone.settle(12);
            phone.pass(Wake::User);
            phone.assert_delivered(10, 0);
        }
    }
}

#[test]
fn a_token_that_ran_out_pauses_everything_until_enrolled_again() {
    let mut phone = phone();
    phone.enrol("token-old");
    let next = phone.pass(Wake::Saved);
    assert_eq!((next, phone.driver.status().phase.clone()), (None, Phase::NeedsEnrolment));
    assert_eq!(phone.counts().pending_records(), 10);
    let before = phone.requests("POST");
    for wake in [Wake::Timer, Wake::Saved, Wake::Focus, Wake::Online] {
        phone.pass(wake);
    }
    assert_eq!(phone.requests("POST"), before, "the refused token is not sent again");
    phone.enrol(TOKEN);
    phone.pass(Wake::Saved);
    phone.assert_delivered(10, 0);
}

#[test]
fn a_clock_set_back_by_an_hour_holds_nothing_up() {
    let mut phone = Phone::new();
    phone.finish_many(1);
    phone.endpoint.state.borrow_mut().judge =
        |item| Some(refusal(item, OutcomeStatus::Deferred, "missing-dependency"));
    phone.pass(Wake::Saved);
    assert_eq!(phone.state("r-0000"), RecordState::Later);
    phone.endpoint.state.borrow_mut().judge = |_| None;
    phone.edge.now_ms.set(phone.edge.now_ms.get() - 60 * 60 * 1000);
    phone.pass(Wake::Timer);
    phone.assert_delivered(1, 0);
}

#[test]
fn a_revoked_phone_is_sealed_and_keeps_everything() {
    let mut phone = phone();
    meets(&mut phone, "/v1/push", Fault::Instead(problem("device-revoked", 403, false)));
    assert_eq!(phone.driver.status().phase, Phase::Revoked);
    let before = phone.endpoint.state.borrow().log.len();
    assert_eq!(phone.pass(Wake::User), None);
    assert_eq!(phone.endpoint.state.borrow().log.len(), before);
    assert_eq!(phone.counts().pending_records(), 10);
    assert_eq!(phone.driver.status().chip(), ChipState::Blocked);
}

#[test]
fn without_enrolment_nothing_is_sent_and_all_is_kept() {
    let mut phone = Phone::new();
    phone.store = rounds::store::MemoryStore::new();
    phone.finish_many(2);
    assert_eq!(phone.pass(Wake::User), None);
    assert_eq!(phone.driver.status().phase, Phase::NeedsEnrolment);
    assert_eq!((phone.counts().records_phone, phone.endpoint.state.borrow().log.len()), (2, 0));
}

#[test]
fn a_push_that_is_too_large_is_halved_until_it_fits() {
    let mut phone = phone();
    phone.finish_many_more(90);
    phone.endpoint.state.borrow_mut().max_items = 7;
    phone.pass(Wake::User);
    phone.assert_delivered(100, 0);
}

#[test]
fn one_record_that_is_too_large_by_itself_is_set_aside() {
    let mut phone = phone();
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.faults_on = "/v1/push";
        // 10, 5, 2, 1: the first record stands alone.
        state.faults.extend((0..4).map(|_| Fault::Instead(page(413, PORTAL))));
    }
    phone.pass(Wake::User);
    assert_eq!(phone.state("r-0000"), RecordState::Blocked);
    assert_eq!(phone.counts().records_received, 9);
}

#[test]
fn a_push_refused_whole_finds_the_one_record_and_delivers_the_others() {
    let mut phone = phone();
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.faults_on = "/v1/push";
        state.faults.extend((0..4).map(|_| Fault::Instead(problem("wrong-shape", 422, false))));
    }
    phone.pass(Wake::User);
    assert_eq!((phone.state("r-0000"), phone.counts().records_received), (RecordState::Later, 9));
    assert_eq!(phone.entry("r-0000").record.problem.unwrap().code, "wrong-shape");
    phone.settle(4);
    phone.assert_delivered(10, 0);
}

#[test]
fn an_endpoint_that_refuses_every_push_is_left_alone_and_still_pulled_from() {
    let mut phone = phone();
    {
        let mut state = phone.endpoint.state.borrow_mut();
        state.faults_on = "/v1/push";
        state.faults.extend((0..500).map(|_| Fault::Instead(problem("bad-json", 400, false))));
    }
    let pulls = phone.requests("GET /v1/pull");
    phone.pass(Wake::User);
    assert!(phone.requests("POST /v1/push") < 40, "it is not about the records");
    assert_eq!(phone.requests("GET /v1/pull"), pulls + 1);
    assert_eq!(phone.counts().pending_records(), 10);
    assert!(matches!(phone.driver.status().phase, Phase::Waiting { .. }));
    phone.endpoint.state.borrow_mut().faults.clear();
    phone.settle(8);
    phone.assert_delivered(10, 0);
}

#[test]
fn a_record_that_makes_the_endpoint_fail_does_not_hold_up_the_others() {
    let mut phone = phone();
    phone.endpoint.state.borrow_mut().faults_on = "/v1/push";
    // The endpoint dies of r-0000 whenever it is there: the first tries fail, whatever their size.
    for _ in 0..4 {
        phone.endpoint.state.borrow_mut().faults.push_back(Fault::Instead(page(500, "")));
        phone.pass(Wake::User);
        let now = phone.edge.now_ms.get();
        phone.edge.now_ms.set(now + 1);
    }
    assert_eq!(phone.state("r-0000"), RecordState::Later, "alone by now");
    phone.pass(Wake::Start);
    assert!(phone.counts().records_received >= 9);
    phone.settle(5);
    phone.assert_delivered(10, 0);
}

#[test]
fn a_patient_answer_is_obeyed_by_all_but_a_person() {
    for (status, value, least) in
        [(429, "120".to_owned(), 120_000), (503, "7".to_owned(), 7_000), (500, "30".to_owned(), 30_000)]
    {
        let mut phone = phone();
        let headers = vec![("retry-after".to_owned(), value)];
        let answer = Response { status, headers, body: Vec::new() };
        let now = phone.edge.now_ms.get();
        let next = meets(&mut phone, "/v1/push", Fault::Instead(answer)).unwrap();
        assert!((now + least..now + least + 10_000).contains(&next), "{status}: {}", next - now);
        assert_eq!(phone.driver.status().phase, Phase::Waiting { until_ms: next });
        assert_eq!(phone.driver.status().chip(), ChipState::Waiting);
        let before = phone.endpoint.state.borrow().log.len();
        phone.edge.now_ms.set(next - 1);
        for wake in [Wake::Start, Wake::Focus, Wake::Online, Wake::Saved, Wake::Timer] {
            assert_eq!(phone.pass(wake), Some(next), "{wake:?}");
        }
        assert_eq!(phone.endpoint.state.borrow().log.len(), before, "nobody was asked meanwhile");
        phone.edge.now_ms.set(next);
        phone.pass(Wake::Timer);
        phone.settle(6);
        phone.assert_delivered(10, 0);

        let mut phone = self::phone();
        let headers = vec![("retry-after".to_owned(), "3600".to_owned())];
        meets(&mut phone, "/v1/push", Fault::Instead(Response { status: 503, headers, body: Vec::new() }));
        phone.pass(Wake::User);
        phone.assert_delivered(10, 0);
    }
}

#[test]
fn without_connection_our_own_waits_grow_and_the_front_breaks_them() {
    let mut phone = phone();
    phone.endpoint.state.borrow_mut().faults.extend((0..60).map(|_| Fault::Cut));
    let mut longest = 0;
    for _ in 0..20 {
        let next = phone.pass(Wake::Timer).unwrap();
        assert_eq!(phone.driver.status().phase, Phase::Offline);
        assert_eq!(phone.driver.status().chip(), ChipState::Offline);
        let wait = next - phone.edge.now_ms.get();
        assert!(wait <= 5 * 60 * 1000);
        longest = longest.max(wait);
        phone.edge.now_ms.set(next);
    }
    assert!(longest > 60_000, "{longest}");
    phone.endpoint.state.borrow_mut().faults.clear();
    phone.endpoint.state.borrow_mut().faults.push_back(Fault::Cut);
    phone.pass(Wake::Timer);
    for wake in [Wake::Focus, Wake::Online, Wake::Start] {
        let before = phone.endpoint.state.borrow().log.len();
        phone.endpoint.state.borrow_mut().faults.push_back(Fault::Cut);
        phone.pass(wake);
        assert_eq!(phone.endpoint.state.borrow().log.len(), before + 1, "{wake:?} tries at once");
    }
    phone.pass(Wake::Online);
    phone.assert_delivered(10, 0);
}

#[test]
fn a_clock_set_back_ten_years_does_not_strand_the_phone() {
    let mut phone = phone();
    let headers = vec![("retry-after".to_owned(), "600".to_owned())];
    meets(&mut phone, "/v1/push", Fault::Instead(Response { status: 503, headers, body: Vec::new() }));
    let now = phone.edge.now_ms.get();
    phone.edge.now_ms.set(now - 10 * 365 * 86_400_000);
    phone.pass(Wake::Timer);
    phone.assert_delivered(10, 0);
}

#[test]
fn a_pull_that_fails_does_not_undo_what_was_pushed() {
    let mut phone = phone();
    meets(&mut phone, "/v1/pull", Fault::Instead(problem("internal", 500, true)));
    phone.assert_delivered(10, 0);
    assert!(matches!(phone.driver.status().phase, Phase::Waiting { .. }));
}

impl Phone {
    fn finish_many_more(&self, count: usize) {
        let more: Vec<_> =
            (0..count).map(|nth| crate::support::sync_phone::record(&format!("s-{nth:04}"), &[])).collect();
        self.finish(&more);
    }
}
