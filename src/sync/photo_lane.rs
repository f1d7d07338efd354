//! The photos' part of the engine: ask what is missing, send it in chunks, ask again.
//!
//! Only the answer to "what is missing" makes a photo received: one source of truth, whatever cut
//! the upload. A photo that cannot be sent never holds up the others. Photos have no number, so a
//! store restored without some of them looks the same: now and then the received ones are asked
//! about too.

use std::collections::{BTreeMap, VecDeque};

use super::backoff::{delay_ms, nth_random};
use super::engine::{Now, PhoneView};
use super::protocol::{CHUNK_MIME, MAX_CHUNK_BYTES, MissingAnswer, MissingRequest};
use super::receipt::note;
use super::reply::{self, Trouble, local, own_problem};
use super::status::PhotoProgress;
use super::transport::{CHUNK_TIMEOUT_MS, Method, Request, Response, TransportError};
use crate::store::outbox::ProblemNote;
use crate::store::photos::{Photo, PhotoVerdict};

/// At most so many photos are asked about at once.
pub(super) const PAGE: usize = 100;
const LEAST_CHUNK_BYTES: usize = 16 * 1024;
/// Uploads of one photo that the endpoint did not keep, and starts from nothing, in one pass.
const TRIES: u32 = 3;
/// Wrong offsets one after another.
const CONFLICTS: u32 = 5;

/// Where the photos stand.
#[derive(Clone, Debug)]
pub(super) struct PhotoLane {
    asked: Vec<Photo>,
    to_ask: Vec<Photo>,
    waiting: VecDeque<Upload>,
    current: Option<Upload>,
    verdicts: Vec<(String, PhotoVerdict)>,
    tries: BTreeMap<String, u32>,
    awaits: Awaits,
    chunk_bytes: usize,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PhotoStep {
    /// Read a part of a photo's bytes.
    ReadChunk {
        /// Which.
        sha256: String,
        /// From where.
        offset: u64,
        /// At most so many bytes.
        len: usize,
    },
    /// Send this.
    Send(Request),
    /// Write this down, then read what is left.
    Settle(Vec<(String, PhotoVerdict)>),
    /// Write this down, then stop.
    Stop(Vec<(String, PhotoVerdict)>, Trouble),
    /// No photo is left to send.
    Done,
}

#[derive(Clone, Copy, Debug)]
enum Awaits {
    Missing,
    StillThere,
    Offset,
    Chunk { len: u64 },
}

#[derive(Clone, Debug)]
struct Upload {
    sha256: String,
    len: u64,
    attempts: u32,
    offset: u64,
    restarts: u32,
    conflicts: u32,
}

impl Default for PhotoLane {
    fn default() -> Self {
        Self {
            asked: Vec::new(),
            to_ask: Vec::new(),
            waiting: VecDeque::new(),
            current: None,
            verdicts: Vec::new(),
            tries: BTreeMap::new(),
            awaits: Awaits::Missing,
            chunk_bytes: MAX_CHUNK_BYTES,
        }
    }
}

impl PhotoLane {
    /// A new pass begins.
    pub(super) fn begin(&mut self) {
        *self = Self { chunk_bytes: self.chunk_bytes, ..Self::default() };
    }

    /// How far the photo under way is.
    pub(super) fn progress(&self) -> Option<PhotoProgress> {
        let upload = self.current.as_ref()?;
        let (sha256, sent, len) = (upload.sha256.clone(), upload.offset, upload.len);
        Some(PhotoProgress { sha256, sent, len })
    }

    /// The photos that are ready to be sent.
    pub(super) fn read(&mut self, phone: &PhoneView, photos: Vec<Photo>) -> PhotoStep {
        if photos.is_empty() {
            return PhotoStep::Done;
        }
        self.awaits = Awaits::Missing;
        self.ask(phone, photos)
    }

    /// The photos that were received, to be asked about.
    pub(super) fn read_received(&mut self, phone: &PhoneView, photos: Vec<Photo>) -> PhotoStep {
        self.to_ask = photos;
        self.ask_on(phone)
    }

    /// A part of the bytes; `None` when the photo is not on the phone.
    pub(super) fn chunk(&mut self, phone: &PhoneView, bytes: Option<Vec<u8>>) -> PhotoStep {
        let Some(upload) = &self.current else { return PhotoStep::Done };
        let Some(body) = bytes else {
            let problem = local("photo-not-on-phone", 0, "its bytes are not on the phone");
            return self.set_aside(PhotoVerdict::Blocked(problem));
        };
        self.awaits = Awaits::Chunk { len: body.len() as u64 };
        let request = Request::new(Method::Patch, format!("/v1/blobs/{}", upload.sha256))
            .bearer(&phone.enrolment.token)
            .with("content-type", CHUNK_MIME)
            .with("upload-offset", upload.offset.to_string());
        PhotoStep::Send(Request { body, timeout_ms: CHUNK_TIMEOUT_MS, ..request })
    }

