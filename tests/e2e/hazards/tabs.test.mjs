// Hazards of several pages on one phone: old and new schema, a frozen one, two at the same draft.
import assert from 'node:assert/strict';
import { untilAlarm } from '../lib/alarm.mjs';
import { App, id, itemCss } from '../lib/app.mjs';
import { answer } from '../lib/checks.mjs';
import { fault } from '../lib/proxy.mjs';
import { assertReceivedOnce } from '../lib/received.mjs';
import { PUSH, atWork, inBoth, inChromium, openBlank, sendUntil, smallest, withWork } from '../lib/stage.mjs';
import { until } from '../lib/wait.mjs';

/** A second tab of the same phone. */
async function secondTab(app) {
  return new App(await app.phone.tab(), app.origin);
}

// Runs in a page of the same origin: what a newer app would do. It waits until the older one lets go, which it does
// once a write under way has come to its end.
function upgrade() {
  return new Promise((done, failed) => {
    const request = indexedDB.open('rounds', 1_000);
    request.onupgradeneeded = () => request.result.createObjectStore('of_a_later_version', { keyPath: 'k' });
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      request.result.close();
      done();
    };
  });
}

// Runs in a page of the same origin.
function readDraft(key) {
  return new Promise((done, failed) => {
    const request = indexedDB.open('rounds');
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      const all = request.result.transaction('drafts').objectStore('drafts').getAll();
      all.onsuccess = () => {
        request.result.close();
        done(JSON.stringify(all.result.filter((row) => row.k.endsWith(key))));
      };
    };
  });
}

inBoth('hazard 07: two tabs, old and new schema: the old one lets go, keeps what was saved, and says so', async (t, browser) => {
  const { office, proxy, phone, app } = await atWork(t, { browser, faulty: true });
  const task = smallest(office);
  const [first, second] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, first.id, office.clauseOf(first), { verdict: 'fail', note: '新版本来之前' });
  const newer = await secondTab(app);
  await openBlank({ proxy, app: newer });
  const before = await newer.phone.evaluate(readDraft, first.id);
  assert.ok(before.includes('新版本来之前'));
  await newer.phone.evaluate(upgrade);
  await phone.click(`${itemCss(second.id)} ${id('verdict-na')}`);
  await untilAlarm(app, 'version-too-old');
  assert.notEqual((await phone.attributes(itemCss(second.id), 'data-saved'))[0], 'true', 'what cannot be kept is not called saved');
  assert.equal(await newer.phone.evaluate(readDraft, first.id), before, 'what was saved stands');
  await phone.reload();
  await untilAlarm(app, 'version-too-old');
  assert.equal(await newer.phone.evaluate(readDraft, first.id), before, 'nothing is made anew over it');
  phone.assertQuiet();
});

inChromium('hazard 17: a frozen tab holds the lock: the other one sends without it, and nothing is doubled', async (t) => {
  const { endpoint, proxy, phone, app, expected } = await withWork(t);
  const gate = fault.gate();
  const rule = proxy.when(PUSH, gate.fault, { times: 1 });
  await sendUntil(app, 'the first tab waits for its answer', () => rule.struck === 1);
  const cdp = await phone.cdp();
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  const other = await secondTab(app);
  await other.open('/sync');
  const held = await other.phone.evaluate(async () => (await navigator.locks.query()).held.map((lock) => lock.name));
  assert.deepEqual(held, ['rounds-sync'], 'the frozen tab holds the lock');
  await until('the other tab has sent all', async () => {
    if ((await other.chip()).pending === 0 && (await other.chip()).state === 'synced') return true;
    // Its patience is a minute of its own clock, which we put forward.
    await other.phone.evaluate(() => {
      window.forward = (window.forward ?? 0) + 61_000;
      performance.now = () => Performance.prototype.now.call(performance) + window.forward;
    });
    await other.phone.click(id('sync-now'));
    return false;
  }, { timeout: 30_000, every: 500 });
  assert.equal(rule.struck, 1);
  gate.open();
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  await until('the thawed tab sees it, too', async () => (await app.chip()).pending === 0, { timeout: 30_000 });
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

inBoth('hazard 18: two tabs finish the same task: once, and both say so', async (t, browser) => {
  const { endpoint, office, phone, app } = await atWork(t, { browser });
  const task = smallest(office);
  await endpoint.stop();
  await app.openTask(task.id, task.items.length);
  const shown = new Map();
  for (const item of task.items) shown.set(item.id, await answer(app, item.id, office.clauseOf(item), { verdict: 'na' }));
  const other = await secondTab(app);
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
  await app.openSync(task.items.length + 1);
  const queued = (await app.queue()).map((row) => row.record);
  await Promise.all([app.phone.click(id('sync-now')), other.open('/sync')]);
  await until('both tabs see it received', async () => (await app.chip()).pending + (await other.chip()).pending === 0, { timeout: 30_000 });
  await assertReceivedOnce(endpoint, { shown, queued, tasks: [task.id] });
  phone.assertQuiet();
});

inBoth('hazard 18: two tabs change the same item: one is kept, the other is told', async (t, browser) => {
  const { office, phone, app } = await atWork(t, { browser });
  const task = smallest(office);
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  const other = await secondTab(app);
  await other.open(`/tasks/${task.id}`);
  await other.waitForItems(task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '第一个标签页' });
  await other.phone.click(`${itemCss(item.id)} ${id('verdict-na')}`);
  await until('the second tab is told', async () => {
    const told = await other.phone.count(id('changed-elsewhere'));
    return told > 0 || (await other.verdict(item.id)) === 'fail';
  });
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'fail', "the first tab's answer stands");
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), '第一个标签页');
  phone.assertQuiet();
});
