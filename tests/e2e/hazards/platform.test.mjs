// Hazards of what the browser is asked for and does not do: keeping, staying, syncing, telling the
// truth about the line and the time, staying alive.
import assert from 'node:assert/strict';
import { untilAlarm } from '../lib/alarm.mjs';
import { id, itemCss } from '../lib/app.mjs';
import { answer } from '../lib/checks.mjs';
import { choosePerson } from '../lib/custody.mjs';
import { countRecords, records } from '../lib/db.mjs';
import { asFile, drawSmallPhoto } from '../lib/photos.mjs';
import { fault } from '../lib/proxy.mjs';
import { assertReceivedOnce } from '../lib/received.mjs';
import { PUSH, atWork, bySize, doTask, inBoth, inChromium, sendAll, sendUntil, smallest, untilTakenIn } from '../lib/stage.mjs';
import { until, untilEqual } from '../lib/wait.mjs';

// The stubs run in the page before the app.

function refuseToKeep() {
  const refuse = () => Promise.resolve(false);
  if (navigator.storage) Object.defineProperties(navigator.storage, { persist: { value: refuse }, persisted: { value: refuse } });
  // WebKitGTK has no such interface at all.
  else Object.defineProperty(navigator, 'storage', { value: { persist: refuse, persisted: refuse, estimate: async () => ({ usage: 1, quota: 1e10 }) } });
}

inBoth('hazard 02: persist() refused: told, with a next step, and the export is at hand', async (t, browser) => {
  const { phone, app } = await atWork(t, { browser, stub: refuseToKeep });
  await app.open('/me');
  await until('it is told', async () => {
    const kinds = [...(await phone.attributes(id('alarm'), 'data-alarm')), ...(await phone.attributes(id('alarm-late'), 'data-alarm'))];
    return kinds.some((kind) => kind === 'persist-refused' || kind === 'private-mode');
  });
  await app.open('/sync');
  await until('the export', async () => (await phone.count(id('export-queue'))) === 1);
  phone.assertQuiet();
});

/** Everything of the draft that was on the screen when the page went. */
async function assertDraft(app, task, item, shown) {
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'fail');
  await untilEqual('the note', shown.note, () => app.phone.value(`${itemCss(item.id)} ${id('note')}`));
  await untilEqual('the photos', shown.photos.join(), async () => (await app.photos(item.id)).join());
}

inChromium('hazard 10: page killed while the camera is open, and between picking and saving', async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const pictures = [];
  for (const seed of [51, 52, 53]) pictures.push(asFile(`${seed}.jpg`, await drawSmallPhoto(phone, { seed })));
  const task = bySize(office).at(-1);
  const item = task.items.at(-1);
  await endpoint.stop();
  await app.openTask(task.id, task.items.length);
  const shown = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '拍照之前写的', files: [pictures[0]] });
  const input = `${itemCss(item.id)} ${id('photo-input')}`;

  const [camera] = await Promise.all([phone.page.waitForEvent('filechooser'), phone.page.locator(input).evaluate((one) => one.click())]);
  assert.ok(camera);
  await phone.crash();
  await app.open(`/tasks/${task.id}`);
  await assertDraft(app, task, item, shown);

  // Picked, and gone before it can be known whether it was kept: whole or not at all.
  await phone.upload(input, [pictures[1]]);
  await phone.crash();
  await app.open(`/tasks/${task.id}`);
  await app.waitForItems(task.items.length);
  await untilEqual('the note', shown.note, () => phone.value(`${itemCss(item.id)} ${id('note')}`));
  const [first] = shown.photos;
  const kept = await until('the photos', async () => {
    const photos = await app.photos(item.id);
    return photos.includes(first) && photos;
  });
  assert.ok(kept.length <= 2);
  const more = await app.addPhotos(item.id, [pictures[2]]);
  assert.equal(new Set(more).size, kept.length + 1);
  phone.assertQuiet();
});

