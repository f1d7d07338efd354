// Hazards of what the endpoint refuses: one bad record among many, too much, too often, not you.
import assert from 'node:assert/strict';
import { id } from '../lib/app.mjs';
import { countRecords, query, records } from '../lib/db.mjs';
import { carrying, fault } from '../lib/proxy.mjs';
import { assertReceivedOnce } from '../lib/received.mjs';
import { PUSH, atWork, bySize, inBoth, sendAll, sendUntil, strike, withWork } from '../lib/stage.mjs';
import { until, untilEqual } from '../lib/wait.mjs';

inBoth('hazard 20: a poison item among 1,000: the 999 arrive', async (t, browser) => {
  const number = 999;
  const { endpoint, office, proxy, phone, app } = await atWork(t, { browser, faulty: true, items: number });
  const held = proxy.when(PUSH, fault.refuse());
  const task = bySize(office).at(-1);
  assert.equal(task.items.length, number);
  await app.openTask(task.id, number);
  // A thousand taps by hand would take a minute; the buttons are the same.
  await phone.evaluate((css) => document.querySelectorAll(css).forEach((button) => button.click()), id('verdict-na'));
  await until('all is saved', async () => (await app.items()).every((item) => item.saved), { timeout: 60_000 });
  await app.finish(60_000);
  await app.waitForPending(number + 1);
  await app.openSync();
  await untilEqual('every row, part by part', number + 1, async () => {
    await app.showAllWaiting();
    return (await app.queue()).length;
  }, { timeout: 60_000 });
  const poison = (await app.queue())[5].record;
  proxy.when(carrying(poison), fault.rewriteRequest((body) => spoil(body, poison)));
  proxy.clear(held);
  await sendUntil(app, 'all others arrive', async () => (await countRecords(endpoint)) === number);
  await until('the poison is shown as set aside', async () => {
    const blocked = (await app.queue()).filter((row) => row.state === 'blocked');
    return blocked.length === 1 && blocked[0].record === poison;
  });
  await untilEqual('the chip', 'blocked', async () => (await app.chip()).state);
  const received = (await records(endpoint)).map((row) => row.item_id);
  assert.equal(new Set(received).size, number, 'each of the others once');
  assert.equal(received.includes(poison), false);
  proxy.clear();
  await phone.click(`${id('queue-row')}[data-record-id="${poison}"] ${id('retry-record')}`);
  await untilEqual('the last one, too, once it is sound', number + 1, () => countRecords(endpoint));
  phone.assertQuiet();
});

/** The record's body no longer has its hash when it arrives. */
function spoil(body, poison) {
  const push = JSON.parse(body);
  push.items.find((item) => item.item_id === poison).body_sha256 = '0'.repeat(64);
  return Buffer.from(JSON.stringify(push));
}

inBoth('hazard 21: too much, too often and out of order: all of it arrives in the end', async (t, browser) => {
  const { endpoint, proxy, phone, app, expected } = await withWork(t, { browser });
  const patience = { 'retry-after': '1' };
  const refusals = [
    fault.problem(503, 'unavailable', patience), fault.problem(429, 'too-many-requests', patience),
    fault.problem(413, 'push-too-large'), fault.problem(500, 'internal'),
  ];
  for (const refusal of refusals) {
    const letGo = await strike({ proxy, app }, refusal.name, refusal);
    letGo();
  }
  await sendAll(app);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

inBoth('hazard 21: Retry-After is kept to, and then it goes by itself', async (t, browser) => {
  const { endpoint, proxy, phone, app, expected } = await withWork(t, { browser });
  // Noted from the first request on: the second may come before this test looks again.
  const times = [];
  proxy.when((asked) => PUSH(asked) && times.push(performance.now()) === 0, { name: 'noted' });
  const rule = proxy.when(PUSH, fault.problem(429, 'too-many-requests', { 'retry-after': '1' }), { times: 1 });
  // The app's own try meets it. A tap that comes after one would ask again at once, as a person may.
  await until('a refusal', () => rule.struck === 1, { timeout: 60_000 });
  await until('all goes without a tap', async () => (await app.chip()).pending === 0, { timeout: 60_000 });
  const [refused, next] = times;
  assert.ok(next - refused >= 1_000, `not before the second is over: ${next - refused}`);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

inBoth('hazard 21: 413 at one item: the batch is halved until it alone is set aside', async (t, browser) => {
  const { endpoint, proxy, phone, app, number, expected } = await withWork(t, { browser });
  const big = expected.queued[Math.floor(number / 2)];
  const rule = proxy.when(carrying(big), fault.problem(413, 'push-too-large'));
  await sendUntil(app, 'all others arrive', async () => (await countRecords(endpoint)) === number - 1);
  await until('it is shown as set aside', async () => (await app.queue()).some((row) => row.record === big && row.state === 'blocked'));
  assert.ok(rule.struck > 1, 'it came to be alone by halves');
  proxy.clear(rule);
  await phone.click(`${id('queue-row')}[data-record-id="${big}"] ${id('retry-record')}`);
  await sendAll(app);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

inBoth('hazard 21: 401 in the middle: all is kept, enrolled again, and it goes on', async (t, browser) => {
  const expire = async ({ endpoint: office }) => {
    const [device] = await query(office, 'SELECT device_id FROM devices ORDER BY enrolled_ms DESC LIMIT 1');
    await query(office, 'UPDATE tokens SET expires_ms = 1 WHERE device_id = ?', [device.device_id]);
  };
  const { endpoint, proxy, phone, app, number, expected } = await withWork(t, { browser, first: expire });
  await phone.click(id('sync-now'));
  await untilEqual('the chip', 'blocked', async () => (await app.chip()).state);
  assert.equal((await app.queue()).length, number);
  assert.ok((await app.queue()).every((row) => row.state !== 'received'));
  await phone.goto(proxy.demo); // A new link from the office.
  await untilEqual('what was kept has gone', number, () => countRecords(endpoint), { timeout: 30_000 });
  await app.waitForSynced();
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});
