//! Delivery as the screens see it: when a pass runs, what it says, and enrolment.
//!
//! One pass at a time, under a Web Lock, so that two tabs do not send side by side. Wakes: start,
//! focus, online, a finished task, the person, and the time the engine asked for.

mod transfer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

pub use self::transfer::ImportNote;
use super::phone::{Phone, PhoneStore};
use crate::store::identity::{self, Enrolment};
use crate::store::{Batch, Row, Store, StoreError, Table, outbox, photos};
use crate::sync::dated::Dated;
use crate::sync::driver::{Driver, Edge};
use crate::sync::enrol::{self, EnrolError};
use crate::sync::http::HttpTransport;
use crate::sync::status::SyncStatus;
use crate::sync::{Phase, Wake};
use crate::ui::i18n;
use crate::ui::platform::{clock, idle, ids, locks};

/// How long another tab's lock is respected.
const LOCK_PATIENCE_MS: u64 = 60_000;
/// Key of the person in the meta table.
const PERSON: &str = "person";

/// Delivery in the screens' context.
#[derive(Clone, Copy)]
pub struct Delivery {
    /// What the engine last said.
    pub status: RwSignal<SyncStatus>,
    /// The engine has counted: before that, nobody can say that everything is received.
    pub counted: RwSignal<bool>,
    /// The phone's enrolment.
    pub enrolment: RwSignal<Option<Enrolment>>,
    /// The staff id of whoever uses the phone.
    pub person: RwSignal<Option<String>>,
    /// Raised after every pass: what the screens read may have changed.
    pub news: RwSignal<u32>,
    /// Enrolment is under way.
    pub enrolling: RwSignal<bool>,
    /// Why the last enrolment failed.
    pub enrol_problem: RwSignal<Option<EnrolError>>,
    /// A code that would connect the phone to another company's store, with how much is unsent.
    pub elsewhere: RwSignal<Option<(String, u64)>>,
    /// What the last export came to.
    pub export_note: RwSignal<Option<String>>,
    /// A file is being written or read: so many parts of so many.
    pub transfer: RwSignal<Option<(u64, u64)>>,
    /// What the last import came to.
    pub import_note: RwSignal<Option<ImportNote>>,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

struct Inner {
    store: PhoneStore,
    install_id: String,
    /// Absent while a pass has it.
    driver: RefCell<Option<Driver>>,
    again: RefCell<Option<Wake>>,
    /// A code in the address of a phone that is enrolled already.
    spare_code: RefCell<Option<String>>,
    /// Since when another tab has held the lock, on the monotonic clock.
    refused_since: Cell<Option<u64>>,
    timer: RefCell<Option<Timeout>>,
}

/// The browser's clock and randomness for the engine.
struct BrowserEdge;

impl Edge for BrowserEdge {
    fn now_ms(&self) -> u64 {
        clock::now_ms()
    }

    fn random(&self) -> u64 {
        ids::random()
    }
}

/// Provides delivery to the screens.
pub fn provide_delivery(delivery: Delivery) {
    provide_context(delivery);
}

/// The delivery provided above.
pub fn use_delivery() -> Delivery {
    use_context().expect("delivery is provided before any page is built")
}

impl Delivery {
    /// Reads what is known and begins to deliver; enrols first when the address carries a code.
    ///
    /// # Errors
    /// [`StoreError`] when the identity cannot be read.
    pub async fn start(phone: &Phone) -> Result<Self, StoreError> {
        let enrolment = identity::enrolment(&phone.store).await?;
        let person = phone.store.get(Table::Meta, PERSON).await?.map(|row| row.json);
        let delivery = Self {
            status: RwSignal::new(SyncStatus::default()),
            counted: RwSignal::new(false),
            enrolment: RwSignal::new(enrolment),
            person: RwSignal::new(person.filter(|id| !id.is_empty())),
            news: RwSignal::new(0),
            enrolling: RwSignal::new(false),
            enrol_problem: RwSignal::new(None),
            elsewhere: RwSignal::new(None),
            export_note: RwSignal::new(None),
            transfer: RwSignal::new(None),
            import_note: RwSignal::new(None),
            inner: StoredValue::new_local(Rc::new(Inner {
                store: phone.store.clone(),
                install_id: phone.install_id.clone(),
                driver: RefCell::new(Some(Driver::new())),
                again: RefCell::new(None),
                spare_code: RefCell::new(None),
                refused_since: Cell::new(None),
                timer: RefCell::new(None),
            })),
        };
        delivery.listen();
        match code_in_address() {
            Some(code) if delivery.enrolment.with_untracked(Option::is_none) => {
                spawn_local(delivery.enrol(code));
            }
            code => {
                delivery.inner.with_value(|inner| *inner.spare_code.borrow_mut() = code);
                // The first screen first: a pass reads much of the database.
                idle::when_idle(move || delivery.wake(Wake::Start));
            }
        }
        Ok(delivery)
    }

