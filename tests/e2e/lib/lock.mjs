// The device lock as a person uses it, and the browser's storage as somebody with a script sees it.
import { id } from './app.mjs';
import { until, untilEqual } from './wait.mjs';

export const PIN = '291740';
const shows = (app, name) => until(`${name} shows`, () => app.phone.evaluate((css) => {
  const found = document.querySelector(css);
  return found !== null && found.getClientRects().length > 0;
}, id(name)), { timeout: 60_000 });

/** Turns the lock on up to the proof; returns the recovery code as it was shown. */
export async function beginLock(app, pin = PIN) {
  const { phone } = app;
  await phone.click(id('nav-me'));
  await phone.click(id('lock-on'));
  await phone.fill(id('lock-pin'), pin);
  await phone.fill(id('lock-pin-again'), pin);
  await phone.click(id('lock-submit'));
  await shows(app, 'lock-code-groups');
  const groups = (await phone.text(id('lock-code-groups'))).match(/[0-9A-Z]{5}/g);
  await phone.click(id('lock-submit'));
  const labels = [await phone.text('label[for="lock-group-a"]'), await phone.text('label[for="lock-group-b"]')];
  for (const [at, field] of ['lock-group-a', 'lock-group-b'].entries()) {
    await phone.fill(id(field), groups[Number(labels[at].match(/\d/)[0]) - 1].toLowerCase());
  }
  return groups;
}

/** Turns the lock on; returns the recovery code's groups. */
export async function turnOn(app, pin = PIN) {
  const groups = await beginLock(app, pin);
  await app.phone.click(id('lock-submit'));
  await shows(app, 'lock-now');
  return groups;
}

export const waitForLock = (app) => shows(app, 'lock-screen');

/** Types a PIN on the lock screen; does not wait for what comes of it. */
export async function enter(app, pin) {
  await app.phone.fill(id('lock-pin'), pin);
  await app.phone.click(id('lock-submit'));
}

export async function unlock(app, pin = PIN) {
  await waitForLock(app);
  await enter(app, pin);
  await waitForOpen(app);
}

export const waitForOpen = (app) => shows(app, 'nav-today');

export async function turnOff(app, pin = PIN) {
  await app.phone.click(id('nav-me'));
  await app.phone.click(id('lock-off'));
  await app.phone.fill(id('lock-pin-now'), pin);
  await app.phone.click(id('lock-submit'));
  await shows(app, 'lock-on');
}

/** Tries and waits as the lock screen says them. */
export async function patience(app) {
  const read = async (name) => Number((await app.phone.attributes(id('lock-screen'), name))[0]);
  return { left: await read('data-tries-left'), wait: await read('data-wait-s') };
}

export const waitForTriesLeft = (app, left) => untilEqual('tries left', left, async () => (await patience(app)).left, { timeout: 30_000 });

/** Everything that a script of the page can read: all rows of all databases, bytes in hex, and localStorage. */
export function everything(phone) {
  return phone.evaluate(async () => {
    const settle = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
    let text = JSON.stringify(localStorage);
    // Opening one that is not there would make it.
    for (const { name } of await indexedDB.databases()) {
      const database = await settle(indexedDB.open(name));
      for (const table of database.objectStoreNames) {
        for (const row of await settle(database.transaction(table).objectStore(table).getAll())) {
          text += `\n${table} ${JSON.stringify(row)} ${row.b ? hex(row.b) : ''}`;
        }
      }
      database.close();
    }
    return text;
  });
}

/** Whether the device's own key can be taken out by a script. */
export function deviceKeyGoesOut(phone) {
  return phone.evaluate(async () => {
    const settle = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await settle(indexedDB.open('rounds-key'));
    const { key } = await settle(database.transaction('keys').objectStore('keys').get('device'));
    database.close();
    const tries = await Promise.allSettled(['raw', 'jwk'].map((format) => crypto.subtle.exportKey(format, key)));
    return tries.some((one) => one.status === 'fulfilled');
  });
}

/** Puts `number` drafts of a task that is not there beside the others, as a long use would. */
export function addDrafts(phone, number, words) {
  return phone.evaluate(([count, note]) => new Promise((resolve, reject) => {
    const opening = indexedDB.open('rounds');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('drafts', 'readwrite');
      for (let at = 0; at < count; at += 1) {
        transaction.objectStore('drafts').put({ k: `old/${String(at).padStart(5, '0')}`, g: 'old', j: JSON.stringify({ note: `${note} ${at}` }), r: 1 });
      }
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => { database.close(); resolve(); };
    };
  }), [number, words]);
}
