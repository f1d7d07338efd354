// What the phone keeps: through reloads, crashes, full stores and a second tab; and how it can be
// carried out by hand.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { records, sha256 } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { kinds, readOffice } from './lib/office.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { assertReceivedOnce } from './lib/received.mjs';
import { until, untilEqual } from './lib/wait.mjs';

async function atWork(t) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  return { endpoint, office, phone, app };
}

const smallest = (office) => [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length)[0];
const taskWith = (office, kind) => {
  const item = [...office.items.values()].find((one) => kinds(office.clauseOf(one)).includes(kind));
  return { task: office.tasks.get(item.task), item, clause: office.clauseOf(item) };
};

test('a half-made answer survives a reload and a crash of the page', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const picture = asFile('a.jpg', await drawSmallPhoto(phone, { seed: 5 }));
  const { task, item } = taskWith(office, 'ask');
  await endpoint.stop();
  await app.openTask(task.id, task.items.length);
  const said = `${itemCss(item.id)} ${id('said-input')}`;
  await phone.fill(said, '还没记下的话');
  await app.waitForSaved(item.id);
  const [photo] = await app.addPhotos(item.id, [picture]);
  const kept = async (when) => {
    await app.waitForItems(task.items.length);
    assert.equal(await phone.value(said), '还没记下的话', when);
    await until(`the photo, ${when}`, async () => (await app.photos(item.id))[0] === photo);
    assert.equal(await phone.count(`${itemCss(item.id)} ${id('ask-point')}`), 0, `${when}: points stay hidden`);
  };
  await phone.reload();
  await kept('after a reload');
  await crash(phone);
  await app.open(`/tasks/${task.id}`);
  await kept('after a crash');
  phone.assertQuiet();
});

/** The page's process ends as when memory runs out; a new tab takes its place. */
async function crash(phone) {
  const crashed = new Promise((done) => phone.page.once('crash', done));
  const cdp = await phone.cdp();
  cdp.send('Page.crash').catch(() => undefined);
  await crashed;
  const old = phone.page;
  phone.page = await phone.context.newPage();
  await old.close().catch(() => undefined);
}

test('with localStorage full or forbidden, checks are still saved', { timeout: 120_000 }, async (t) => {
  const { office, phone, app } = await atWork(t);
  const task = smallest(office);
  const [first, second] = task.items;
  await phone.evaluate(() => {
    for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (let number = 0; ; number += 1) localStorage.setItem(`fill-${size}-${number}`, 'x'.repeat(size));
      } catch {
        // Full for this size: try a smaller one.
      }
    }
  });
  await app.openTask(task.id, task.items.length);
  await answer(app, first.id, office.clauseOf(first), { verdict: 'fail' });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(first.id), 'fail', 'full: kept');

  await phone.page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } });
  });
  await phone.reload();
  await app.waitForItems(task.items.length);
  await answer(app, second.id, office.clauseOf(second), { verdict: 'na' });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(second.id), 'na', 'forbidden: kept');
  phone.assertQuiet();
});

test('two tabs finish the same task: once, and both say so', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const task = smallest(office);
  await endpoint.stop();
  await app.openTask(task.id, task.items.length);
  const ledger = new Map();
  for (const item of task.items) ledger.set(item.id, await answer(app, item.id, office.clauseOf(item), { verdict: 'na' }));
  const other = new App(await phone.tab(), endpoint.origin);
  await other.open(`/tasks/${task.id}`);
  await other.waitForItems(task.items.length);
  await until('the other tab shows the same', async () => (await other.items()).every((item) => item.verdict === 'na'));
  await Promise.all([app, other].map((one) => one.phone.click(id('finish-task'))));
  for (const one of [app, other]) {
    await until('each tab says finished, or that another did it', async () => {
      const [done, told] = await Promise.all(['task-finished', 'changed-elsewhere'].map((name) => one.phone.count(id(name))));
      return done + told > 0;
    });
  }
  await endpoint.start();
  const number = task.items.length + 1;
  await app.openSync(number);
  const queued = (await app.queue()).map((row) => row.record);
  await Promise.all([app.phone.click(id('sync-now')), other.open('/sync')]);
  await until('both tabs see it received', async () => (await app.chip()).pending + (await other.chip()).pending === 0, { timeout: 30_000 });
  await assertReceivedOnce(endpoint, { shown: ledger, queued, tasks: [task.id] });
  phone.assertQuiet();
});

test('two tabs change the same item: one is kept, the other is told', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const task = smallest(office);
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  const other = new App(await phone.tab(), endpoint.origin);
  await other.open(`/tasks/${task.id}`);
  await other.waitForItems(task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '第一个标签页' });
  await other.phone.page.bringToFront();
  await other.phone.click(`${itemCss(item.id)} ${id('verdict-na')}`);
  await until('the second tab is told', async () => {
    const told = await other.phone.count(id('changed-elsewhere'));
    return told > 0 || (await other.verdict(item.id)) === 'fail';
  });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'fail', 'the first tab\'s answer stands');
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), '第一个标签页');
  phone.assertQuiet();
});

test('the export holds every record and photo not yet received', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const pictures = [await drawSmallPhoto(phone, { seed: 61 }), await drawSmallPhoto(phone, { seed: 62 })];
  const files = pictures.map((bytes, at) => asFile(`${at}.jpg`, bytes));
  await endpoint.stop();
  const task = smallest(office);
  await app.openTask(task.id, task.items.length);
  const hashes = [];
  for (const [at, item] of task.items.entries()) {
    const wish = at === 0 ? { verdict: 'fail', files } : { verdict: 'na' };
    hashes.push(...(await answer(app, item.id, office.clauseOf(item), wish)).photos);
  }
  await app.finish();
  const number = task.items.length + 1;
  await app.openSync(number);
  const queued = (await app.queue()).map((row) => row.record);
  const { name, bytes } = await phone.download(() => phone.click(id('export-queue')));
  assert.match(name, /^rounds-.*\.json$/);
  const file = JSON.parse(bytes);
  assert.deepEqual(file.records.map((record) => record.item_id).sort(), [...queued].sort());
  for (const record of file.records) assert.equal(sha256(Buffer.from(record.body)), record.body_sha256);
  assert.deepEqual(file.photos.map((photo) => photo.sha256).sort(), [...hashes].sort());
  for (const photo of file.photos) assert.equal(sha256(Buffer.from(photo.base64, 'base64')), photo.sha256);
  await endpoint.start();
  await phone.click(id('sync-now'));
  await app.waitForHandIn();
  const received = await records(endpoint);
  const sent = new Map(received.map((row) => [row.item_id, row.body]));
  for (const record of file.records) assert.equal(sent.get(record.item_id), record.body, 'the file holds the very bytes that are sent');
  await untilEqual('nothing is left to export', 0, async () => {
    const left = await phone.download(() => phone.click(id('export-queue')));
    return JSON.parse(left.bytes).records.length;
  });
  phone.assertQuiet();
});
