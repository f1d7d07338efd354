// Every alarm about the phone: brought about for real or by the smallest stub, read in both
// languages, its next step taken, and the work going on meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as alarm from './lib/alarms.mjs';
import { App, id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { countRecords, query } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { readOffice } from './lib/office.mjs';
import { asFile, drawCameraPhoto } from './lib/photos.mjs';
import { Proxy, call, fault } from './lib/proxy.mjs';
import { until, untilEqual } from './lib/wait.mjs';

const TIMEOUT = { timeout: 150_000 };

async function atWork(t, { through = (endpoint) => endpoint } = {}) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const front = await through(endpoint);
  const phone = await Chromium.make(t, { viewport: { width: 360, height: 740 } });
  const app = new App(phone, front.origin);
  await app.firstVisit(front.demo ?? `${front.origin}/demo`, office.tasks.size);
  const task = [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length)[0];
  return { endpoint, office, front, phone, app, task };
}

async function finishAll(app, office, task) {
  await app.openTask(task.id, task.items.length);
  for (const item of task.items) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await app.finish();
}

async function exported(phone, kind) {
  const { name, bytes } = await phone.download(() => alarm.take(phone, kind, 'export'));
  assert.match(name, /^rounds-.*\.json$/);
  return JSON.parse(bytes);
}

test('storage lost: says how many, stays until read, and the work goes on after enrolling again', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  await endpoint.stop();
  await finishAll(app, office, task);
  const number = task.items.length + 1;
  await app.waitForPending(number);
  await untilEqual('the copy of the numbers', number + 1, () => phone.evaluate(() => JSON.parse(localStorage.getItem('rounds.mirror')).next_seq));
  await alarm.wipe(phone, app.origin, 'indexeddb');
  await app.open('/');
  await alarm.assertWords(phone, 'storage-lost', {
    zh: new RegExp(`手机里的数据被清掉了[^]*少了 ${number} 个编号，其中 ${number} 条还没送到公司[^]*公司那边也看得到缺号`),
    en: new RegExp(`data was wiped[^]*Numbers gone: ${number}\\. Of these, ${number} had not reached the company[^]*office sees the gap`),
  });
  await phone.reload();
  await alarm.waitForAlarm(phone, 'storage-lost');
  await endpoint.start();
  await phone.click(id('nav-today'));
  await alarm.take(phone, 'storage-lost', 'pull');
  await until('the code is asked for', async () => (await phone.count(id('enrol-code'))) > 0);
  await phone.fill(id('enrol-code'), await endpoint.code());
  await phone.click(id('enrol-submit'));
  await app.home(office.tasks.size);
  await alarm.assertWorks(app, office, task, 0);
  await app.home(office.tasks.size);
  assert.deepEqual(await (async () => { await alarm.read(phone, 'storage-lost'); return alarm.steps(phone, 'storage-lost'); })(), ['pull', 'understood']);
  await alarm.take(phone, 'storage-lost', 'understood');
  await alarm.waitForPeace(phone, 'storage-lost');
  await phone.reload();
  await app.waitForCards(office.tasks.size);
  await alarm.waitForPeace(phone, 'storage-lost');
  phone.assertQuiet();
});

test('the small store wiped: only settings are gone, and it says so', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  await endpoint.stop();
  await finishAll(app, office, task);
  await app.waitForPending(task.items.length + 1);
  await alarm.wipe(phone, app.origin, 'local_storage');
  await app.open('/');
  await app.waitForPending(task.items.length + 1);
  await alarm.assertWords(phone, 'storage-lost', { zh: /清掉了一些设置[^]*一条不少/, en: /wiped some settings[^]*Every record is still there/ });
  await alarm.take(phone, 'storage-lost', 'understood');
  await alarm.waitForPeace(phone, 'storage-lost');
  phone.assertQuiet();
});