    /// The answer to what was last sent. `has_moved` is set when bytes arrived.
    pub(super) fn answered(
        &mut self,
        phone: &PhoneView,
        now: Now,
        reply: Result<Response, TransportError>,
        has_moved: &mut bool,
    ) -> PhotoStep {
        match self.awaits {
            Awaits::Missing => self.missing(now, reply),
            Awaits::StillThere => self.still_there(phone, now, reply),
            Awaits::Offset => self.told_offset(now, reply),
            Awaits::Chunk { len } => self.patched(phone, now, reply, len, has_moved),
        }
    }

    fn ask(&mut self, phone: &PhoneView, photos: Vec<Photo>) -> PhotoStep {
        let body = MissingRequest { sha256: photos.iter().map(|p| p.sha256.clone()).collect() };
        self.asked = photos;
        let request = Request::new(Method::Post, "/v1/blobs/missing");
        PhotoStep::Send(request.bearer(&phone.enrolment.token).json(&body))
    }

    fn ask_on(&mut self, phone: &PhoneView) -> PhotoStep {
        if self.to_ask.is_empty() {
            return match std::mem::take(&mut self.verdicts) {
                lost if lost.is_empty() => PhotoStep::Done,
                lost => PhotoStep::Settle(lost),
            };
        }
        let rest = self.to_ask.split_off(PAGE.min(self.to_ask.len()));
        let page = std::mem::replace(&mut self.to_ask, rest);
        self.awaits = Awaits::StillThere;
        self.ask(phone, page)
    }

    fn still_there(
        &mut self,
        phone: &PhoneView,
        now: Now,
        reply: Result<Response, TransportError>,
    ) -> PhotoStep {
        let answer = match self.believed(now, reply) {
            Ok(answer) => answer,
            Err(trouble) => return self.stop(trouble),
        };
        let lost = answer.missing.into_iter().map(|blob| (blob.sha256, PhotoVerdict::Lost));
        self.verdicts.extend(lost);
        self.ask_on(phone)
    }

    /// An answer that names only photos that were asked about, each once.
    fn believed(&self, now: Now, reply: Result<Response, TransportError>) -> Result<MissingAnswer, Trouble> {
        let answer: MissingAnswer = reply::json(reply, now.ms)?;
        let is_sound = answer.missing.iter().enumerate().all(|(nth, blob)| {
            let is_new = answer.missing[..nth].iter().all(|earlier| earlier.sha256 != blob.sha256);
            is_new && self.asked_for(&blob.sha256).is_some_and(|photo| blob.offset <= photo.meta.len)
        });
        if is_sound {
            return Ok(answer);
        }
        let note = local("answer-not-believed", 200, "the missing photos are not those asked for");
        Err(Trouble::Unknown(note))
    }

    /// A photo of the page asked about; a page is short.
    fn asked_for(&self, sha256: &str) -> Option<&Photo> {
        self.asked.iter().find(|photo| photo.sha256 == sha256)
    }

    fn missing(&mut self, now: Now, reply: Result<Response, TransportError>) -> PhotoStep {
        let answer = match self.believed(now, reply) {
            Ok(answer) => answer,
            Err(trouble) => return self.stop(trouble),
        };
        let is_missing = |photo: &&Photo| answer.missing.iter().any(|blob| blob.sha256 == photo.sha256);
        for photo in self.asked.iter().filter(|photo| !is_missing(photo)) {
            self.verdicts.push((photo.sha256.clone(), PhotoVerdict::Received));
        }
        for (nth, blob) in answer.missing.iter().enumerate() {
            let Some(photo) = self.asked.iter().find(|photo| photo.sha256 == blob.sha256) else { continue };
            let tries = self.tries.entry(blob.sha256.clone()).or_default();
            *tries += 1;
            if *tries > TRIES {
                let problem = local("photo-not-kept", 0, "the endpoint did not keep the whole photo");
                let verdict = later(now, nth, photo.meta.attempts, problem);
                self.verdicts.push((blob.sha256.clone(), verdict));
                continue;
            }
            self.waiting.push_back(Upload {
                sha256: blob.sha256.clone(),
                len: photo.meta.len,
                attempts: photo.meta.attempts,
                offset: blob.offset,
                restarts: 0,
                conflicts: 0,
            });
        }
        self.asked.clear();
        self.next()
    }