inBoth('hazard 10: page reloaded while the camera is open', async (t, browser) => {
  const { endpoint, office, phone, app } = await atWork(t, { browser });
  const picture = asFile('a.jpg', await drawSmallPhoto(phone, { seed: 54 }));
  const task = bySize(office).at(-1);
  const item = task.items.at(-1);
  await endpoint.stop();
  await app.openTask(task.id, task.items.length);
  const shown = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '拍照之前写的', files: [picture] });
  // What the tap on the camera does before the camera is there.
  await phone.evaluate((css) => {
    const input = document.querySelector(css);
    input.addEventListener('click', (event) => event.preventDefault(), { once: true });
    input.click();
  }, `${itemCss(item.id)} ${id('photo-input')}`);
  await phone.reload();
  await assertDraft(app, task, item, shown);
  await until('the way back leads to the item', () => phone.evaluate((css) => {
    const box = document.querySelector(css).getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
  }, itemCss(item.id)));
});

function forgetBackgroundSync() {
  delete window.SyncManager;
  delete ServiceWorkerRegistration.prototype.sync;
}

inBoth('hazard 11: no Background Sync: it is sent all the same once the office answers', async (t, browser) => {
  const stage = await atWork(t, { browser, stub: forgetBackgroundSync });
  const { endpoint, office, phone, app } = stage;
  assert.equal(await phone.evaluate(() => 'SyncManager' in window), false);
  const task = smallest(office);
  await endpoint.stop();
  const shown = await doTask(stage, task);
  await app.openSync(task.items.length + 1);
  const queued = (await app.queue()).map((row) => row.record);
  await untilEqual('the chip', 'offline', async () => (await app.chip()).state);
  await endpoint.start();
  await app.waitForSynced(); // Nobody taps.
  await assertReceivedOnce(endpoint, { shown, queued, tasks: [task.id] });
  phone.assertQuiet();
});

function lieAboutTheLine() {
  window.saidOnline = false;
  Object.defineProperty(Navigator.prototype, 'onLine', { get: () => window.saidOnline });
}

inBoth('hazard 12: onLine lies both ways: the push is the probe', async (t, browser) => {
  const stage = await atWork(t, { browser, stub: lieAboutTheLine });
  const { endpoint, office, phone, app } = stage;
  const [first, second] = bySize(office);
  const expected = { shown: new Map(), queued: [], tasks: [first.id, second.id] };
  assert.equal(await phone.evaluate(() => navigator.onLine), false);
  for (const [item, said] of await doTask(stage, first)) expected.shown.set(item, said);
  await untilEqual('sent although the browser says that there is no line', first.items.length + 1, () => countRecords(endpoint));
  // The office has them before the phone has heard so.
  await app.waitForSynced();

  await endpoint.stop();
  await phone.evaluate(() => (window.saidOnline = true));
  await app.home(office.tasks.size);
  for (const [item, said] of await doTask(stage, second)) expected.shown.set(item, said);
  await phone.evaluate(() => dispatchEvent(new Event('online')));
  const waiting = second.items.length + 1;
  await untilEqual('the chip', `offline ${waiting}`, async () => Object.values(await app.chip()).join(' '));
  await app.openSync(first.items.length + 1 + waiting);
  const rows = await app.queue();
  assert.equal(rows.filter((row) => row.state !== 'received').length, waiting, 'nothing is called received');
  expected.queued = rows.map((row) => row.record);
  await endpoint.start();
  await sendAll(app);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

function ownClock() {
  const Real = Date;
  let offset = Number(sessionStorage.getItem('clock') ?? 0);
  window.setClock = (years) => {
    offset = years * 365.25 * 24 * 3600 * 1000;
    sessionStorage.setItem('clock', offset);
  };
  window.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() + offset);
    }

    static now() {
      return Real.now() + offset;
    }
  };
}