test('a database of a newer version: left alone, exported, and a new version looked for', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  await endpoint.stop();
  await finishAll(app, office, task);
  await app.waitForPending(task.items.length + 1);
  await app.phone.goto(`${app.origin}/manifest.webmanifest`);
  const raise = () => new Promise((done, failed) => {
    const opening = indexedDB.open('rounds', 99);
    opening.onsuccess = () => { opening.result.close(); done(); };
    opening.onerror = () => failed(opening.error);
  });
  await phone.evaluate(raise);
  await app.open('/');
  assert.match(await alarm.read(phone, 'version-too-old'), /更新的版本写的[^]*什么都没丢/);
  assert.equal((await exported(phone, 'version-too-old')).records.length, task.items.length + 1);
  // Not before: the page that was left may send for another moment.
  await endpoint.start();
  await alarm.take(phone, 'version-too-old', 'update');
  await until('it says that there is none yet', async () => /还没有新版本/.test(await phone.text(id('alarm-note'))));
  await phone.evaluate(() => localStorage.setItem('rounds.prefs', JSON.stringify({ lang: 'en' })));
  await phone.reload();
  assert.match(await alarm.read(phone, 'version-too-old'), /A newer version wrote this data[^]*nothing is lost/);
  phone.assertQuiet();
});

test('persist refused: asked again, spared for a week, exported; never in the way', TIMEOUT, async (t) => {
  const { office, phone, app, task } = await atWork(t);
  await phone.page.addInitScript(() => {
    // Where the browser offers to install by itself, the step is its dialog, and no words are needed.
    addEventListener('beforeinstallprompt', (event) => event.stopImmediatePropagation(), true);
    const { persist, persisted } = StorageManager.prototype;
    StorageManager.prototype.persist = function ask() {
      window.asked = (window.asked ?? 0) + 1;
      window.granted = window.grants;
      return window.granted ? Promise.resolve(true) : persist.call(this);
    };
    StorageManager.prototype.persisted = function tell() {
      return window.granted ? Promise.resolve(true) : persisted.call(this);
    };
  });
  await alarm.assertWords(phone, 'persist-refused', {
    zh: /没有答应长期保留数据[^]*装到主屏幕[^]*当天送出或导出/,
    en: /not promised to keep the data[^]*home screen[^]*export the same day/,
  });
  assert.deepEqual(await alarm.steps(phone, 'persist-refused'), ['install', 'ask-to-keep', 'export', 'hush']);
  await exported(phone, 'persist-refused');
  await alarm.take(phone, 'persist-refused', 'install');
  await until('how to install is said', async () => /添加到主屏幕/.test(await phone.text(id('alarm-note'))));
  await alarm.take(phone, 'persist-refused', 'ask-to-keep');
  await until('the browser refuses for real', async () => /还是没有答应/.test(await phone.text(id('alarm-note'))));
  await alarm.assertWorks(app, office, task, 0);

  await alarm.take(phone, 'persist-refused', 'hush');
  await alarm.waitForPeace(phone, 'persist-refused');
  await app.home(office.tasks.size);
  await alarm.waitForPeace(phone, 'persist-refused');
  await phone.click(id('sync-chip'));
  await alarm.waitForAlarm(phone, 'persist-refused');
  await phone.evaluate(() => {
    const mirror = JSON.parse(localStorage.getItem('rounds.mirror'));
    const days = (mirror.hushed_until_ms - Date.now()) / 86_400_000;
    if (days < 6.9 || days > 7) throw new Error(`spared for ${days} days`);
    localStorage.setItem('rounds.mirror', JSON.stringify({ ...mirror, hushed_until_ms: Date.now() - 1 }));
  });
  await app.open('/');
  await alarm.waitForAlarm(phone, 'persist-refused');

  await until('it was asked again by itself at this start', () => phone.evaluate(() => window.asked === 1));
  await phone.evaluate(() => { window.grants = true; });
  await alarm.take(phone, 'persist-refused', 'ask-to-keep');
  await alarm.waitForPeace(phone, 'persist-refused');
  phone.assertQuiet();
});

test('a private window: says what is likely and that it is not certain', TIMEOUT, async (t) => {
  const { office, phone, app, task } = await atWork(t);
  await phone.page.addInitScript(() => {
    StorageManager.prototype.getDirectory = async () => { throw new DOMException('no', 'SecurityError'); };
  });
  await phone.reload();
  await alarm.assertWords(phone, 'private-mode', { zh: /可能是无痕窗口[^]*不肯明说/, en: /may be a private window[^]*No browser says so outright/ });
  await alarm.waitForPeace(phone, 'persist-refused');
  await exported(phone, 'private-mode');
  await alarm.assertWorks(app, office, task, 0);
  phone.assertQuiet();
});

