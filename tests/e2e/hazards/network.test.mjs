// Hazards of the line: answers of somebody else, cuts at any byte, a poisoned record, refusals.
import assert from 'node:assert/strict';
import { countRecords, records } from '../lib/db.mjs';
import { asFile, drawSmallPhoto } from '../lib/photos.mjs';
import { call, fault } from '../lib/proxy.mjs';
import { assertReceivedOnce } from '../lib/received.mjs';
import { PATCH, PUSH, atWork, doTask, inBoth, inChromium, sendAll, sendUntil, smallest, strike, withWork } from '../lib/stage.mjs';
import { until } from '../lib/wait.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };

inBoth("hazard 13: a sign-in page's happy answer is not believed", async (t, browser) => {
  const { endpoint, proxy, phone, app, number, expected } = await withWork(t, { browser });
  const liars = {
    'a page with status 200': fault.portal(),
    'a page after the endpoint was reached': fault.portal({ reached: true }),
    'a redirect to a page': fault.redirect('/portal'),
    'no content': fault.answer(204, {}, ''),
    'JSON of something else': fault.answer(200, JSON_TYPE, '{"ok":true}'),
    'JSON without receipts': fault.answer(200, JSON_TYPE, '{"store_id":"x","epoch":1,"backup_watermark":0,"outcomes":[]}'),
    'half of the true JSON': fault.rewriteAnswer((body) => body.subarray(0, body.length / 2)),
    "the true JSON with another record's receipt": fault.rewriteAnswer(swapReceipts),
  };
  proxy.when(call('GET', '/portal'), fault.portal());
  for (const [name, what] of Object.entries(liars)) {
    const letGo = await strike({ proxy, app }, name, what);
    const rows = await app.queue();
    assert.equal(rows.length, number, `${name}: all is kept`);
    assert.ok(rows.every((row) => row.state !== 'received'), `${name}: nothing is called received`);
    letGo();
  }
  await sendAll(app);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

/** Every receipt speaks of the record after it. */
function swapReceipts(body) {
  const answer = JSON.parse(body);
  const receipts = answer.outcomes.map((outcome) => outcome.receipt);
  answer.outcomes.forEach((outcome, at) => (outcome.receipt = receipts[(at + 1) % receipts.length]));
  return Buffer.from(JSON.stringify(answer));
}

inChromium('hazard 19: an answer lost after commit is asked for again, and there is one row', async (t) => {
  const { endpoint, proxy, phone, app, number, expected } = await withWork(t);
  const lost = proxy.when(PUSH, fault.loseAnswer(), { times: 1 });
  await sendUntil(app, 'an answer is lost', () => lost.struck === 1);
  await until('the endpoint has committed', async () => (await countRecords(endpoint)) > 0);
  const committed = await records(endpoint);
  await sendAll(app);
  await app.waitForSynced();
  await assertReceivedOnce(endpoint, expected);
  assert.equal(await countRecords(endpoint), number);
  const whole = proxy.seen.filter((one) => one.path === '/v1/push' && one.status === 200 && one.fault === 'pass');
  const statuses = whole.flatMap((one) => JSON.parse(one.answer).outcomes.map((outcome) => outcome.status));
  const doubles = statuses.filter((status) => status === 'duplicate').length;
  assert.equal(doubles, committed.length, 'what was committed was sent again and known');
  phone.assertQuiet();
});

// Before the line, in the head, at its end, in the body, at the last byte; and the same of the answer.
const CUTS = [1, 90, -1200, -300, -1].map(fault.cutRequest)
  .concat([1, 40, -200, -1].map(fault.cutAnswer), [fault.refuse(), fault.loseAnswer(), fault.double(), fault.spoilAnswer(-40)]);

inBoth('hazard 19: a push cut at any boundary is not believed and arrives once', async (t, browser) => {
  const { endpoint, proxy, phone, app, expected } = await withWork(t, { browser });
  for (const cut of CUTS.filter((one) => one.name !== 'doubled')) {
    const letGo = await strike({ proxy, app }, cut.name, cut);
    assert.ok((await app.queue()).every((row) => row.state !== 'received'), `${cut.name}: nothing is called received`);
    letGo();
  }
  const twice = proxy.when(PUSH, fault.double(), { times: 1 });
  await sendAll(app);
  assert.equal(twice.struck, 1);
  await assertReceivedOnce(endpoint, expected);
  phone.assertQuiet();
});

inBoth('hazard 19: a photo cut at any boundary arrives whole and once', async (t, browser) => {
  const { endpoint, office, proxy, phone, app } = await atWork(t, { browser, faulty: true });
  const files = [];
  for (let seed = 40; seed < 46; seed += 1) files.push(asFile(`${seed}.jpg`, await drawSmallPhoto(phone, { seed })));
  const held = proxy.when(PUSH, fault.refuse());
  const task = smallest(office);
  const shown = await doTask({ app, office }, task, { files });
  await app.openSync(task.items.length + 1);
  const queued = (await app.queue()).map((row) => row.record);
  proxy.clear(held);
  // One after another, each on the next piece of a photo that sets out.
  const rules = [...CUTS, fault.portal(), fault.portal({ reached: true })].map((cut) => proxy.when(PATCH, cut, { times: 1 }));
  await sendUntil(app, 'every cut has struck', () => rules.every((rule) => rule.struck === 1));
  await sendAll(app);
  await app.waitForHandIn();
  await assertReceivedOnce(endpoint, { shown, queued, tasks: [task.id] });
  phone.assertQuiet();
});
