//! The phone's real database: IndexedDB, one object store a table.
//!
//! Written on web-sys itself: the transaction's durability, a blocked opening and a connection
//! that must never recreate a lost database all have to be in our hands. Knows nothing of the
//! rules above the rows.

mod codec;
mod connection;
pub(super) mod device_key;
mod fault;
mod leaving;
mod mailbox;
mod request;
mod timer;
mod transaction;
mod upgrade;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbKeyRange};

use self::connection::{Connection, Missing};
use self::fault::store_error;
use self::request::answer;
use self::transaction::WriteTransaction;
use super::migrations::{self, GROUP_INDEX, Migration};
use super::plan::{self, Place, Plan, Write};
use super::{Batch, Committed, Op, Row, Store, StoreError, Table};

/// The name of the app's database.
pub const DATABASE: &str = "rounds";

/// How often a call is tried while the connection keeps being lost.
const TRIES: u32 = 3;

/// The rows on the phone. Clones share one connection.
#[derive(Clone)]
pub struct IndexedDb {
    inner: Rc<Inner>,
}

struct Inner {
    name: String,
    migrations: &'static [Migration],
    created: bool,
    connection: RefCell<Option<Rc<Connection>>>,
    durability: RefCell<Option<String>>,
    heard: RefCell<Option<Heard>>,
}

/// Hears of every call that ended: how many bytes it wrote, and how it went.
pub type Heard = Rc<dyn Fn(u64, Result<(), &StoreError>)>;

/// Lets nothing more be written or read by this page: the program broke down.
pub fn halt() {
    leaving::halt();
}