test('a wrong clock: told by the endpoint and by a jump, refused by nobody, gone once set', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  const move = await alarm.looseClock(phone);
  await app.waitForCards(office.tasks.size);
  await alarm.waitForPeace(phone, 'clock-jumped');
  await move(42 * 60_000);
  await phone.reload();
  await alarm.assertWords(phone, 'clock-jumped', { zh: /时间不准[^]*快约 42 分钟[^]*自动设置时间/, en: /clock is wrong[^]*ahead of the company’s by about 42 min[^]*automatic time/ });
  await alarm.assertWorks(app, office, task, 0);
  await app.home(office.tasks.size);
  await finishAll(app, office, task);
  await untilEqual('records of a wrong clock are taken', task.items.length + 1, () => countRecords(endpoint), { timeout: 30_000 });
  // An answer that comes after the clock was set would end the alarm before its step is taken.
  await app.waitForSynced();
  await app.waitForPass();
  await move(0);
  await alarm.take(phone, 'clock-jumped', 'check-clock');
  await alarm.waitForPeace(phone, 'clock-jumped');

  await endpoint.stop();
  await move(-3 * 3_600_000);
  await alarm.assertWords(phone, 'clock-jumped', { zh: /刚才变了[^]*往回跳了约 3 小时/, en: /was changed[^]*jumped back by about 3 h/ });
  await move(0);
  await alarm.take(phone, 'clock-jumped', 'check-clock');
  await alarm.waitForPeace(phone, 'clock-jumped');
  phone.assertQuiet();
});

test('a revoked phone: everything is kept, exported, and sent after enrolling again', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  const [device] = await query(endpoint, 'SELECT device_id FROM devices ORDER BY enrolled_ms DESC LIMIT 1');
  await endpoint.revoke(device.device_id);
  await finishAll(app, office, task);
  const number = task.items.length + 1;
  await alarm.assertWords(phone, 'device-revoked', { zh: /公司停用了这台手机[^]*一条不少/, en: /company revoked this phone[^]*Every record is still on the phone/ });
  assert.equal((await exported(phone, 'device-revoked')).records.length, number);
  const other = [...office.tasks.values()].find((one) => one.id !== task.id);
  await alarm.assertWorks(app, office, other, 0);
  await alarm.take(phone, 'device-revoked', 'enrol');
  await until('the code is asked for', async () => (await phone.count(id('enrol-code'))) > 0);
  await phone.fill(id('enrol-code'), await endpoint.code());
  await phone.click(id('enrol-submit'));
  await untilEqual('what was kept has gone', number, () => countRecords(endpoint), { timeout: 30_000 });
  await alarm.waitForPeace(phone, 'device-revoked');
  phone.assertQuiet();
});

test('another page: one is used and the other rests; a frozen one does not count', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  const other = new App(await phone.tab(), endpoint.origin);
  await other.open('/');
  await alarm.waitForAlarm(other.phone, 'another-tab');
  await phone.page.bringToFront();
  await alarm.assertWords(phone, 'another-tab', { zh: /另一个页面也开着[^]*先存的算数/, en: /open on another page[^]*first one saved stands/ });
  await alarm.take(phone, 'another-tab', 'use-this');
  await until('the other page rests', async () => (await other.phone.count(id('resting'))) === 1);
  assert.equal(await other.phone.isVisible(id('nav-today')), false);
  await alarm.waitForPeace(phone, 'another-tab');
  await alarm.assertWorks(app, office, task, 0);
  await other.phone.page.bringToFront();
  await other.phone.click(id('use-here'));
  await until('now this page rests', async () => (await phone.count(id('resting'))) === 1);
  assert.equal(await other.phone.count(id('resting')), 0);
  await phone.page.bringToFront();
  await phone.click(id('use-here'));
  await until('and back', async () => (await other.phone.count(id('resting'))) === 1);

  await other.phone.page.reload();
  await alarm.take(phone, 'another-tab', 'rest-this');
  await until('this page rests by itself', async () => (await phone.count(id('resting'))) === 1);
  await other.phone.page.bringToFront();
  await alarm.waitForPeace(other.phone, 'another-tab');
  await phone.click(id('use-here'));
  await until('the other rests again', async () => (await other.phone.count(id('resting'))) === 1);
  await other.phone.page.reload();
  await phone.page.bringToFront();
  await alarm.waitForAlarm(phone, 'another-tab');
  // It can no longer answer, as a page that its browser has frozen.
  await other.phone.evaluate(() => void setTimeout(() => { for (;;); }));
  await alarm.waitForPeace(phone, 'another-tab', { timeout: 60_000 });
  phone.assertQuiet();
});

