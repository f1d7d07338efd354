// Hazards of the phone's storage: wiped, not durable, gone, damaged, full, forbidden.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { untilAlarm } from '../lib/alarm.mjs';
import { id, itemCss } from '../lib/app.mjs';
import { answer } from '../lib/checks.mjs';
import { query, records } from '../lib/db.mjs';
import { asFile, drawCameraPhoto, drawSmallPhoto } from '../lib/photos.mjs';
import { carrying, fault } from '../lib/proxy.mjs';
import { atWork, doTask, inBoth, inChromium, openBlank, sendUntil, smallest, withWork } from '../lib/stage.mjs';
import { until, untilEqual } from '../lib/wait.mjs';

inBoth('hazard 01: storage wiped by the browser: an alarm here, and what is missing counted there', async (t, browser) => {
  const { endpoint, proxy, phone, app, expected } = await withWork(t, { browser });
  // One record stays behind on the phone, and the office is told so with the others.
  const stays = expected.queued[1];
  proxy.when(carrying(stays), fault.problem(413, 'push-too-large'));
  await sendUntil(app, 'it is shown as set aside', async () => (await app.queue()).some((row) => row.record === stays && row.state === 'blocked'));
  await phone.click(id('sync-now'));
  const installs = () => query(endpoint, 'SELECT install_id, next_seq, pending FROM installs WHERE next_seq > 1');
  await until('the office knows', async () => (await installs()).length === 1);
  await openBlank({ proxy, app });
  await phone.evaluate(() => new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase('rounds');
    request.onsuccess = () => done();
    // The page that was left may take another moment to let go: that is no failure.
    request.onerror = () => failed(new Error('not deleted'));
  }));
  const copy = () => phone.evaluate(() => localStorage.getItem('rounds.install_id'));
  assert.ok(await copy(), "the browser's small store stands");
  // WebKit goes on clearing away after it has said that it is done; a database opened in that
  // moment never answers. A browser that wipes by itself does so while no page is open.
  await pause(1_500);
  await app.open('/');
  await untilAlarm(app, 'storage-lost');
  await phone.goto(proxy.demo);
  await app.waitForCards();
  await untilAlarm(app, 'storage-lost');
  const [old] = await installs();
  const arrived = new Set((await records(endpoint)).map((row) => row.seq));
  const missing = Array.from({ length: old.next_seq - 1 }, (_, at) => at + 1).filter((seq) => !arrived.has(seq));
  assert.equal(missing.length, 1, 'the gap at the endpoint is what the phone lost');
  assert.ok(old.pending >= 1, `and the phone had said so: ${old.pending}`);
  phone.assertQuiet();
});

// Runs in the page before the app.
function noteDurability() {
  const begin = IDBDatabase.prototype.transaction;
  window.writes = [];
  IDBDatabase.prototype.transaction = function (...args) {
    const transaction = begin.apply(this, args);
    if (transaction.mode === 'readwrite') window.writes.push(transaction.durability);
    return transaction;
  };
}

inBoth('hazard 03: every write of the built app is strictly durable', async (t, browser) => {
  const stage = await atWork(t, { browser, stub: noteDurability });
  const { phone, app, office } = stage;
  await doTask(stage, smallest(office), { files: [asFile('a.jpg', await drawSmallPhoto(phone, { seed: 3 }))] });
  await app.openSync(smallest(office).items.length + 1);
  await app.waitForHandIn();
  const writes = await phone.evaluate(() => window.writes);
  assert.ok(writes.length > 10, `${writes.length} writes were seen`);
  assert.deepEqual([...new Set(writes)], ['strict']);
});

/** Chromium's folders of this origin's databases in the profile: LevelDB's, and that of large values. */
function folders(phone, origin) {
  const base = join(phone.profile, 'Default', 'IndexedDB');
  const own = `http_127.0.0.1_${new URL(origin).port}`;
  return readdirSync(base).filter((name) => name.startsWith(own)).map((name) => join(base, name));
}

/** Unfinished work with a photo on a phone that is then closed, the endpoint out of reach. */
async function closedWithWork(t, draw = drawSmallPhoto) {
  const stage = await atWork(t);
  const { endpoint, office, phone, app } = stage;
  const files = [asFile('a.jpg', await draw(phone, { seed: 5 })), asFile('b.jpg', await draw(phone, { seed: 6 }))];
  await endpoint.stop();
  const task = smallest(office);
  const shown = await doTask(stage, task, { files });
  await app.waitForPending(task.items.length + 1);
  await phone.close();
  return { ...stage, task, shown };
}

inChromium("hazard 05: the database's folder is gone: said at once, nothing passed over in silence", async (t) => {
  const { phone, app, endpoint } = await closedWithWork(t);
  for (const folder of folders(phone, endpoint.origin)) rmSync(folder, { recursive: true });
  await phone.launch();
  await app.open('/');
  await untilAlarm(app, 'storage-lost');
  assert.equal(await phone.count(id('no-storage')), 0, 'and the app can be used');
  await phone.reload();
  await untilAlarm(app, 'storage-lost');
});

inChromium('hazard 05: a damaged database: said at once, nothing passed over in silence', async (t) => {
  const { phone, app, endpoint } = await closedWithWork(t);
  const [base] = folders(phone, endpoint.origin).filter((name) => name.endsWith('.leveldb'));
  const files = readdirSync(base).filter((name) => /^(MANIFEST|\d+\.(log|ldb))/.test(name)).map((name) => join(base, name));
  assert.ok(files.length > 1, files.join());
  for (const file of files) writeFileSync(file, Buffer.alloc(Math.min(statSync(file).size, 4096), 0xa5));
  await phone.launch();
  await app.open('/');
  await until('the app says so', async () => {
    const said = ['no-storage', 'store-trouble'].map((name) => phone.count(id(name)));
    const alarm = phone.count(`${id('alarm')}[data-alarm="storage-lost"]`);
    return (await Promise.all([...said, alarm])).some((count) => count > 0);
  }, { timeout: 30_000 });
});

