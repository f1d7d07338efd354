//! The token is renewed every 30 days, and nothing that fails on the way shuts the phone out.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use rounds::store::memory::Moment;
use rounds::store::{StoreError, identity, renewal};
use rounds::sync::protocol::TokenAnswer;
use rounds::sync::transport::{Request, Response, Transport, TransportError};
use rounds::sync::{Driver, Phase, Wake};

use crate::support::fake_endpoint::{FakeEndpoint, PORTAL, TOKEN, page, problem};
use crate::support::sync_phone::{Phone, block_on};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Fresh,
    InUse,
    Replaced,
}

/// What becomes of the answer to a renewal.
#[derive(Clone, Debug)]
enum Fate {
    Arrives,
    Lost,
    Cut,
    Instead(Response),
    /// Arrives; the request arrives once more, held up, after the next one.
    Doubled,
}

/// The contract's rules on tokens before the fake endpoint, which knows one token only.
struct Office<'a> {
    behind: &'a FakeEndpoint,
    tokens: RefCell<BTreeMap<String, Stage>>,
    fates: RefCell<VecDeque<Fate>>,
    held_up: RefCell<Vec<String>>,
    renewals: RefCell<usize>,
    kills_old_at_once: bool,
}

impl<'a> Office<'a> {
    fn new(behind: &'a FakeEndpoint) -> Self {
        Self {
            behind,
            tokens: RefCell::new(BTreeMap::from([(TOKEN.to_owned(), Stage::InUse)])),
            fates: RefCell::default(),
            held_up: RefCell::default(),
            renewals: RefCell::new(0),
            kills_old_at_once: false,
        }
    }

    /// Lets a token in, as the endpoint does; its first use replaces the others.
    fn opens(&self, token: &str) -> bool {
        let mut tokens = self.tokens.borrow_mut();
        match tokens.get(token) {
            Some(Stage::InUse) => true,
            Some(Stage::Fresh) => {
                tokens.iter_mut().for_each(|(name, stage)| {
                    *stage = if name == token { Stage::InUse } else { Stage::Replaced };
                });
                true
            }
            Some(Stage::Replaced) | None => false,
        }
    }

    fn renew(&self, asking: &str) -> Response {
        if !self.opens(asking) {
            return problem("token-replaced", 401, false);
        }
        let mut count = self.renewals.borrow_mut();
        *count += 1;
        let token = format!("renewed-token-{count:04}");
        if self.kills_old_at_once {
            self.tokens.borrow_mut().clear();
        }
        self.tokens.borrow_mut().insert(token.clone(), Stage::Fresh);
        let answer = TokenAnswer { token, expires_at: "2027-01-01T00:00:00.000Z".to_owned() };
        Response { status: 201, headers: Vec::new(), body: serde_json::to_vec(&answer).unwrap() }
    }
}

impl Transport for Office<'_> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let token = request.header("authorization").unwrap().trim_start_matches("Bearer ").to_owned();
        if request.path != "/v1/token" {
            let known = if self.opens(&token) { TOKEN } else { "" };
            let headers = request.headers.iter().filter(|(name, _)| name != "authorization").cloned();
            let request = Request { headers: headers.collect(), ..request };
            return self.behind.send(request.bearer(known)).await;
        }
        for late in self.held_up.take() {
            self.renew(&late);
        }
        let cut = || Err(TransportError::Network("cut".to_owned()));
        match self.fates.borrow_mut().pop_front().unwrap_or(Fate::Arrives) {
            Fate::Arrives => Ok(self.renew(&token)),
            Fate::Lost => {
                self.renew(&token);
                cut()
            }
            Fate::Cut => cut(),
            Fate::Instead(answer) => Ok(answer),
            Fate::Doubled => {
                self.held_up.borrow_mut().push(token.clone());
                Ok(self.renew(&token))
            }
        }
    }
}

fn pass(phone: &mut Phone, office: &Office<'_>, after_ms: u64) -> Phase {
    phone.edge.now_ms.set(phone.edge.now_ms.get() + after_ms);
    let Phone { store, driver, edge, .. } = phone;
    block_on(driver.run_pass(store, office, edge, Wake::Start, &|_| {}));
    driver.status().phase.clone()
}

fn token(phone: &Phone) -> String {
    block_on(identity::enrolment(&phone.store)).unwrap().unwrap().token
}

#[test]
fn a_token_is_renewed_once_it_is_thirty_days_old() {
    let (mut phone, behind) = (Phone::new(), FakeEndpoint::default());
    let office = Office::new(&behind);
    // Counting begins at the first pass that looks.
    for _ in 0..30 {
        assert_eq!(pass(&mut phone, &office, DAY_MS - 1), Phase::Idle);
        assert_eq!(token(&phone), TOKEN);
    }
    assert_eq!(pass(&mut phone, &office, DAY_MS + 30), Phase::Idle);
    assert_eq!(token(&phone), "renewed-token-0001");
    assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::Idle, "and it opens");
    assert_eq!(office.tokens.borrow()[TOKEN], Stage::Replaced);
    assert_eq!(pass(&mut phone, &office, 30 * DAY_MS), Phase::Idle);
    assert_eq!(token(&phone), "renewed-token-0002");
}