test('an endpoint of another protocol: kept, said, looked for a new version, sent later', TIMEOUT, async (t) => {
  const { endpoint, office, front, phone, app, task } = await atWork(t, { through: (endpoint) => Proxy.before(t, endpoint) });
  front.when(call('POST', '/v1/push'), fault.problem(400, 'unknown-protocol'));
  await finishAll(app, office, task);
  const number = task.items.length + 1;
  await alarm.assertWords(phone, 'version-too-old', { zh: /换上新版本才能送[^]*都在手机里/, en: /new version is needed[^]*Every record is on the phone/ });
  assert.equal((await exported(phone, 'version-too-old')).records.length, number);
  await alarm.take(phone, 'version-too-old', 'update');
  await until('it says that there is none yet', async () => /还没有新版本/.test(await phone.text(id('alarm-note'))));
  const other = [...office.tasks.values()].find((one) => one.id !== task.id);
  await alarm.assertWorks(app, office, other, 0);
  front.clear();
  await phone.click(id('sync-chip'));
  await phone.click(id('sync-now'));
  await untilEqual('all is sent', number, () => countRecords(endpoint), { timeout: 30_000 });
  await alarm.waitForPeace(phone, 'version-too-old');
  phone.assertQuiet();
});

test('a full phone: the text is kept, the photo is refused and said, then fits', TIMEOUT, async (t) => {
  const { endpoint, office, phone, app, task } = await atWork(t);
  const [picture, next] = [asFile('a.jpg', await drawCameraPhoto(phone, { seed: 77 })), asFile('b.jpg', await drawCameraPhoto(phone, { seed: 78 }))];
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '第一句' });
  // Room for words, none for pictures; hazard 08 does it with the browser's own quota.
  await phone.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    window.makeRoom = () => { IDBObjectStore.prototype.put = put; };
    IDBObjectStore.prototype.put = function refuse(row, ...rest) {
      if ((row.b?.byteLength ?? 0) > 5_000) throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, row, ...rest);
    };
  });
  await phone.upload(`${itemCss(item.id)} ${id('photo-input')}`, [picture]);
  await until('the photo is said not to fit', async () => (await phone.count(`${itemCss(item.id)} ${id('photo-problem')}`)) > 0, { timeout: 30_000 });
  assert.match(await phone.text(`${itemCss(item.id)} ${id('photo-problem')}`), /文字都在[^]*存储已满/);
  await phone.fill(`${itemCss(item.id)} ${id('note')}`, '第一句，第二句');
  await app.waitForSaved(item.id);
  await alarm.assertWords(phone, 'disk-full', { zh: /手机满了[^]*文字先存/, en: /phone is full[^]*Text goes first/ });
  assert.deepEqual(await alarm.steps(phone, 'disk-full'), ['send', 'export']);
  await exported(phone, 'disk-full');
  await phone.evaluate(() => window.makeRoom());
  await app.home();
  await app.openTask(task.id, task.items.length);
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), '第一句，第二句');
  await app.addPhotos(item.id, [picture, next]);
  await alarm.waitForPeace(phone, 'disk-full');
  assert.equal(await countRecords(endpoint), 0);
  phone.assertQuiet();
});

