// The phone's own database, read behind the app's back: what a dead battery would leave.
import { until } from './wait.mjs';

/** The text of a row; undefined where there is none. */
export async function onDisk(phone, table, key) {
  return (await phone.evaluate(readText, [table, key])) ?? undefined;
}

/** Waits until what is half filled in under `key` is on disk as `is` wants it. */
export function untilHalfKept(phone, key, is) {
  return until(`${key} is on disk`, async () => is(JSON.parse(await onDisk(phone, 'drafts', key))));
}

// Runs in the page.
function readText([table, key]) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open('rounds');
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const base = opening.result;
      const reading = base.transaction(table).objectStore(table).get(key);
      reading.onsuccess = () => {
        base.close();
        done(reading.result?.j);
      };
      reading.onerror = () => failed(reading.error);
    };
  });
}
