// An answer that never arrives, and an answer that somebody else gives.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { countRecords, records } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { readOffice } from './lib/office.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { Proxy, call, fault } from './lib/proxy.mjs';
import { assertReceivedOnce } from './lib/received.mjs';
import { until } from './lib/wait.mjs';

const PUSH = call('POST', '/v1/push');

/** An enrolled phone behind a faulty network, with one task finished and nothing sent. */
async function phoneWithWork(t, { photos = 0 } = {}) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const proxy = await Proxy.before(t, endpoint);
  const phone = await Chromium.make(t);
  const app = new App(phone, proxy.origin);
  const files = [];
  for (let at = 0; at < photos; at += 1) files.push(asFile(`${at}.jpg`, await drawSmallPhoto(phone, { seed: 40 + at })));
  await app.firstVisit(proxy.demo, office.tasks.size);
  const held = proxy.when(PUSH, fault.refuse());
  const task = [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length)[0];
  await app.openTask(task.id, task.items.length);
  const ledger = new Map();
  for (const [at, item] of task.items.entries()) {
    const wish = at === 0 ? { verdict: 'fail', files } : {};
    ledger.set(item.id, await answer(app, item.id, office.clauseOf(item), wish));
  }
  await app.finish();
  const number = task.items.length + 1;
  await app.openSync(number);
  const queued = (await app.queue()).map((row) => row.record);
  proxy.rules = proxy.rules.filter((rule) => rule !== held);
  const expected = { shown: ledger, queued, tasks: [task.id] };
  return { endpoint, proxy, phone, app, number, expected };
}

/** Sends now; pressed again only while nothing has struck, since a running pass ignores it. */
async function sendUntil(app, what, happened) {
  await until(what, async () => {
    if (await happened()) return true;
    await app.phone.click(id('sync-now'));
    return happened();
  }, { timeout: 60_000, every: 500 });
}

test('an answer lost after commit is asked for again, and there is one row', { timeout: 120_000 }, async (t) => {
  const { endpoint, proxy, phone, app, number, expected } = await phoneWithWork(t);
  const lost = proxy.when(PUSH, fault.loseAnswer(), { times: 1 });
  await sendUntil(app, 'an answer is lost', () => lost.struck === 1);
  await until('the endpoint has committed', async () => (await countRecords(endpoint)) > 0);
  const committed = await records(endpoint);
  await sendUntil(app, 'the phone has its receipts', async () => (await app.chip()).pending === 0);
  await app.waitForSynced();
  await assertReceivedOnce(endpoint, expected);
  assert.equal(await countRecords(endpoint), number);
  const again = proxy.seen.filter((one) => one.path === '/v1/push' && one.status === 200 && one.fault === 'pass');
  const statuses = again.flatMap((one) => JSON.parse(one.answer).outcomes.map((outcome) => outcome.status));
  const doubles = statuses.filter((status) => status === 'duplicate').length;
  assert.equal(doubles, committed.length, 'what was committed was sent again and known');
  phone.assertQuiet();
});

test('answers cut anywhere are not believed', { timeout: 180_000 }, async (t) => {
  const { endpoint, proxy, phone, app, expected } = await phoneWithWork(t);
  for (const at of [1, 40, -200, -1]) {
    const rule = proxy.when(PUSH, fault.cutAnswer(at), { times: 1 });
    await sendUntil(app, `an answer is cut at ${at}`, () => rule.struck === 1);
    await until('the app has taken it in', async () => (await app.chip()).state !== 'sending');
    assert.ok((await app.queue()).every((row) => row.state !== 'received'), `cut at ${at}: nothing is called received`);
  }
  await sendUntil(app, 'the phone has its receipts', async () => (await app.chip()).pending === 0);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

test("a sign-in page's happy answer is not believed", { timeout: 180_000 }, async (t) => {
  const { endpoint, proxy, phone, app, number, expected } = await phoneWithWork(t);
  const liars = {
    'a page with status 200': fault.portal(),
    'a page after the endpoint was reached': fault.portal({ reached: true }),
    'a redirect to a page': fault.redirect('/portal'),
    'no content': fault.answer(204, {}, ''),
    'JSON of something else': fault.answer(200, { 'content-type': 'application/json' }, '{"ok":true}'),
    'JSON without receipts': fault.answer(200, { 'content-type': 'application/json' },
      '{"store_id":"x","epoch":1,"backup_watermark":0,"outcomes":[]}'),
  };
  proxy.when(call('GET', '/portal'), fault.portal());
  for (const [name, what] of Object.entries(liars)) {
    const rule = proxy.when(PUSH, what, { times: 1 });
    await sendUntil(app, name, () => rule.struck === 1);
    await until('the app has taken it in', async () => (await app.chip()).state !== 'sending');
    const rows = await app.queue();
    assert.equal(rows.length, number, `${name}: all is kept`);
    assert.ok(rows.every((row) => row.state !== 'received'), `${name}: nothing is called received`);
  }
  await sendUntil(app, 'the phone has its receipts', async () => (await app.chip()).pending === 0);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

test('too much, too often and out of order: all of it arrives in the end', { timeout: 180_000 }, async (t) => {
  const { endpoint, proxy, phone, app, expected } = await phoneWithWork(t);
  const refusals = [
    fault.problem(503, 'unavailable', { 'retry-after': '1' }),
    fault.problem(429, 'too-many-requests', { 'retry-after': '1' }),
    fault.problem(413, 'too-large'),
    fault.problem(500, 'internal'),
  ];
  for (const refusal of refusals) {
    const rule = proxy.when(PUSH, refusal, { times: 1 });
    await sendUntil(app, `a refusal with ${refusal.status}`, () => rule.struck === 1);
  }
  await sendUntil(app, 'the phone has its receipts', async () => (await app.chip()).pending === 0);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

test('a photo broken off on the way is sent whole', { timeout: 180_000 }, async (t) => {
  const { endpoint, proxy, phone, app, expected } = await phoneWithWork(t, { photos: 2 });
  const chunk = call('PATCH', '/v1/blobs/');
  const faults = [fault.refuse(), fault.loseAnswer(), fault.portal()].map((what) => proxy.when(chunk, what, { times: 1 }));
  await sendUntil(app, 'every fault has struck', () => faults.every((rule) => rule.struck === 1));
  await sendUntil(app, 'the phone has its receipts', async () => (await app.chip()).pending === 0);
  await app.waitForHandIn();
  await app.waitForSynced();
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});