test('storage that stops answering: said after bounded tries, and the work goes on once it is back', TIMEOUT, async (t) => {
  const { office, phone, app, task } = await atWork(t);
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  await phone.evaluate(() => {
    const real = IDBDatabase.prototype.transaction;
    window.tries = 0;
    window.mend = () => { IDBDatabase.prototype.transaction = real; };
    IDBDatabase.prototype.transaction = () => {
      window.tries += 1;
      throw new DOMException('the connection is closing', 'InvalidStateError');
    };
  });
  await phone.click(`${itemCss(item.id)} ${id('verdict-na')}`);
  await until('the item says that it is not saved', async () => (await phone.count(id('not-saved'))) > 0);
  const words = await alarm.read(phone, 'storage-stopped');
  assert.match(words, /没有回应[^]*说过存好的都在[^]*先抄下来/);
  assert.deepEqual(await alarm.steps(phone, 'storage-stopped'), ['retry', 'reload']);
  assert.ok(await phone.evaluate(() => window.tries < 100), 'the tries are bounded');
  assert.equal(await app.verdict(item.id), 'na', 'the screen still has it');
  await phone.evaluate(() => window.mend());
  await alarm.take(phone, 'storage-stopped', 'retry');
  await alarm.waitForPeace(phone, 'storage-stopped');
  await phone.click(`${id('not-saved')} button`);
  await app.waitForSaved(item.id);
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'na');
  phone.assertQuiet();
});

test('a breakdown: writes stop, a line is kept first, a plain page, and the app works again', TIMEOUT, async (t) => {
  const { office, phone, app, task } = await atWork(t);
  const [item, second] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '王先生的电话 13800000000' });
  phone.allowed.push(/panicked|unreachable|already borrowed/);
  // The device no longer knows its date, which the program takes for granted.
  await phone.evaluate(() => {
    Date.prototype.getTimezoneOffset = () => 1e6;
    Intl.DateTimeFormat = function format() { return { format: () => '', resolvedOptions: () => ({ timeZone: 'UTC' }) }; };
  });
  await phone.click(id('nav-today'));
  await until('the plain page', async () => (await phone.count(id('crashed'))) === 1);
  assert.match(await phone.text(id('crashed')), /巡检本出错了[^]*说过存好的都在[^]*Rounds broke down[^]*What was called saved/);
  const journal = await phone.evaluate(() => localStorage.getItem('rounds.crashes'));
  assert.match(journal, /^\d{13} \d+\.\d+\.\d+ src\/ui\/platform\/clock\.rs:\d+ the device has a date$/);
  assert.doesNotMatch(journal, /王先生|138/);
  await phone.click(id('crash-reload'));
  await until('the app is back', async () => (await phone.count(id('nav-today'))) === 1);
  await app.home(office.tasks.size);
  await app.openTask(task.id, task.items.length);
  assert.equal(await app.verdict(item.id), 'fail', 'what was called saved is there');
  await alarm.assertWords(phone, 'crashed', { zh: /刚才出错[^]*说过存好的都在/, en: /broke down[^]*What was called saved is there/ });
  const { name, bytes } = await phone.download(() => alarm.take(phone, 'crashed', 'save-journal'));
  assert.equal(name, 'rounds-journal.txt');
  assert.equal(String(bytes), journal);
  await alarm.take(phone, 'crashed', 'understood');
  await alarm.waitForPeace(phone, 'crashed');
  await app.home(office.tasks.size);
  await app.openTask(task.id, task.items.length);
  await answer(app, second.id, office.clauseOf(second), { verdict: 'na' });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(second.id), 'na');
  await alarm.waitForPeace(phone, 'crashed');
  phone.assertQuiet();
});

test('an alarm that comes late moves nothing under a thumb, and waits for a tap', TIMEOUT, async (t) => {
  const { office, phone, app, task } = await atWork(t);
  await app.openTask(task.id, task.items.length);
  await alarm.waitForAlarm(phone, 'persist-refused');
  const [item] = task.items;
  for (const scroll of [0, 300]) {
    await phone.evaluate((top) => window.scrollTo(0, top), scroll);
    const before = await alarm.placeOf(phone, item.id);
    const other = await phone.tab();
    await other.goto(app.origin);
    await until('it waits in the top bar', async () => (await phone.attributes(id('alarm-late'), 'data-alarm')).includes('another-tab'));
    assert.equal(await alarm.placeOf(phone, item.id), before, `nothing moved at ${scroll}`);
    await until('it is said to those who do not see it', async () => /另一个页面/.test(await phone.text(id('alarm-speaker'))));
    await other.page.close();
    await alarm.waitForPeace(phone, 'another-tab');
    assert.equal(await alarm.placeOf(phone, item.id), before);
  }
  assert.ok((await office.tasks.size) > 0);
  phone.assertQuiet();
});