#[test]
fn whatever_becomes_of_the_answer_the_phone_goes_on() {
    let fates = [
        Fate::Lost,
        Fate::Cut,
        Fate::Doubled,
        Fate::Instead(page(200, PORTAL)),
        Fate::Instead(page(201, "{\"token\":\"\",\"expires_at\":\"\"}")),
        Fate::Instead(page(201, "{\"token\":\"with a line\\nbreak in it\",\"expires_at\":\"\"}")),
        Fate::Instead(problem("no-such-call", 404, false)),
        Fate::Instead(problem("too-many-tokens", 429, true)),
        Fate::Instead(problem("internal", 500, true)),
    ];
    for fate in fates {
        let (mut phone, behind) = (Phone::new(), FakeEndpoint::default());
        let office = Office::new(&behind);
        office.fates.borrow_mut().extend([fate.clone(), fate.clone()]);
        pass(&mut phone, &office, 0);
        for _ in 0..4 {
            assert_eq!(pass(&mut phone, &office, 31 * DAY_MS), Phase::Idle, "{fate:?}");
            assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::Idle, "{fate:?}");
        }
        assert_ne!(token(&phone), TOKEN, "{fate:?}: renewed in the end");
    }
}

/// Every storage call of the renewing pass fails or is the phone's last, with each fate.
fn storms(kills_old_at_once: bool) -> usize {
    let mut shut_out = 0;
    for nth in 1..40 {
        for moment in [Moment::Before, Moment::After] {
            for (dies, fate) in [(true, Fate::Arrives), (false, Fate::Lost), (true, Fate::Doubled)] {
                let (mut phone, behind) = (Phone::new(), FakeEndpoint::default());
                let office = Office { kills_old_at_once, ..Office::new(&behind) };
                pass(&mut phone, &office, 0);
                office.fates.borrow_mut().push_back(fate);
                if dies {
                    phone.store.die_at(nth, moment);
                } else {
                    phone.store.fail_at(nth, moment, StoreError::Lost("gone".to_owned()));
                }
                pass(&mut phone, &office, 31 * DAY_MS);
                phone.store = phone.store.after_crash();
                phone.driver = Driver::new();
                for _ in 0..3 {
                    let phase = pass(&mut phone, &office, DAY_MS);
                    shut_out += usize::from(phase != Phase::Idle);
                }
            }
        }
    }
    shut_out
}

#[test]
fn no_crash_and_no_failing_storage_shuts_a_phone_out() {
    assert_eq!(storms(false), 0);
    assert!(storms(true) > 0, "an endpoint that drops the old token at once is found out by this test");
}

#[test]
fn an_endpoint_restored_from_before_the_renewal_is_opened_by_the_token_before() {
    let (mut phone, behind) = (Phone::new(), FakeEndpoint::default());
    let office = Office::new(&behind);
    pass(&mut phone, &office, 0);
    let backup = office.tokens.borrow().clone();
    pass(&mut phone, &office, 31 * DAY_MS);
    assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::Idle);
    let renewed = token(&phone);

    *office.tokens.borrow_mut() = backup;
    assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::Idle, "within one pass");
    assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::Idle);
    let again = token(&phone);
    assert!(again != renewed && again != TOKEN, "the old one was renewed at once");

    // Where neither opens, the phone says so, and comes back by itself once the right store answers.
    let right = office.tokens.replace(BTreeMap::new());
    for _ in 0..3 {
        assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::NeedsEnrolment);
    }
    office.tokens.replace(right);
    phone.driver = Driver::new();
    assert_eq!(pass(&mut phone, &office, DAY_MS), Phase::Idle);
}

#[test]
fn a_new_enrolment_is_never_overwritten_by_an_older_renewal() {
    let (mut phone, behind) = (Phone::new(), FakeEndpoint::default());
    let office = Office::new(&behind);
    pass(&mut phone, &office, 0);
    let now = phone.edge.now_ms.get() + 31 * DAY_MS;
    let held = block_on(renewal::due(&phone.store, now)).unwrap().unwrap();
    phone.enrol("token-of-a-new-enrolment");
    block_on(renewal::keep(&phone.store, &held, "token-of-the-old-one".to_owned(), now)).unwrap();
    assert_eq!(token(&phone), "token-of-a-new-enrolment");
    assert!(block_on(renewal::due(&phone.store, now)).unwrap().is_none(), "its age begins now");
}
