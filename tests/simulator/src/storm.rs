//! Ten thousand phones after an outage: the real engines with their own waits, one real endpoint.
//!
//! All phones come back at the same moment to an endpoint that is not there. When it is there again
//! it can take only so much and asks the rest for patience.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::task::Poll;

use rounds::store::identity;
use rounds::store::outbox;
use rounds::sync::Wake;
use rounds::sync::enrol;
use rounds::sync::protocol::EnrolAnswer;
use rounds::sync::transport::Response;
use rounds::sync::transport::{Method, Request};

use crate::disk::now;
use crate::office::Office;
use crate::person::Person;
use crate::phone::Phone;
use crate::wire::{Reply, cut};
use crate::world::BEGINNING_MS;

const SECOND_MS: u64 = 1000;

/// What kind of storm.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// Where chance comes from.
    pub seed: u64,
    /// How many phones.
    pub phones: usize,
    /// How long the endpoint is away, seconds.
    pub outage_s: u64,
    /// How many requests it then takes in a second.
    pub capacity: u32,
    /// What it tells the others to wait, seconds.
    pub retry_after_s: u64,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// Phones that tried in each second.
    pub tries: Vec<u32>,
    /// Requests in each second.
    pub requests: Vec<u32>,
    /// Times a phone came back before it was asked to.
    pub impatient: u32,
    /// Times the endpoint asked for patience.
    pub put_off: u32,
    /// The second in which the last record arrived; `None` when some never did.
    pub calm_at_s: Option<u64>,
    /// Records at the endpoint at the end.
    pub received: usize,
}

impl Storm {
    /// Lets it blow, for two hours at most.
    pub fn blow(self) -> Weather {
        let clock = Rc::new(Cell::new(BEGINNING_MS));
        let mut office = Office::new(BEGINNING_MS);
        let mut phones: Vec<Phone> =
            (0..self.phones).map(|nth| self.loaded(nth, &clock, &mut office)).collect();
        let mut weather = Weather::default();
        let mut asked_until = vec![0; self.phones];
        let mut left = self.phones;
        let mut queue: BinaryHeap<Reverse<(u64, usize)>> =
            (0..self.phones).map(|nth| Reverse((BEGINNING_MS, nth))).collect();
        while let Some(Reverse((at, nth))) = queue.pop() {
            let second = (at - BEGINNING_MS) / SECOND_MS;
            if second > 7200 || left == 0 {
                break;
            }
            office.pass(i64::try_from(at - clock.get()).unwrap_or_default());
            clock.set(at);
            weather.impatient += u32::from(at < asked_until[nth]);
            bump(&mut weather.tries, second);
            let wake = if at == BEGINNING_MS { Wake::Online } else { Wake::Timer };
            let phone = &mut phones[nth];
            let mut flight = phone.take_off(wake, false);
            let landed = loop {
                if let Poll::Ready(landed) = flight.go_on() {
                    break landed;
                }
                let request = flight.wire.take_request().expect("a pass waits only for the network");
                let load = bump(&mut weather.requests, second);
                flight.wire.answer(self.answer(&mut office, &request, second, load, || {
                    weather.put_off += 1;
                    asked_until[nth] = at + self.retry_after_s * SECOND_MS;
                }));
            };
            phone.land(landed);
            let counts = now(outbox::counts(&phone.disk.rows)).expect("the rows themselves never fail");
            if counts.pending_records() == 0 && counts.records_received == 1 && !phone.is_closed {
                // Delivered: its later looks are no part of the storm.
                phone.is_closed = true;
                left -= 1;
                if left == 0 {
                    weather.calm_at_s = Some(second);
                }
            } else if let Some(rings) = phone.rings_at {
                queue.push(Reverse((rings, nth)));
            }
        }
        weather.received = office.look(|shelf| shelf.items.len());
        weather
    }

    fn answer(
        &self,
        office: &mut Office,
        request: &Request,
        second: u64,
        load: u32,
        put_off: impl FnOnce(),
    ) -> Reply {
        if second < self.outage_s {
            return cut();
        }
        if load <= self.capacity {
            return office.handle(request).ok_or(()).or_else(|()| cut());
        }
        put_off();
        let headers = vec![("retry-after".to_owned(), self.retry_after_s.to_string())];
        Ok(Response { status: 503, headers, body: Vec::new() })
    }

    /// A phone, enrolled, with a finished task.
    fn loaded(&self, nth: usize, clock: &Rc<Cell<u64>>, office: &mut Office) -> Phone {
        let mut phone = Phone::new(nth, self.seed, clock);
        phone.is_closed = false;
        let code = office.code();
        let body =
            serde_json::json!({ "code": code, "device_name": "phone", "install_id": phone.install_id });
        let answer = office.handle(&Request::new(Method::Post, "/v1/enrol").json(&body)).expect("it lives");
        let answer: EnrolAnswer = serde_json::from_slice(&answer.body).expect("a code enrols");
        now(async {
            identity::set_install_id(&phone.disk, &phone.install_id).await?;
            identity::set_enrolment(&phone.disk, &enrol::enrolment(answer, "")).await
        })
        .expect("room for an enrolment");
        let (now_ms, author) = (phone.now_ms(), phone.author.clone());
        let mut person = Person { disk: &phone.disk, author, now_ms, dice: &mut phone.dice };
        now(person.finish(0)).expect("a task with nothing done is finished with a reason");
        phone
    }
}

impl Weather {
    /// The most in any second from one second on, and up to another.
    pub fn peak(of: &[u32], from_s: usize, to_s: usize) -> u32 {
        of.iter().take(to_s).skip(from_s).copied().max().unwrap_or(0)
    }
}

fn bump(counts: &mut Vec<u32>, second: u64) -> u32 {
    let at = usize::try_from(second).expect("seconds of two hours");
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += 1;
    counts[at]
}