    fn patched(
        &mut self,
        phone: &PhoneView,
        now: Now,
        reply: Result<Response, TransportError>,
        sent: u64,
        has_moved: &mut bool,
    ) -> PhotoStep {
        let Some(upload) = &mut self.current else { return PhotoStep::Done };
        let own = reply.as_ref().ok().and_then(own_problem).as_ref().map(note);
        match reply.as_ref().map(|response| response.status) {
            Ok(201) => {
                *has_moved = true;
                self.current = None;
                return self.next();
            }
            Ok(409) => {
                upload.conflicts += 1;
                if upload.conflicts > CONFLICTS {
                    let problem = own.unwrap_or_else(|| local("wrong-offset", 409, "offsets do not meet"));
                    return self.put_off(now, problem);
                }
                if let Some(offset) = reply.ok().as_ref().and_then(offset) {
                    return self.go_on_at(now, offset);
                }
                self.awaits = Awaits::Offset;
                let path = format!("/v1/blobs/{}", upload.sha256);
                return PhotoStep::Send(Request::new(Method::Head, path).bearer(&phone.enrolment.token));
            }
            Ok(422) => {
                upload.restarts += 1;
                let is_no_picture = own.as_ref().is_some_and(|own| own.code == "not-an-image");
                if upload.restarts >= TRIES || is_no_picture {
                    let detail = "the bytes that arrived are not the photo's";
                    let problem = own.unwrap_or_else(|| local("wrong-hash", 422, detail));
                    return self.set_aside(PhotoVerdict::Blocked(problem));
                }
                return self.go_on_at(now, 0);
            }
            _ => {}
        }
        let response = match reply::success(reply, now.ms) {
            Ok(response) => response,
            Err(trouble) => return self.troubled(now, trouble),
        };
        match offset(&response) {
            Some(offset) if response.status == 204 && offset == upload.offset + sent => {
                *has_moved |= sent > 0;
                upload.conflicts = 0;
                self.chunk_bytes = (self.chunk_bytes * 2).min(MAX_CHUNK_BYTES);
                self.go_on_at(now, offset)
            }
            _ => {
                let detail = "the answer is not the endpoint's: perhaps a network's sign-in page";
                self.stop(Trouble::Unknown(local("not-the-endpoint", response.status, detail)))
            }
        }
    }

    fn told_offset(&mut self, now: Now, reply: Result<Response, TransportError>) -> PhotoStep {
        match reply::success(reply, now.ms) {
            Ok(response) => match offset(&response) {
                Some(offset) => self.go_on_at(now, offset),
                None => {
                    let note = local("not-the-endpoint", response.status, "the answer tells no offset");
                    self.stop(Trouble::Unknown(note))
                }
            },
            Err(trouble) => self.troubled(now, trouble),
        }
    }

    fn troubled(&mut self, now: Now, trouble: Trouble) -> PhotoStep {
        match trouble {
            Trouble::TooLarge(problem) => self.set_aside(PhotoVerdict::Blocked(problem)),
            Trouble::Refused(problem) | Trouble::Gone(problem) => self.put_off(now, problem),
            // It may be this photo that the endpoint fails at: the next pass tries others first.
            Trouble::Failed { note: ref problem, .. } => {
                let problem = problem.clone();
                if let Some(upload) = self.current.take() {
                    let verdict = later(now, 0, upload.attempts, problem);
                    self.verdicts.push((upload.sha256, verdict));
                }
                self.stop(trouble)
            }
            other => {
                self.chunk_bytes = (self.chunk_bytes / 2).max(LEAST_CHUNK_BYTES);
                self.stop(other)
            }
        }
    }

    fn go_on_at(&mut self, now: Now, offset: u64) -> PhotoStep {
        let Some(upload) = &mut self.current else { return PhotoStep::Done };
        if offset > upload.len {
            let problem = local("wrong-offset", 0, "the endpoint holds more than the photo has");
            return self.put_off(now, problem);
        }
        upload.offset = offset;
        let left = usize::try_from(upload.len - offset).unwrap_or(usize::MAX);
        let len = left.min(self.chunk_bytes);
        PhotoStep::ReadChunk { sha256: upload.sha256.clone(), offset, len }
    }

    fn put_off(&mut self, now: Now, problem: ProblemNote) -> PhotoStep {
        let attempts = self.current.as_ref().map_or(0, |upload| upload.attempts);
        self.set_aside(later(now, self.verdicts.len(), attempts, problem))
    }

    fn set_aside(&mut self, verdict: PhotoVerdict) -> PhotoStep {
        if let Some(upload) = self.current.take() {
            self.verdicts.push((upload.sha256, verdict));
        }
        self.next()
    }

    fn next(&mut self) -> PhotoStep {
        let Some(upload) = self.waiting.pop_front() else {
            return PhotoStep::Settle(std::mem::take(&mut self.verdicts));
        };
        let (sha256, offset) = (upload.sha256.clone(), upload.offset);
        let left = usize::try_from(upload.len - offset).unwrap_or(usize::MAX);
        self.current = Some(upload);
        PhotoStep::ReadChunk { sha256, offset, len: left.min(self.chunk_bytes) }
    }

    fn stop(&mut self, trouble: Trouble) -> PhotoStep {
        self.current = None;
        self.waiting.clear();
        self.to_ask.clear();
        PhotoStep::Stop(std::mem::take(&mut self.verdicts), trouble)
    }
}

fn offset(response: &Response) -> Option<u64> {
    response.header("upload-offset")?.parse().ok()
}

fn later(now: Now, nth: usize, attempts: u32, problem: ProblemNote) -> PhotoVerdict {
    let wait = delay_ms(attempts + 1, nth_random(now.random, nth as u64));
    PhotoVerdict::Later { problem, not_before_ms: now.ms.saturating_add(wait) }
}
