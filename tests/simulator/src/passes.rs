//! Passes of the engine, and what the network does to each of their requests.

use std::task::Poll;

use rounds::store::identity;
use rounds::sync::Wake;
use rounds::sync::enrol;
use rounds::sync::protocol::{MissingAnswer, MissingRequest, OutcomeStatus, Problem, PushAnswer};
use rounds::sync::transport::{Method, Request, Response, TransportError};

use crate::disk::now;
use crate::phone::{Flight, Held};
use crate::step::{Answer, DiskFault, EVERY, NetFault};
use crate::wire::{Reply, Wire, cut, instead};
use crate::world::World;

/// What becomes of a request.
enum Fate {
    Answered(Reply),
    Held(Held),
}

impl World {
    /// Wakes a phone.
    pub(crate) fn pass(
        &mut self,
        nth: usize,
        wake: Wake,
        second_page: bool,
        net: &[(u8, NetFault)],
        disk: Option<DiskFault>,
    ) {
        let phone = &mut self.phones[nth];
        // An app that was closed begins with its start, whatever woke it.
        let is_opening = std::mem::take(&mut phone.is_closed);
        let (wake, second_page) = if is_opening { (Wake::Start, false) } else { (wake, second_page) };
        let is_away = if second_page { phone.second.is_some() } else { phone.first.is_some() };
        if is_away {
            self.counts.add("pass refused: one is under way");
            return;
        }
        if second_page && phone.first.is_some() {
            self.counts.add("two pages at once");
        }
        phone.disk.plan(disk);
        let flight = phone.take_off(wake, second_page);
        self.counts.add("passes");
        self.fly(nth, flight, second_page, net);
        self.after_disk_fault(nth, disk);
    }

    /// Goes on with a pass until it lands, is held, or its phone dies.
    pub(crate) fn fly(&mut self, nth: usize, mut flight: Flight, second_page: bool, net: &[(u8, NetFault)]) {
        loop {
            if let Poll::Ready(landed) = flight.go_on() {
                if !second_page {
                    self.phones[nth].land(landed);
                }
                return;
            }
            let mut request = flight.wire.take_request().expect("a pass waits only for the network");
            // A dead phone sends nothing, whatever its engine would do next.
            if self.phones[nth].disk.is_dead() {
                return;
            }
            if let Some(plant) = self.plant {
                let phone = &self.phones[nth];
                plant.on_request(&phone.disk, &phone.author, &mut request);
            }
            let fault =
                net.iter().find_map(|(at, fault)| (*at == flight.sent || *at == EVERY).then_some(*fault));
            flight.sent = flight.sent.saturating_add(1);
            let fate = self.meet(nth, &request, fault);
            match fate {
                Fate::Answered(mut reply) => {
                    if let Some(plant) = self.plant {
                        let seen = &mut self.first_seen[nth];
                        plant.on_reply(&self.phones[nth].disk, &request, &mut reply, seen);
                    }
                    flight.wire.answer(reply);
                }
                Fate::Held(held) => {
                    flight.held = Some(held);
                    let phone = &mut self.phones[nth];
                    let slot = if second_page { &mut phone.second } else { &mut phone.first };
                    *slot = Some(flight);
                    return;
                }
            }
        }
    }

    /// After something during which the storage could fail.
    pub(crate) fn after_disk_fault(&mut self, nth: usize, fault: Option<DiskFault>) {
        let disk = &self.phones[nth].disk;
        if disk.has_struck() {
            self.counts.add(match fault {
                Some(DiskFault::Fails { full: true, .. }) => "disk: no room at a call",
                Some(DiskFault::Fails { after: true, .. }) => "disk: failed after doing",
                Some(DiskFault::Fails { .. }) => "disk: failed",
                Some(DiskFault::Dies { after: true, .. }) => "disk: died after doing",
                Some(DiskFault::Dies { .. }) => "disk: died",
                None => "disk: full",
            });
        }
        self.phones[nth].disk.plan(None);
        if self.phones[nth].disk.is_dead() {
            self.bury(nth);
        }
    }