impl IndexedDb {
    /// Opens the database, made anew if there is none: ask [`Self::was_created`], since only the
    /// caller can know whether there should have been one.
    ///
    /// # Errors
    /// [`StoreError::Absent`] without IndexedDB, [`StoreError::TooNew`] for a newer app's
    /// database, [`StoreError::Blocked`] when another tab holds an older version for 5 s.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        Self::open_with(name, migrations::ALL, Missing::Create).await
    }

    /// Opens the database only if it is there.
    ///
    /// # Errors
    /// As [`Self::open`], and [`StoreError::Damaged`] if there is none; none is then made.
    pub async fn open_existing(name: &str) -> Result<Self, StoreError> {
        Self::open_with(name, migrations::ALL, Missing::Refuse).await
    }

    /// Opens the database as an app with these migrations would: for tests of older and newer
    /// versions side by side.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_as(name: &str, migrations: &'static [Migration]) -> Result<Self, StoreError> {
        Self::open_with(name, migrations, Missing::Create).await
    }

    /// Opens the database at whatever version it is, to carry out what can still be read.
    ///
    /// # Errors
    /// As [`Self::open_existing`].
    pub async fn open_as_is(name: &str) -> Result<Self, StoreError> {
        leaving::watch();
        Ok(Self::of(name, migrations::ALL, Connection::open_as_is(name).await?))
    }

    /// Has every call reported from now on.
    pub fn report_to(&self, heard: Heard) {
        self.inner.heard.replace(Some(heard));
    }

    /// Whether [`Self::open`] found nothing and made the database.
    pub fn was_created(&self) -> bool {
        self.inner.created
    }

    /// What the browser said the durability of the latest commit was; `None` before the first, or
    /// where the browser does not tell.
    pub fn durability(&self) -> Option<String> {
        self.inner.durability.borrow().clone()
    }

    /// Lets go of the database; the next call opens it again.
    pub fn close(&self) {
        self.inner.connection.take();
    }

    async fn open_with(
        name: &str,
        migrations: &'static [Migration],
        missing: Missing,
    ) -> Result<Self, StoreError> {
        leaving::watch();
        let mut tries = 1;
        loop {
            match Connection::open(name, migrations, missing).await {
                // As later on, when a connection is lost: the next may be given.
                Err(StoreError::Lost(_)) if tries < TRIES => tries += 1,
                opened => return Ok(Self::of(name, migrations, opened?)),
            }
        }
    }

    fn of(name: &str, migrations: &'static [Migration], connection: Connection) -> Self {
        let inner = Inner {
            name: name.to_owned(),
            migrations,
            created: connection.created,
            connection: RefCell::new(Some(Rc::new(connection))),
            durability: RefCell::default(),
            heard: RefCell::default(),
        };
        Self { inner: Rc::new(inner) }
    }

    /// Does `work`, which writes so many bytes, and reports how it went.
    async fn with_database<T>(
        &self,
        bytes: u64,
        work: impl AsyncFn(&IdbDatabase) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let outcome = self.try_database(work).await;
        let heard = self.inner.heard.borrow().clone();
        if let Some(heard) = heard {
            heard(bytes, outcome.as_ref().map(|_| ()));
        }
        outcome
    }

    /// Does `work`, opening the database again if the connection turns out to be lost.
    async fn try_database<T>(
        &self,
        work: impl AsyncFn(&IdbDatabase) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut tries = 1;
        loop {
            leaving::until_shown().await;
            let outcome = match self.connection().await {
                Ok(connection) => {
                    let outcome = work(&connection.database).await;
                    if matches!(outcome, Err(StoreError::Lost(_))) {
                        self.forget(&connection);
                    }
                    outcome
                }
                Err(error) => Err(error),
            };
            match outcome {
                Err(StoreError::Lost(_)) if tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>, StoreError> {
        let held = self.inner.connection.borrow().clone();
        if let Some(connection) = held {
            return Ok(connection);
        }
        let Inner { name, migrations, .. } = &*self.inner;
        let connection = Rc::new(Connection::open(name, migrations, Missing::Refuse).await?);
        self.inner.connection.replace(Some(Rc::clone(&connection)));
        Ok(connection)
    }

    // Another task may have opened a new one meanwhile, which stays.
    fn forget(&self, lost: &Rc<Connection>) {
        self.inner.connection.borrow_mut().take_if(|held| Rc::ptr_eq(held, lost));
    }
}

impl Store for IndexedDb {
    async fn get(&self, table: Table, key: &str) -> Result<Option<Row>, StoreError> {
        self.with_database(0, async |database| {
            let request = transaction::read(database, table)?.get(&JsValue::from_str(key));
            codec::decode(&answer(request.map_err(|error| store_error(&error))?).await?)
        })
        .await
    }

    async fn group(&self, table: Table, group: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        let Some(limit) = js_limit(limit) else { return Ok(Vec::new()) };
        self.with_database(0, async |database| {
            let request = transaction::read(database, table)?
                .index(GROUP_INDEX)
                .and_then(|index| index.get_all_with_key_and_limit(&group.into(), limit));
            codec::decode_all(&answer(request.map_err(|error| store_error(&error))?).await?)
        })
        .await
    }

    async fn page(&self, table: Table, after: &str, limit: usize) -> Result<Vec<Row>, StoreError> {
        let Some(limit) = js_limit(limit) else { return Ok(Vec::new()) };
        self.with_database(0, async |database| {
            let store = transaction::read(database, table)?;
            let request = IdbKeyRange::lower_bound_with_open(&after.into(), true)
                .and_then(|range| store.get_all_with_key_and_limit(&range, limit));
            codec::decode_all(&answer(request.map_err(|error| store_error(&error))?).await?)
        })
        .await
    }

    async fn count(&self, table: Table, group: Option<&str>) -> Result<u64, StoreError> {
        self.with_database(0, async |database| {
            let store = transaction::read(database, table)?;
            let request = match group {
                None => store.count(),
                Some(group) => store.index(GROUP_INDEX).and_then(|index| index.count_with_key(&group.into())),
            };
            codec::count(&answer(request.map_err(|error| store_error(&error))?).await?)
        })
        .await
    }

    async fn keys(&self, table: Table, group: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.with_database(0, async |database| {
            let store = transaction::read(database, table)?;
            let request = match group {
                None => store.get_all_keys(),
                Some(group) => {
                    store.index(GROUP_INDEX).and_then(|index| index.get_all_keys_with_key(&group.into()))
                }
            };
            let keys = answer(request.map_err(|error| store_error(&error))?).await?;
            Ok(js_sys::Array::from(&keys).iter().filter_map(|key| key.as_string()).collect())
        })
        .await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        if batch.ops.is_empty() {
            return Ok(Committed::default());
        }
        let doubtful = RefCell::new(None);
        self.with_database(size(&batch), async |database| self.commit_once(database, &batch, &doubtful).await)
            .await
    }
}

impl IndexedDb {
    /// One try. `doubtful` is what an earlier try asked to be written before the connection was
    /// lost: it may be on disk, and then its conditions would no longer hold.
    async fn commit_once(
        &self,
        database: &IdbDatabase,
        batch: &Batch,
        doubtful: &RefCell<Option<Plan>>,
    ) -> Result<Committed, StoreError> {
        let tables: Vec<&str> = batch.tables().into_iter().map(Table::name).collect();
        let transaction = WriteTransaction::begin(database, &tables)?;
        self.inner.durability.replace(transaction.durability());
        let earlier = doubtful.borrow().clone();
        match decide(&transaction, batch, earlier).await {
            Ok(plan) => {
                let committed = plan.committed.clone();
                doubtful.replace(Some(plan));
                transaction.finish().await?;
                Ok(committed)
            }
            Err(error) => {
                transaction.abort().await;
                Err(error)
            }
        }
    }
}

async fn decide(
    transaction: &WriteTransaction,
    batch: &Batch,
    earlier: Option<Plan>,
) -> Result<Plan, StoreError> {
    if let Some(earlier) = earlier
        && stands(transaction, &earlier).await?
    {
        return Ok(earlier);
    }
    let places = plan::reads(batch);
    let found = transaction.standing(&places).await?;
    let standing: HashMap<Place, Row> =
        places.into_iter().zip(found).filter_map(|(place, row)| Some((place, row?))).collect();
    let plan = plan::plan(batch, &standing)?;
    transaction.write(&plan)?;
    Ok(plan)
}

/// Whether the plan is on disk already. Revisions tell: nobody else would have written the same.
async fn stands(transaction: &WriteTransaction, plan: &Plan) -> Result<bool, StoreError> {
    let mut last: BTreeMap<Place, Option<Row>> = BTreeMap::new();
    for write in &plan.writes {
        match write {
            Write::Put(table, row) => {
                let row = Row { bytes: None, ..row.clone() };
                last.insert((*table, row.key.clone()), Some(row));
            }
            Write::Delete(table, key) => {
                last.insert((*table, key.clone()), None);
            }
        }
    }
    let (places, wanted): (Vec<Place>, Vec<Option<Row>>) = last.into_iter().unzip();
    Ok(transaction.standing(&places).await? == wanted)
}

/// About how many bytes a batch writes.
fn size(batch: &Batch) -> u64 {
    let of = |row: &Row| row.json.len() + row.bytes.as_ref().map_or(0, Vec::len);
    let sizes = batch.ops.iter().map(|op| match op {
        Op::Put { row, .. } | Op::Number { row, .. } => of(row),
        _ => 0,
    });
    sizes.sum::<usize>() as u64
}

// To the browser a limit of 0 means no limit.
fn js_limit(limit: usize) -> Option<u32> {
    (limit > 0).then(|| u32::try_from(limit).unwrap_or(u32::MAX))
}
