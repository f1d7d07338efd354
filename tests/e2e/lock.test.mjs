// The device lock in real browsers: what a thief's script reads, tries that a reload does not give
// back, a battery that dies while rows are being sealed, and delivery before and after.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { countRecords } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import {
  PIN, addDrafts, beginLock, deviceKeyGoesOut, enter, everything, patience, turnOff, turnOn, unlock, waitForLock, waitForOpen, waitForTriesLeft,
} from './lib/lock.mjs';
import { readOffice } from './lib/office.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { assertReceivedOnce } from './lib/received.mjs';
import { until } from './lib/wait.mjs';
import { WebKit } from './lib/webkit.mjs';

const NOTE = '三号楼灶台有焦味';

async function atWork(t, browser = Chromium) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const phone = await browser.make(t);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  await endpoint.stop();
  const task = [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length)[0];
  return { endpoint, office, phone, app, task };
}

/** Answers a whole task, its first item failing with a note and a photo. */
async function work({ office, phone, app, task }, photo = true) {
  const shown = new Map();
  const files = photo ? [asFile('a.jpg', await drawSmallPhoto(phone, { seed: 71 }))] : [];
  await app.openTask(task.id, task.items.length);
  for (const [at, item] of task.items.entries()) {
    const wish = at === 0 ? { verdict: 'fail', note: NOTE, files } : { verdict: 'na' };
    shown.set(item.id, await answer(app, item.id, office.clauseOf(item), wish));
  }
  return shown;
}

/** The first bytes of the photos that lie plain in the browser, in hex. */
const photoHeads = (text) => [...text.matchAll(/^photo_bytes .* ([0-9a-f]{64})[0-9a-f]*$/gm)].map((found) => found[1]);

test('behind the lock nothing is readable, tries survive a reload, and delivery waits', { timeout: 240_000 }, async (t) => {
  const at = await atWork(t);
  const { endpoint, phone, app, task } = at;
  const shown = await work(at);
  const before = await everything(phone);
  const [head] = photoHeads(before);
  assert.ok(before.includes(NOTE) && head, 'without a lock, note and photo lie readable');

  await turnOn(app);
  const sealed = await everything(phone);
  assert.ok(!sealed.includes(NOTE), 'the note is not readable');
  assert.ok(!sealed.includes(head), 'the photo is not readable');
  assert.equal(await deviceKeyGoesOut(phone), false, 'the device key cannot be exported');
  await app.home();
  await app.openTask(task.id, task.items.length);
  assert.equal(await phone.value(`${itemCss(task.items[0].id)} ${id('note')}`), NOTE, 'the app reads on');
  await app.finish();
  assert.ok(!(await everything(phone)).includes(NOTE), 'nor is the finished record');
  const number = task.items.length + 1;
  await app.waitForPending(number);
  await app.openSync(number);
  const queued = (await app.queue()).map((row) => row.record);

  await phone.click(id('nav-me'));
  await phone.click(id('lock-now'));
  await waitForLock(app);
  await endpoint.start();
  await until('what waits is counted', async () => (await phone.text(id('lock-waiting'))).includes(String(number)));
  const page = await phone.evaluate(() => document.documentElement.outerHTML);
  assert.ok(!page.includes(NOTE) && !page.includes(task.id), 'the page shows nothing of the work');
  for (let left = 4; left >= 1; left -= 1) {
    await enter(app, '805317');
    await waitForTriesLeft(app, left);
    if (left === 3) {
      await phone.reload();
      await waitForTriesLeft(app, left);
    }
  }
  await enter(app, '805317');
  await until('it asks to wait', async () => (await patience(app)).wait > 0);
  await phone.reload();
  await until('it still asks to wait', async () => (await patience(app)).wait > 0);
  assert.ok(await phone.evaluate((css) => document.querySelector(css).disabled, id('lock-submit')), 'nothing can be tried meanwhile');
  assert.equal(await countRecords(endpoint), 0, 'a closed lock sends nothing');
  // The run's own clock goes on by 40 seconds.
  await phone.evaluate(() => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + 40_000;
  });
  await until('the wait is over', async () => (await patience(app)).wait === 0);
  await unlock(app);
  await app.waitForSynced();
  await assertReceivedOnce(endpoint, { shown, queued, tasks: [task.id] });
  phone.assertQuiet();
});

test('killed while rows are being sealed, and while they are opened: nothing is lost', { timeout: 240_000 }, async (t) => {
  const at = await atWork(t);
  const { endpoint, office, phone, app, task } = at;
  const shown = await work(at);
  const old = '往日的备注';
  await addDrafts(phone, 4_000, old);
  await beginLock(app);
  const count = async (words) => (await everything(phone)).split(words).length - 1;
  const halfway = async (what) => {
    const progress = async () => Number(await phone.evaluate(() => document.querySelector('.lock-page progress')?.value ?? 0));
    await until(what, async () => (await progress()) > 200, { every: 5 });
    await phone.kill();
    await phone.launch();
    await app.open('/');
    await waitForLock(app);
  };
  await phone.click(id('lock-submit'));
  await halfway('some rows are sealed');
  const plain = await count(old);
  assert.ok(plain > 0 && plain < 4_000, `killed in the middle: ${plain} of 4000 were still plain`);
  await unlock(app);
  assert.equal(await count(old), 0, 'it went on to the end');

  await phone.click(id('nav-me'));
  await phone.click(id('lock-off'));
  await phone.fill(id('lock-pin-now'), PIN);
  await phone.click(id('lock-submit'));
  await halfway('some rows are plain again');
  const opened = await count(old);
  assert.ok(opened > 0 && opened < 4_000, `killed in the middle: ${opened} of 4000 were plain`);
  await unlock(app);
  assert.equal(await count(old), 4_000, 'all are plain, none is lost');
  await app.home();
  await app.openTask(task.id, task.items.length);
  await app.finish();
  await endpoint.start();
  await app.openSync(task.items.length + 1);
  const queued = (await app.queue()).map((row) => row.record);
  await phone.click(id('sync-now'));
  await app.waitForHandIn();
  await assertReceivedOnce(endpoint, { shown, queued, tasks: [task.id] });
  assert.ok(office.tasks.size > 0);
  phone.assertQuiet();
});

