// IndexedDB by hand, without the app's code: to prepare what the app finds, to look at what it
// left, and to stand in for another tab or a failing disk.

function settle(request, done = (result) => result) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(done(request.result));
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** Removes a database; fails if a handle does not let go of it. */
export function remove(name) {
  return settle(indexedDB.deleteDatabase(name), () => undefined);
}

/** Whether there is a database. WebKit lists one whose creation was taken back, as version 0. */
export async function exists(name) {
  const found = (await indexedDB.databases()).find((database) => database.name === name);
  return found !== undefined && found.version > 0;
}

/** Makes a database from a fixture's text. */
export async function make(name, text) {
  const { version, tables } = JSON.parse(text);
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const [table, rows] of Object.entries(tables)) {
      const store = request.result.createObjectStore(table, { keyPath: "k" });
      store.createIndex("g", "g");
      for (const row of rows) {
        store.put(row.b ? { ...row, b: new Uint8Array(row.b).buffer } : row);
      }
    }
  };
  await settle(request, (database) => database.close());
}

/** The version of a database, found without changing it. */
export function version(name) {
  return settle(indexedDB.open(name), (database) => {
    const { version } = database;
    database.close();
    return version;
  });
}

/** Raises the version and nothing else, like a newer app in another tab. */
export function raise(name, version) {
  return settle(indexedDB.open(name, version), (database) => database.close());
}

/** Keeps a database open, deaf to the other tabs' wishes. */
export function hold(name) {
  return settle(indexedDB.open(name));
}

export function release(database) {
  database.close();
}

/** The type and length of a stored row's bytes. */
export async function bytesOf(name, table, key) {
  const database = await settle(indexedDB.open(name));
  const row = await settle(database.transaction(table).objectStore(table).get(key));
  database.close();
  return `${Object.prototype.toString.call(row.b)} ${row.b.byteLength}`;
}

const begin = IDBDatabase.prototype.transaction;
const put = IDBObjectStore.prototype.put;

/** The next `times` transactions do not begin, as when the connection is lost. */
export function loseConnection(times) {
  IDBDatabase.prototype.transaction = function (...args) {
    if (times-- > 0) throw new DOMException("The connection was lost", "InvalidStateError");
    return begin.apply(this, args);
  };
}

/** The next transaction is kept, but its end is told as a loss. */
export function loseAnswer() {
  IDBDatabase.prototype.transaction = function (...args) {
    IDBDatabase.prototype.transaction = begin;
    const transaction = begin.apply(this, args);
    transaction.addEventListener("complete", (event) => {
      event.stopImmediatePropagation();
      transaction.dispatchEvent(new Event("abort"));
    });
    return transaction;
  };
}

/** Every transaction is taken back after its writes were accepted and before they are kept. */
export function takeBack() {
  IDBObjectStore.prototype.put = function (...args) {
    const request = put.apply(this, args);
    request.addEventListener("success", () => request.transaction.abort());
    return request;
  };
}

/** The `nth` put from now finds the disk full. */
export function fillDisk(nth) {
  IDBObjectStore.prototype.put = function (...args) {
    nth -= 1;
    if (nth === 0) throw new DOMException("The disk is full", "QuotaExceededError");
    return put.apply(this, args);
  };
}

let begun = 0;

/** Counts transactions from now on. */
export function countTransactions() {
  begun = 0;
  IDBDatabase.prototype.transaction = function (...args) {
    begun += 1;
    return begin.apply(this, args);
  };
}

export const transactionsBegun = () => begun;

/** What must never be done: a write that waits for something else inside its transaction. */
export async function writeAfterWaiting(name, table, key) {
  const database = await settle(indexedDB.open(name));
  try {
    const store = begin.call(database, table, "readwrite").objectStore(table);
    await settle(store.get(key));
    await new Promise((resolve) => setTimeout(resolve));
    await settle(store.put({ k: key, g: "", j: "0", r: 1 }));
  } finally {
    database.close();
  }
}

/** Takes the faults away. */
export function heal() {
  IDBDatabase.prototype.transaction = begin;
  IDBObjectStore.prototype.put = put;
}

export function now() {
  return performance.now();
}

// One turn of the event loop, in which pending events are delivered.
export const next_task = () => new Promise((resolve) => setTimeout(resolve));

// What the browser tells a page that it is going to freeze for the way back, and on that way.
export const leave_page = () => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
export const show_page = () => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));

// A write by a page that shares nothing with ours.
export const put_by_hand = (name, table, key) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(table, "readwrite");
      transaction.objectStore(table).put({ k: key, g: "", j: "0", r: 1 });
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        database.close();
        resolve();
      };
    };
  });