    /// Enrols a phone with a fresh code; true when it went through.
    pub(crate) fn enrol(&mut self, nth: usize, net: Option<NetFault>) -> bool {
        let code = self.office.code();
        let wire = Wire::default();
        let (line, install_id) = (wire.clone(), self.phones[nth].install_id.clone());
        let mut asking = Box::pin(async move { enrol::enrol(&line, &code, "phone", &install_id).await });
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut fault = net;
        let answer = loop {
            match asking.as_mut().poll(&mut context) {
                Poll::Ready(answer) => break answer,
                Poll::Pending => {
                    let request = wire.take_request().expect("enrolment waits only for the network");
                    match self.meet(nth, &request, fault.take()) {
                        Fate::Answered(reply) => wire.answer(reply),
                        // The person does not wait that long, and asks for another code.
                        Fate::Held(_) => wire.answer(cut()),
                    }
                }
            }
        };
        let Ok(answer) = answer else {
            self.counts.add("enrolment failed");
            return false;
        };
        let disk = self.phones[nth].disk.clone();
        let kept = now(async {
            if identity::install_id(&disk).await?.is_none() {
                identity::set_install_id(&disk, &self.phones[nth].install_id).await?;
            }
            identity::set_enrolment(&disk, &enrol::enrolment(answer, "")).await
        });
        self.counts.add(if kept.is_ok() { "enrolled" } else { "enrolment not kept" });
        kept.is_ok()
    }

    /// The endpoint's name for a phone.
    pub(crate) fn device_of(&self, nth: usize) -> Option<String> {
        now(identity::enrolment(&self.phones[nth].disk.rows)).ok().flatten().map(|e| e.device_id)
    }

    /// A request reaches the endpoint.
    pub(crate) fn deliver(&mut self, nth: usize, request: &Request) -> Reply {
        self.counts.add("requests");
        self.is_office_changed = true;
        let Some(answer) = self.office.handle(request) else { return cut() };
        let path = request.path.split('?').next().unwrap_or_default();
        self.trace.note(request.method.name(), &[nth as u64, u64::from(answer.status), path.len() as u64]);
        self.trace.say(|| format!("      {} {path} → {}", request.method.name(), answer.status));
        self.witness(request, &answer);
        Ok(answer)
    }

    fn meet(&mut self, nth: usize, request: &Request, fault: Option<NetFault>) -> Fate {
        let Some(fault) = fault else { return Fate::Answered(self.deliver(nth, request)) };
        self.counts.add(fault.name());
        self.trace.say(|| format!("      {fault:?}:"));
        Fate::Answered(match fault {
            NetFault::Cut => cut(),
            NetFault::TimedOut => Err(TransportError::Timeout),
            NetFault::Lost => self.deliver(nth, request).and(cut()),
            NetFault::TimedOutAfter => self.deliver(nth, request).and(Err(TransportError::Timeout)),
            NetFault::Held => return Fate::Held(Held::Request(request.clone())),
            NetFault::AnswerHeld => return Fate::Held(Held::Answer(self.deliver(nth, request))),
            NetFault::Doubled => {
                let _ = self.deliver(nth, request);
                self.deliver(nth, request)
            }
            NetFault::Strayed => {
                self.strays.push(request.clone());
                self.deliver(nth, request)
            }
            NetFault::Truncated(thousandths) => self.deliver(nth, request).map(|mut answer| {
                answer.body.truncate(answer.body.len() * usize::from(thousandths) / 1000);
                answer
            }),
            NetFault::Instead(answer) => instead(answer),
            NetFault::Killed { nth: at, after } => self.die_over(nth, request, at, after, false),
            NetFault::PowerCut { nth: at, after } => self.die_over(nth, request, at, after, true),
        })
    }

    /// The endpoint dies at an operation of this request, if it has so many.
    fn die_over(&mut self, nth: usize, request: &Request, at: u8, after: bool, power_cut: bool) -> Reply {
        self.office.die_at(at, after);
        let reply = self.deliver(nth, request);
        if self.office.restart(power_cut) {
            self.counts.add(if power_cut { "power cut mid-request" } else { "endpoint killed mid-request" });
            return cut();
        }
        reply
    }