test('a forgotten PIN loses nothing: the recovery code opens and sets another', { timeout: 180_000 }, async (t) => {
  const at = await atWork(t);
  const { phone, app, task } = at;
  await work(at, false);
  await phone.click(id('nav-me'));
  await phone.click(id('lock-on'));
  await phone.fill(id('lock-pin'), '123456');
  await phone.fill(id('lock-pin-again'), '123456');
  await phone.click(id('lock-submit'));
  await until('a weak PIN is refused in words', async () => (await phone.text(id('lock-problem'))).length > 5);
  await app.home();
  const groups = await turnOn(app);
  await phone.reload();
  await waitForLock(app);
  await phone.click(id('lock-recover'));
  const recover = async (code) => {
    await phone.fill(id('lock-code'), code);
    await phone.fill(id('lock-pin'), '805317');
    await phone.fill(id('lock-pin-again'), '805317');
    await phone.click(id('lock-submit'));
  };
  await recover([...groups.slice(1), groups[0]].join(' '));
  await until('a slip is told', async () => (await phone.count(id('lock-problem'))) > 0);
  await recover(groups.join('-').toLowerCase());
  await waitForOpen(app);
  await phone.reload();
  await waitForLock(app);
  await enter(app, PIN);
  await waitForTriesLeft(app, 4);
  await unlock(app, '805317');
  await app.home();
  await app.openTask(task.id, task.items.length);
  assert.equal(await phone.value(`${itemCss(task.items[0].id)} ${id('note')}`), NOTE);
  await turnOff(app, '805317');
  assert.ok((await everything(phone)).includes(NOTE), 'without the lock the rows are plain again');
  await phone.reload();
  await until('no PIN is asked for', async () => (await phone.count(id('lock-on'))) > 0);
  phone.assertQuiet();
});

test('the camera does not close the lock, five minutes away do', { timeout: 120_000 }, async (t) => {
  const at = await atWork(t);
  const { phone, app } = at;
  await turnOn(app);
  const awayFor = (minutes) => phone.evaluate((ms) => {
    const show = (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    show('hidden');
    const covered = document.documentElement.hasAttribute('data-covered');
    const now = Date.now;
    Date.now = () => now() + ms;
    show('visible');
    return covered;
  }, minutes * 60_000);
  assert.equal(await awayFor(4), true, 'a hidden page shows nothing');
  await until('it is uncovered', () => phone.evaluate(() => !document.documentElement.hasAttribute('data-covered')));
  assert.equal(await phone.count(id('lock-screen')), 0, 'four minutes: still open');
  assert.equal(await phone.count(id('lock-now')), 1);
  await awayFor(6);
  await waitForLock(app);
  await unlock(app);
  phone.assertQuiet();
});

test('another tab that has not heard of the lock writes nothing plain behind it', { timeout: 120_000 }, async (t) => {
  const at = await atWork(t);
  const { endpoint, phone, app, task } = at;
  const other = new App(await phone.tab(), endpoint.origin);
  await other.open(`/tasks/${task.id}`);
  await other.waitForItems(task.items.length);
  await phone.page.bringToFront();
  await turnOn(app);
  await other.phone.click(`${itemCss(task.items[0].id)} ${id('verdict-na')}`);
  await until('the other tab says so or asks for the PIN', async () => (await other.phone.count(id('not-saved'))) + (await other.phone.count(id('lock-screen'))) > 0);
  const draft = new RegExp(`drafts .*${task.items[0].id}`);
  assert.doesNotMatch(await everything(phone), draft, 'nothing was written behind the lock');
  phone.assertQuiet();
});

test('in WebKit: lock, reload, unlock, off', { timeout: 300_000 }, async (t) => {
  const at = await atWork(t, WebKit);
  const { phone, app, task } = at;
  await work(at);
  const [head] = photoHeads(await everything(phone));
  await turnOn(app);
  const sealed = await everything(phone);
  assert.ok(!sealed.includes(NOTE) && !sealed.includes(head), 'nothing is readable');
  assert.equal(await deviceKeyGoesOut(phone), false);
  await phone.reload();
  await waitForLock(app);
  await enter(app, '805317');
  await waitForTriesLeft(app, 4);
  await unlock(app);
  await app.home();
  await app.openTask(task.id, task.items.length);
  assert.equal(await phone.value(`${itemCss(task.items[0].id)} ${id('note')}`), NOTE);
  await turnOff(app);
  const plain = await everything(phone);
  assert.ok(plain.includes(NOTE) && plain.includes(head));
});
