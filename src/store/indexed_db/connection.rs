//! Opening the database, and letting go of it when another tab needs to change it.

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbTransaction, IdbVersionChangeEvent};

use super::fault::store_error;
use super::mailbox::{Handler, Mailbox};
use super::timer::Timer;
use super::upgrade::upgrade;
use crate::store::StoreError;
use crate::store::migrations::{self, Migration};

/// How long another tab may keep the database from opening.
const BLOCKED_MILLIS: u32 = 5_000;
/// How long the browser may say nothing at all.
const SILENT_MILLIS: u32 = 15_000;

/// Whether a database that is not there may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// Yes: this may be the first start.
    Create,
    /// No: it was there before, and an empty one would hide the loss.
    Refuse,
}

/// An open database, closed when dropped or when another tab changes its version.
pub(super) struct Connection {
    pub(super) database: IdbDatabase,
    /// Whether this opening made it.
    pub(super) created: bool,
    // Held for the browser's sake.
    _on_version_change: Handler,
}

impl Connection {
    pub(super) async fn open(
        name: &str,
        migrations: &'static [Migration],
        missing: Missing,
    ) -> Result<Self, StoreError> {
        let request = factory()?
            .open_with_u32(name, migrations::latest(migrations))
            .map_err(|error| store_error(&error))?;
        Self::carry_through(request, migrations, missing).await
    }

    /// Opens whatever version is there, to read from it; nothing is made or changed.
    pub(super) async fn open_as_is(name: &str) -> Result<Self, StoreError> {
        let request = factory()?.open(name).map_err(|error| store_error(&error))?;
        Self::carry_through(request, migrations::ALL, Missing::Refuse).await
    }

    async fn carry_through(
        request: IdbOpenDbRequest,
        migrations: &'static [Migration],
        missing: Missing,
    ) -> Result<Self, StoreError> {
        let mut opening = Opening::start(request);
        let created = opening.carry_through(migrations, missing).await?;
        let database = opening.done()?;
        let on_version_change = Handler::new(|event| close_target(&event));
        database.set_onversionchange(Some(on_version_change.function()));
        Ok(Self { database, created, _on_version_change: on_version_change })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.set_onversionchange(None);
        self.database.close();
    }
}

enum News {
    Upgrade { from: u32 },
    Blocked,
    GaveUp(StoreError),
    Opened,
    Failed,
}

/// An open request under way. Dropped before its end, it leaves neither a half-made database nor
/// an open connection.
struct Opening {
    request: IdbOpenDbRequest,
    news: Mailbox<News>,
    upgrading: Option<IdbTransaction>,
    timer: Option<Timer>,
    ended: bool,
    // Held for the browser's sake.
    _handler: Handler,
}

impl Opening {
    fn start(request: IdbOpenDbRequest) -> Self {
        let news = Mailbox::new();
        let handler = news.handler(read_event);
        request.set_onsuccess(Some(handler.function()));
        request.set_onerror(Some(handler.function()));
        request.set_onblocked(Some(handler.function()));
        request.set_onupgradeneeded(Some(handler.function()));
        let mut opening =
            Self { request, news, upgrading: None, timer: None, ended: false, _handler: handler };
        let silent = StoreError::Lost("the browser did not answer".to_owned());
        opening.give_up_after(SILENT_MILLIS, silent);
        opening
    }

    /// Follows the request to its end; says whether the database was made.
    async fn carry_through(
        &mut self,
        migrations: &'static [Migration],
        missing: Missing,
    ) -> Result<bool, StoreError> {
        let mut created = false;
        loop {
            match self.news.next().await {
                News::Upgrade { from: 0 } if missing == Missing::Refuse => {
                    self.upgrading = self.request.transaction();
                    return Err(StoreError::Damaged("the database is gone".to_owned()));
                }
                News::Upgrade { from } => {
                    created = from == 0;
                    // From here on the time is the migration's own.
                    self.timer = None;
                    let transaction = self.request.transaction().ok_or_else(not_open)?;
                    self.upgrading = Some(transaction.clone());
                    upgrade(&self.database()?, &transaction, migrations, from).await?;
                }
                News::Blocked => self.give_up_after(BLOCKED_MILLIS, StoreError::Blocked),
                News::GaveUp(why) => return Err(why),
                News::Opened => return Ok(created),
                News::Failed => {
                    self.ended = true;
                    let error = self.request.error().ok().flatten();
                    return Err(error.map_or_else(not_open, |error| store_error(&error)));
                }
            }
        }
    }

    fn done(mut self) -> Result<IdbDatabase, StoreError> {
        let database = self.database()?;
        self.ended = true;
        Ok(database)
    }

    fn database(&self) -> Result<IdbDatabase, StoreError> {
        let result = self.request.result().map_err(|error| store_error(&error))?;
        result.dyn_into().map_err(|_| not_open())
    }

    fn give_up_after(&mut self, millis: u32, why: StoreError) {
        let late = self.news.sender();
        self.timer = Some(Timer::after(millis, move || late.send(News::GaveUp(why.clone()))));
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.request.set_onblocked(None);
        self.request.set_onerror(None);
        self.request.set_onsuccess(None);
        self.request.set_onupgradeneeded(None);
        if self.ended {
            return;
        }
        if let Some(upgrading) = self.upgrading.take() {
            // It throws when it has ended already, and then there is nothing to take back.
            let _ = upgrading.abort();
        }
        // An opening that succeeds after nobody waits for it any more is undone.
        let abort = Closure::once_into_js(|event: Event| abort_upgrade(&event));
        let close = Closure::once_into_js(|event: Event| close_result(&event));
        self.request.set_onupgradeneeded(Some(abort.unchecked_ref()));
        self.request.set_onsuccess(Some(close.unchecked_ref()));
    }
}

fn read_event(event: Event) -> News {
    match event.type_().as_str() {
        "success" => News::Opened,
        "blocked" => News::Blocked,
        "upgradeneeded" => News::Upgrade { from: old_version(&event) },
        _ => News::Failed,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "our versions are small whole numbers"
)]
fn old_version(event: &Event) -> u32 {
    event.dyn_ref::<IdbVersionChangeEvent>().map_or(0, |change| change.old_version() as u32)
}

fn close_target(event: &Event) {
    if let Some(database) = event.target().and_then(|target| target.dyn_into().ok()) {
        let database: IdbDatabase = database;
        database.close();
    }
}

fn target_request(event: &Event) -> Option<IdbOpenDbRequest> {
    event.target()?.dyn_into().ok()
}

fn abort_upgrade(event: &Event) {
    if let Some(transaction) = target_request(event).and_then(|request| request.transaction()) {
        let _ = transaction.abort();
    }
}

fn close_result(event: &Event) {
    let result = target_request(event).and_then(|request| request.result().ok());
    if let Some(database) = result.and_then(|result| result.dyn_into::<IdbDatabase>().ok()) {
        database.close();
    }
}

fn not_open() -> StoreError {
    StoreError::Lost("the database did not open".to_owned())
}

// Read from the global object, so that a worker can open the database too.
fn factory() -> Result<IdbFactory, StoreError> {
    Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB"))
        .map_err(|error| store_error(&error))?
        .dyn_into()
        .map_err(|_| StoreError::Absent("no indexedDB".to_owned()))
}
