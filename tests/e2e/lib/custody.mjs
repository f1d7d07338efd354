// The custody screens as a person reads them, found by their test ids alone.
import assert from 'node:assert/strict';
import { App, id } from './app.mjs';
import { answer } from './checks.mjs';
import { Chromium } from './chromium.mjs';
import { onDisk } from './disk.mjs';
import { Endpoint } from './endpoint.mjs';
import { readOffice } from './office.mjs';
import { until, untilEqual } from './wait.mjs';

/** An endpoint with one phone enrolled and the day's work on it. */
export async function atWork(t, device) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  return { endpoint, office, ...(await onePhone(t, endpoint, office, device)) };
}

/** One more phone of the same office. */
export async function onePhone(t, endpoint, office, device) {
  const phone = await Chromium.make(t, device);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  return { phone, app };
}

/** Today's tasks, the shortest first. */
export const bySize = (office) => [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length);

/** Answers items of a task from today; `wishes` by item id, else not applicable. */
export async function answerItems(app, office, task, items, wishes = new Map()) {
  await app.openTask(task.id, task.items.length);
  for (const item of items) await answer(app, item.id, office.clauseOf(item), wishes.get(item.id) ?? { verdict: 'na' });
}

/** Every row and photo with its state: record id → `{state, photos: [{sha, state}], seq, store}`. */
export function rungs(phone) {
  return phone.evaluate(() => Object.fromEntries([...document.querySelectorAll('[data-testid="queue-row"]')].map((row) => [
    row.dataset.recordId, {
      state: row.dataset.state, seq: row.dataset.serverSeq, store: row.dataset.storeId,
      photos: [...row.querySelectorAll('[data-testid="photo-row"]')].map((photo) => ({ sha: photo.dataset.sha256, state: photo.dataset.state })),
    },
  ])));
}

/** Waits until the screen says whether the phone may be handed in, and returns what is left. */
export async function handIn(phone, safe) {
  const css = id('safe-to-hand-in');
  await untilEqual('safe to hand in', String(safe), async () => (await phone.attributes(css, 'data-safe'))[0], { timeout: 30_000 });
  return (await phone.count(id('what-is-left'))) ? phone.text(id('what-is-left')) : '';
}

/** Gives a file to another phone and returns what came of it. */
export async function takeIn(phone, file) {
  await phone.upload(id('import-queue'), [file]);
  await until('the file was taken in or refused', async () => (await phone.count(id('import-note'))) > 0, { timeout: 30_000 });
  const numbers = await Promise.all(['data-taken', 'data-known', 'data-faults'].map((name) => phone.attributes(id('import-note'), name)));
  const [taken, known, faults] = numbers.map(([text]) => (text === null ? undefined : Number(text)));
  return { taken, known, faults, words: await phone.text(id('import-note')) };
}

/** Chooses who uses the phone by the place in the list, 0 the first person; returns their id. */
export async function choosePerson(phone, nth) {
  const options = `${id('person-name')} option:not([value=""])`;
  await until('the roster', async () => (await phone.count(options)) > nth);
  const [value] = (await phone.attributes(options, 'value')).slice(nth, nth + 1);
  assert.ok(value);
  await until(`${value} uses the phone`, async () => {
    // The list is built anew when the roster is read again; a choice made just then is made once more.
    if ((await phone.value(id('person-name'))) !== value) await phone.choose(id('person-name'), value);
    return (await onDisk(phone, 'meta', 'person')) === value && (await phone.value(id('person-name'))) === value;
  }, { every: 200 });
  return value;
}

/** Puts received records into the phone's database behind its back, as months of work leave them. */
export function seedReceived(phone, number) {
  return phone.evaluate(async (count) => {
    const base = await new Promise((done, failed) => {
      const opening = indexedDB.open('rounds');
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    const writing = base.transaction('outbox', 'readwrite');
    for (let nth = 0; nth < count; nth += 1) {
      const hex = (1_700_000_000_000 + nth * 60_000).toString(16).padStart(12, '0');
      const key = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(nth).padStart(12, '0')}`;
      const record = {
        item_id: key, kind: 'result', schema: 1, author: 'seeded', captured: { at: '2026-01-01T08:00:00+08:00', tz: 'Asia/Shanghai', boot_id: 'b', mono_ms: 1 },
        body: '{}', body_sha256: '0'.repeat(64), blobs: [], task: `old-${Math.floor(nth / 20)}`, title: { zh: `旧记录 ${nth}`, en: `Old ${nth}` }, created_ms: 1,
        receipt: { server_seq: nth + 1, store_id: 'seeded-store', epoch: 1, received_at: '2026-01-01T00:00:00Z', received_ms: 1 },
      };
      writing.objectStore('outbox').put({ k: key, g: 'received', j: JSON.stringify(record), s: nth + 1, r: 1 });
    }
    await new Promise((done, failed) => {
      writing.oncomplete = done;
      writing.onabort = () => failed(writing.error);
    });
    base.close();
  }, number);
}