inBoth('hazard 14: the clock is ten years off, either way, and changed mid-queue', async (t, browser) => {
  const stage = await atWork(t, { browser, stub: ownClock, faulty: true });
  const { endpoint, office, proxy, phone, app } = stage;
  const setClock = (years) => phone.evaluate((number) => window.setClock(number), years);
  const held = proxy.when(PUSH, fault.refuse());
  const task = smallest(office);
  await app.openTask(task.id, task.items.length);
  const shown = new Map();
  const years = [0, 10, -10];
  for (const [at, item] of task.items.entries()) {
    await setClock(years[at % years.length]);
    shown.set(item.id, await answer(app, item.id, office.clauseOf(item), { verdict: 'na' }));
  }
  await setClock(10);
  await untilAlarm(app, 'clock-jumped');
  await app.finish();
  await app.openSync(task.items.length + 1);
  const queued = (await app.queue()).map((row) => row.record);
  // A try that fails now is put off until a time ten years ahead.
  const before = held.struck;
  await sendUntil(app, 'a try fails', () => held.struck > before);
  await untilTakenIn(app);
  await setClock(-10);
  proxy.clear();
  await untilEqual('it goes by itself all the same', 0, async () => (await app.chip()).pending, { timeout: 60_000 });
  await assertReceivedOnce(endpoint, { shown, queued, tasks: [task.id] });
  const rows = await records(endpoint);
  const written = new Set(rows.map((row) => String(row.captured_at).slice(0, 4)));
  assert.ok(written.size > 1, `the times are as the phone had them: ${[...written]}`);
  phone.assertQuiet();
});

inBoth('hazard 22: another user signs in: what is on the phone stays bound to its author', async (t, browser) => {
  const stage = await atWork(t, { browser, faulty: true });
  const { endpoint, office, proxy, phone, app } = stage;
  proxy.when(PUSH, fault.refuse());
  const [first, second] = bySize(office);
  const authors = new Map();
  for (const [at, task] of [first, second].entries()) {
    await phone.click(id('nav-me'));
    const person = await choosePerson(phone, at);
    await app.home(office.tasks.size);
    await doTask(stage, task);
    await app.home(office.tasks.size);
    authors.set(task.id, person);
  }
  const number = first.items.length + second.items.length + 2;
  await app.waitForPending(number);
  // A new code from the office makes it another device, too.
  await phone.goto(proxy.demo);
  await app.waitForCards(office.tasks.size);
  await app.openSync(number);
  proxy.clear();
  await sendAll(app);
  const rows = await records(endpoint);
  assert.equal(rows.length, number);
  for (const row of rows) assert.equal(row.author, authors.get(row.parsed.task), `the author of a record of ${row.parsed.task}`);
  phone.assertQuiet();
});

// Runs in the page: a device without any date, which the program holds to be impossible.
function takeTheDateAway() {
  window.Intl.DateTimeFormat = class {
    get format() {
      return () => '?';
    }
  };
  Date.prototype.getTimezoneOffset = () => 1e9;
}

function countWrites() {
  const begin = IDBDatabase.prototype.transaction;
  window.writes = 0;
  IDBDatabase.prototype.transaction = function (...args) {
    if (args[1] === 'readwrite') window.writes += 1;
    return begin.apply(this, args);
  };
}

inBoth('hazard 25: wasm panic: writes stop, the journal first, a new start is offered', async (t, browser) => {
  const { office, phone, app } = await atWork(t, { browser, stub: countWrites });
  phone.allowed?.push(/panicked at|unreachable/);
  const task = smallest(office);
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  const shown = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '出错之前' });
  await phone.evaluate(takeTheDateAway);
  await phone.click(id('nav-today'));
  await until('the app says that it broke down', async () => (await phone.count(id('crashed'))) > 0);
  const journal = await phone.evaluate(() => localStorage.getItem('rounds.crashes'));
  assert.equal(journal.split('\n').length, 1, `one breakdown, one line: ${journal}`);
  assert.equal(await phone.count(id('check-item')), 0, 'nothing is left to tap that would not be kept');
  const writes = await phone.evaluate(() => window.writes);
  await phone.evaluate(() => {
    for (const name of ['online', 'focus', 'visibilitychange']) dispatchEvent(new Event(name));
    document.dispatchEvent(new Event('visibilitychange'));
    return new Promise((done) => setTimeout(done, 500)); // Whatever was on its way has its chance.
  });
  assert.equal(await phone.evaluate(() => window.writes), writes, 'and nothing is written any more');
  await phone.click(id('crash-reload'));
  await untilAlarm(app, 'crashed');
  await app.open(`/tasks/${task.id}`);
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), shown.verdict);
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), shown.note);
});