    /// Who makes the records: the person, else the enrolled device, else the phone itself.
    pub fn author(&self) -> String {
        self.person
            .get_untracked()
            .or_else(|| self.enrolment.with_untracked(|e| e.as_ref().map(|e| e.device_id.clone())))
            .unwrap_or_else(|| self.inner.with_value(|inner| inner.install_id.clone()))
    }

    /// Keeps who uses the phone; empty for nobody in particular.
    pub fn set_person(&self, id: String) {
        self.person.set(Some(id.clone()).filter(|id| !id.is_empty()));
        let inner = self.inner.get_value();
        spawn_local(async move {
            // A failed write only means asking again next time.
            let _ = inner.store.commit(Batch::new().put(Table::Meta, Row::new(PERSON, "", id))).await;
        });
    }

    /// Something new is in the outbox.
    pub fn poke(&self) {
        self.wake(Wake::Saved);
    }

    /// The person wants it sent now.
    pub fn send_now(&self) {
        self.wake(Wake::User);
    }

    /// Offers a record that was set aside once more.
    pub async fn retry(self, item_id: String) {
        let inner = self.inner.get_value();
        if outbox::retry_blocked(&inner.store, &item_id).await.is_ok() {
            self.wake(Wake::User);
        }
    }

    /// Offers a photo that was set aside once more.
    pub async fn retry_photo(self, sha256: String) {
        let inner = self.inner.get_value();
        if photos::retry_blocked_photo(&inner.store, &sha256).await.is_ok() {
            self.wake(Wake::User);
        }
    }

    /// Enrols with a code, unless that would carry unsent work to another company unasked.
    pub async fn enrol(self, code: String) {
        let inner = self.inner.get_value();
        match enrol::unsent_for_another_store(&inner.store, &HttpTransport::new("")).await {
            Ok(Some(unsent)) => {
                self.elsewhere.set(Some((code, unsent)));
                self.wake(Wake::Start);
            }
            _ => self.enrol_here(code).await,
        }
    }

    /// Enrols with a code and fetches the day's tasks.
    pub async fn enrol_here(self, code: String) {
        self.elsewhere.set(None);
        self.enrolling.set(true);
        let inner = self.inner.get_value();
        let transport = HttpTransport::new("");
        match enrol::enrol(&transport, &code, &device_name(), &inner.install_id).await {
            Ok(answer) => {
                let enrolment = enrol::enrolment(answer, "");
                match identity::set_enrolment(&inner.store, &enrolment).await {
                    Ok(()) => {
                        self.enrol_problem.set(None);
                        self.enrolment.set(Some(enrolment));
                    }
                    Err(error) => self.export_note.set(Some(i18n::store_problem(&error))),
                }
                crate::ui::platform::position::forget();
                self.wake(Wake::User);
            }
            Err(error) => {
                self.enrol_problem.set(Some(error));
                self.wake(Wake::Start);
            }
        }
        self.enrolling.set(false);
    }

