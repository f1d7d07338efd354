// The lock seen by a script of the page: what it can and cannot take out of the browser.

function settle(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Tries every way of taking a key out; fails when none goes. */
export async function exportKey(key) {
  if (!(key instanceof CryptoKey)) throw new TypeError("not a key");
  const ways = ["raw", "jwk"].map((format) => crypto.subtle.exportKey(format, key));
  return Promise.any(ways);
}

/** The device's own key as it lies in the browser. */
export async function deviceKey() {
  const database = await settle(indexedDB.open("rounds-key"));
  const row = await settle(database.transaction("keys").objectStore("keys").get("device"));
  database.close();
  return row.key;
}

export async function forgetDeviceKey() {
  const database = await settle(indexedDB.open("rounds-key"));
  await settle(database.transaction("keys", "readwrite").objectStore("keys").delete("device"));
  database.close();
}

/** A database of the key's name in which no key can be kept. */
export async function spoilKeyDatabase() {
  await settle(indexedDB.deleteDatabase("rounds-key"));
  (await settle(indexedDB.open("rounds-key", 1))).close();
}

/** All rows of a database as one text; bytes in hex. */
export async function everything(name) {
  const database = await settle(indexedDB.open(name));
  let text = "";
  for (const table of database.objectStoreNames) {
    for (const row of await settle(database.transaction(table).objectStore(table).getAll())) {
      const hex = row.b && Array.from(new Uint8Array(row.b), (byte) => byte.toString(16).padStart(2, "0"));
      text += `${table} ${JSON.stringify(row)} ${hex?.join("") ?? ""}\n`;
    }
  }
  database.close();
  return text;
}