    /// Writes down what the endpoint promised.
    fn witness(&mut self, request: &Request, answer: &Response) {
        match (request.method, request.path.as_str(), answer.status) {
            (Method::Post, "/v1/push", 200) => {
                let Ok(told) = serde_json::from_slice::<PushAnswer>(&answer.body) else { return };
                let (store_id, epoch) = std::mem::replace(&mut self.told_epoch, (told.store_id, told.epoch));
                if store_id == self.told_epoch.0 && epoch < told.epoch {
                    self.counts.add("epoch raised");
                }
                for outcome in told.outcomes {
                    self.counts.add(match outcome.status {
                        OutcomeStatus::Stored => "stored",
                        OutcomeStatus::Duplicate => "duplicates answered",
                        OutcomeStatus::Rejected => "rejected",
                        OutcomeStatus::Deferred => "deferred",
                    });
                    if let Some(receipt) = outcome.receipt {
                        let time =
                            chrono::DateTime::parse_from_rfc3339(&receipt.received_at).unwrap_or_default();
                        let ms = u64::try_from(time.timestamp_millis()).unwrap_or_default();
                        self.ledger.receipted(&receipt.item_id, receipt.server_seq, ms);
                    }
                }
            }
            (Method::Post, "/v1/blobs/missing", 200) => {
                let asked = serde_json::from_slice::<MissingRequest>(&request.body);
                let told = serde_json::from_slice::<MissingAnswer>(&answer.body);
                let (Ok(asked), Ok(told)) = (asked, told) else { return };
                for sha256 in asked.sha256 {
                    if told.missing.iter().all(|blob| blob.sha256 != sha256) {
                        self.ledger.photo_receipted(&sha256);
                    }
                }
            }
            (Method::Patch, path, 201) => {
                self.counts.add("photos whole");
                self.ledger.photo_receipted(path.trim_start_matches("/v1/blobs/"));
            }
            (Method::Patch, _, 204) => self.counts.add("photos in several chunks"),
            (Method::Get, _, 410) => self.counts.add("cursor too old"),
            (_, _, 401) if own_code(answer) == "token-expired" => self.counts.add("token expired"),
            (_, _, 401) if own_code(answer) == "token-unknown" => self.counts.add("token unknown"),
            (_, _, 403) => self.counts.add("shut out"),
            _ => {}
        }
    }
}

fn own_code(answer: &Response) -> String {
    let problem = serde_json::from_slice::<Problem>(&answer.body);
    problem.map(|problem| problem.code().to_owned()).unwrap_or_default()
}

impl NetFault {
    /// What it is counted as.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut => "net: cut",
            Self::Lost => "net: answer lost",
            Self::TimedOut => "net: timed out",
            Self::TimedOutAfter => "net: timed out after",
            Self::Held => "net: held",
            Self::AnswerHeld => "net: answer held",
            Self::Doubled => "net: doubled",
            Self::Strayed => "net: strayed",
            Self::Truncated(_) => "net: truncated",
            Self::Instead(Answer::Portal(200)) => "net: portal 200",
            Self::Instead(Answer::Portal(204)) => "net: portal 204",
            Self::Instead(Answer::Portal(_)) => "net: portal 302",
            Self::Instead(Answer::TokenExpired) => "net: 401 token expired",
            Self::Instead(Answer::Revoked) => "net: 403 revoked",
            Self::Instead(Answer::TooLarge) => "net: 413",
            Self::Instead(Answer::Foreign(401)) => "net: foreign 401",
            Self::Instead(Answer::Foreign(403)) => "net: foreign 403",
            Self::Instead(Answer::Foreign(413)) => "net: foreign 413",
            Self::Instead(Answer::Foreign(_)) => "net: foreign 5xx",
            Self::Instead(Answer::Busy { status: 429, retry_after_s: None }) => "net: 429",
            Self::Instead(Answer::Busy { status: 429, .. }) => "net: 429 Retry-After",
            Self::Instead(Answer::Busy { retry_after_s: None, .. }) => "net: 503",
            Self::Instead(Answer::Busy { .. }) => "net: 503 Retry-After",
            Self::Killed { .. } => "net: endpoint dies",
            Self::PowerCut { .. } => "net: endpoint loses power",
        }
    }
}