inChromium('hazard 05: a photo that cannot be read holds back nothing else of the export', async (t) => {
  const { phone, app, endpoint, task, shown } = await closedWithWork(t, drawCameraPhoto);
  const large = folders(phone, endpoint.origin).filter((name) => name.endsWith('.blob'));
  const files = large.flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => existsSync(name) && statSync(name).isFile());
  assert.ok(files.length > 0, 'large values lie in files of their own');
  for (const file of files) truncateSync(file, 0);
  await phone.launch();
  await app.open('/sync');
  await until('the rows', async () => (await app.queue()).length === task.items.length + 1);
  const { bytes } = await phone.download(() => phone.click(id('export-queue')));
  const file = JSON.parse(bytes);
  assert.equal(file.records.length, task.items.length + 1, 'every record');
  const photos = [...shown.values()].flatMap((one) => one.photos);
  assert.deepEqual([...file.photos.map((one) => one.sha256), ...file.unreadable].sort(), photos.sort(), 'each photo is there or named');
  assert.ok(file.unreadable.length > 0);
  await endpoint.start();
  await phone.click(id('sync-now'));
  await untilEqual('the text arrives all the same', task.items.length + 1, async () => (await records(endpoint)).length, { timeout: 30_000 });
});

/** Starts the browser anew with so much room: it believes an earlier count of its own for half a minute. */
async function relaunchWithRoom({ phone, endpoint }, room) {
  await phone.close();
  await phone.launch();
  const cdp = await phone.cdp();
  const giveRoom = async (bytes) => {
    const { usage } = await cdp.send('Storage.getUsageAndQuota', { origin: endpoint.origin });
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: endpoint.origin, quotaSize: Math.max(1, usage + bytes) });
  };
  await giveRoom(room);
  return giveRoom;
}

inChromium('hazard 08: no room for another picture: told, and the text is kept', async (t) => {
  const stage = await atWork(t);
  const { office, phone, app } = stage;
  const pictures = [];
  for (let seed = 80; seed < 90; seed += 1) pictures.push(asFile(`${seed}.jpg`, await drawSmallPhoto(phone, { seed })));
  const task = smallest(office);
  const [item] = task.items;
  const css = (name) => `${itemCss(item.id)} ${id(name)}`;
  const giveRoom = await relaunchWithRoom(stage, 300 * 1024);
  await app.open(`/tasks/${task.id}`);
  await app.waitForItems(task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '满之前' });
  await until('a picture that does not fit', async () => {
    const before = (await app.photos(item.id)).length;
    await phone.upload(css('photo-input'), [pictures.shift()]);
    await until('kept, or told', async () => (await app.photos(item.id)).length > before || (await phone.count(css('photo-problem'))) > 0);
    return (await phone.count(css('photo-problem'))) > 0;
  }, { timeout: 60_000 });
  assert.match(await phone.text(css('photo-problem')), /满/, 'why it was not kept');
  const kept = await app.photos(item.id);
  // The last picture that fitted may have left no room for a word, so there is a little.
  await giveRoom(64 * 1024);
  await phone.fill(css('note'), '照片放不下，字还在');
  await app.waitForSaved(item.id);
  await untilAlarm(app, 'disk-full');
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await phone.value(css('note')), '照片放不下，字还在');
  await untilEqual('the pictures that fitted', kept.join(), async () => (await app.photos(item.id)).join());
  phone.assertQuiet();
});

inChromium('hazard 08: no room at all: never called saved, and saved once there is room', async (t) => {
  const stage = await atWork(t);
  const { office, phone, app } = stage;
  const task = smallest(office);
  const [first, second] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, first.id, office.clauseOf(first), { verdict: 'fail' });
  const giveRoom = await relaunchWithRoom(stage, -1e9);
  await app.open(`/tasks/${task.id}`);
  await app.waitForItems(task.items.length);
  await phone.click(`${itemCss(second.id)} ${id('verdict-na')}`);
  await until('the app says so', async () => (await phone.count(id('not-saved'))) > 0);
  assert.notEqual((await phone.attributes(itemCss(second.id), 'data-saved'))[0], 'true');
  await untilAlarm(app, 'disk-full');
  await giveRoom(1e9);
  await phone.click(`${id('not-saved')} button`);
  await app.waitForSaved(second.id);
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.deepEqual([await app.verdict(first.id), await app.verdict(second.id)], ['fail', 'na']);
  phone.assertQuiet();
});

// Runs in the page.
function fillLocalStorage() {
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (let number = 0; ; number += 1) localStorage.setItem(`fill-${size}-${number}`, 'x'.repeat(size));
    } catch {
      // Full for this size: try a smaller one.
    }
  }
}

inBoth('hazard 09: with localStorage full, checks are still saved', async (t, browser) => {
  const { office, phone, app } = await atWork(t, { browser });
  const task = smallest(office);
  const [item] = task.items;
  await phone.evaluate(fillLocalStorage);
  await app.openTask(task.id, task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'fail' });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'fail');
  phone.assertQuiet();
});

// Runs in the page before the app.
function forbidLocalStorage() {
  Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } });
}

inBoth('hazard 09: with localStorage forbidden, checks are still saved', async (t, browser) => {
  const { office, phone, app } = await atWork(t, { browser, stub: forbidLocalStorage });
  const task = smallest(office);
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'na');
  phone.assertQuiet();
});