    /// Runs a pass, or has one run after the present one.
    fn wake(&self, wake: Wake) {
        let inner = self.inner.get_value();
        let delivery = *self;
        spawn_local(async move {
            let taken = inner.driver.borrow_mut().take();
            let Some(mut driver) = taken else {
                *inner.again.borrow_mut() = Some(wake);
                return;
            };
            let mut wake = Some(wake);
            while let Some(reason) = wake {
                delivery.pass(&inner, &mut driver, reason).await;
                wake = inner.again.borrow_mut().take();
            }
            *inner.driver.borrow_mut() = Some(driver);
        });
    }

    async fn pass(&self, inner: &Rc<Inner>, driver: &mut Driver, wake: Wake) {
        let status = self.status;
        let publish = move |new: SyncStatus| {
            if status.with_untracked(|old| *old != new) {
                status.set(new);
            }
        };
        driver.refresh(&inner.store, &publish).await;
        if !self.counted.get_untracked() {
            self.counted.set(true);
        }
        let transport = Dated::new(HttpTransport::new(""), clock::note_heard);
        let run = driver.run_pass(&inner.store, &transport, &BrowserEdge, wake, &publish);
        // A frozen tab may hold the lock for ever: past the limit we go on without it, since the
        // endpoint takes each record once whoever sends it.
        let waited = inner.refused_since.get().map(|since| clock::mono_ms().saturating_sub(since));
        let next = if waited.is_some_and(|ms| ms > LOCK_PATIENCE_MS) {
            Some(run.await)
        } else {
            locks::alone("rounds-sync", run).await
        };
        let since = inner.refused_since.get().unwrap_or_else(clock::mono_ms);
        inner.refused_since.set(next.is_none().then_some(since));
        self.news.update(|n| *n += 1);
        self.use_spare_code(inner);
        // Another tab is sending: look again soon, for what it did not take along.
        let at = next.unwrap_or(Some(clock::now_ms() + 5_000));
        let delivery = *self;
        *inner.timer.borrow_mut() = at.map(|at| {
            let wait = at.saturating_sub(clock::now_ms()).min(u64::from(u32::MAX)) as u32;
            Timeout::new(wait, move || delivery.wake(Wake::Timer))
        });
    }

    /// A code that came with the address is used when the enrolment turned out to have ended, and
    /// left to run out when it stands.
    fn use_spare_code(&self, inner: &Inner) {
        let ended = self
            .status
            .with_untracked(|status| matches!(status.phase, Phase::NeedsEnrolment | Phase::Revoked));
        let code = inner.spare_code.borrow_mut().take();
        if let Some(code) = code.filter(|_| ended) {
            spawn_local(self.enrol(code));
        }
    }

    fn listen(&self) {
        let delivery = *self;
        let on = move |name: &str, wake: Wake, visible_only: bool| {
            let Some(window) = web_sys::window() else { return };
            let Some(document) = window.document() else { return };
            let heard = Closure::<dyn FnMut()>::new({
                let document = document.clone();
                move || {
                    if !visible_only || document.visibility_state() == web_sys::VisibilityState::Visible {
                        delivery.wake(wake);
                    }
                }
            });
            let target: &web_sys::EventTarget =
                if visible_only { document.as_ref() } else { window.as_ref() };
            let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
            // Listens for the whole life of the page.
            heard.forget();
        };
        on("online", Wake::Online, false);
        on("visibilitychange", Wake::Focus, true);
    }
}

/// The one-time code in the address, as `#enrol=CODE`.
fn code_in_address() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    hash.strip_prefix("#enrol=").filter(|code| !code.is_empty()).map(str::to_owned)
}

/// The phone's name as its browser tells it, for the office's list.
fn device_name() -> String {
    let agent = web_sys::window().and_then(|w| w.navigator().user_agent().ok()).unwrap_or_default();
    ["iPhone", "iPad", "Android", "Macintosh", "Windows", "Linux"]
        .into_iter()
        .find(|name| agent.contains(name))
        .unwrap_or("Browser")
        .to_owned()
}
