// Who holds what: the ladder from the phone to the company, carrying by file, and whose work is
// whose when several people use one phone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { answerItems, atWork, bySize, choosePerson, handIn, onePhone, rungs, seedReceived, takeIn } from './lib/custody.mjs';
import { photosOnDisk, query, records } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { until, untilEqual } from './lib/wait.mjs';

test('every record and photo climbs the ladder, and safe is said when nothing is left', { timeout: 180_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const [task, other] = bySize(office);
  const picture = asFile('a.jpg', await drawSmallPhoto(phone, { seed: 71 }));
  await endpoint.stop();
  await answerItems(app, office, task, task.items, new Map([[task.items[0].id, { verdict: 'fail', files: [picture] }]]));
  await app.finish();
  await app.open('/');
  await answerItems(app, office, other, other.items.slice(0, 2));
  await app.openSync(task.items.length + 1);
  const left = await handIn(phone, false);
  assert.match(left, new RegExp(`${task.items.length + 1} 条记录`));
  assert.match(left, /1 张照片/);
  assert.match(left, /2 项回答/);
  // A try of the app's own may be under way, and fails.
  const before = await until('each stands on the phone', async () => {
    const rows = await rungs(phone);
    return Object.values(rows).every((row) => row.state === 'phone') && rows;
  });
  assert.ok(Object.values(before).every((row) => row.seq === undefined));
  const withPhoto = Object.values(before).filter((row) => row.photos.length);
  assert.deepEqual(withPhoto.map((row) => row.photos.map((photo) => photo.state)), [['phone']], 'the photo is under its record');

  await phone.evaluate(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().filter((one) => !one.hadRecentInput).map((one) => one.value)))
      .observe({ type: 'layout-shift', buffered: false });
  });
  await endpoint.start();
  await phone.click(id('sync-now'));
  await until('each row and photo is received where it stands', async () => {
    const rows = Object.values(await rungs(phone));
    return rows.every((row) => row.state === 'received' && row.photos.every((photo) => photo.state === 'received'));
  }, { timeout: 30_000 });
  const after = await rungs(phone);
  assert.deepEqual(Object.keys(after), Object.keys(before), 'no row moved');
  const kept = new Map((await records(endpoint)).map((row) => [row.item_id, row]));
  for (const [record, row] of Object.entries(after)) {
    assert.equal(row.seq, String(kept.get(record).server_seq), 'the number is the endpoint\'s');
    assert.equal(row.store, kept.get(record).receipt_store_id);
  }
  const shifts = await phone.evaluate(() => window.shifts.reduce((sum, one) => sum + one, 0));
  assert.ok(shifts < 0.1, `nothing jumps while records are received: ${shifts}`);

  assert.match(await handIn(phone, false), /2 项回答/);
  await phone.click(`${id('unfinished-task')}[data-task-id="${other.id}"]`);
  await app.waitForItems(other.items.length);
  for (const item of other.items.slice(2)) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await app.finish();
  await phone.click(id('sync-chip'));
  await handIn(phone, true);
  assert.equal(await phone.count(id('what-is-left')), 0);
  phone.assertQuiet();
});

test('a file goes to another phone; both send, and the office has each once', { timeout: 180_000 }, async (t) => {
  const { endpoint, office, phone: a, app: appA } = await atWork(t);
  const { phone: b, app: appB } = await onePhone(t, endpoint, office);
  const [task, other] = bySize(office);
  const picture = asFile('a.jpg', await drawSmallPhoto(a, { seed: 72 }));
  await endpoint.stop();
  await answerItems(appA, office, task, task.items, new Map([[task.items[0].id, { verdict: 'fail', files: [picture], note: '门锁松' }]]));
  await appA.finish();
  await appA.open('/');
  await answerItems(appA, office, other, other.items.slice(0, 1), new Map([[other.items[0].id, { verdict: 'fail', note: '没写完' }]]));
  const number = task.items.length + 1;
  await appA.openSync(number);
  const queued = Object.keys(await rungs(a));
  const { bytes } = await a.download(() => a.click(id('export-queue')));
  const text = bytes.toString();
  assert.equal(JSON.parse(text).drafts[0].answers.length, 1, 'what is not finished is in the file too');
  const refused = await takeIn(a, asFile('own.json', bytes, 'application/json'));
  assert.equal(refused.taken, undefined);
  assert.match(refused.words, /就是这台手机导出的/);

  await appB.open('/sync');
  await until('the other phone shows its ladder', async () => (await b.count(id('import-queue'))) > 0);
  const cut = await takeIn(b, asFile('cut.json', Buffer.from(text.slice(0, text.length / 2)), 'application/json'));
  assert.match(cut.words, /不完整/);
  const foreign = await takeIn(b, asFile('other.json', Buffer.from('{"a":1}'), 'application/json'));
  await until('the foreign file is refused', async () => (await b.text(id('import-note'))).includes('不是巡检本导出的文件'));
  assert.equal(foreign.taken, undefined);
  await b.reload();
  const took = await takeIn(b, asFile('rounds.json', bytes, 'application/json'));
  assert.deepEqual([took.taken, took.known, took.faults], [number, 0, 0], took.words);
  await untilEqual('the rows of the other phone', [...queued].sort().join(), async () => Object.keys(await rungs(b)).sort().join());
  await untilEqual('each says where it comes from', number, () => b.count(id('record-origin')));
  await b.reload();
  const again = await takeIn(b, asFile('rounds.json', bytes, 'application/json'));
  assert.deepEqual([again.taken, again.known], [0, number]);

  await endpoint.start();
  await Promise.all([a.click(id('sync-now')), b.click(id('sync-now'))]);
  for (const app of [appA, appB]) await app.waitForSynced();
  const kept = await records(endpoint);
  assert.deepEqual(kept.map((row) => row.item_id).sort(), [...queued].sort(), 'each once');
  assert.equal(photosOnDisk(endpoint).size, 1);
  assert.equal((await query(endpoint, 'SELECT * FROM quarantine')).length, 0);
  // What was not finished goes on at the other phone.
  await b.click(`${id('unfinished-task')}[data-task-id="${other.id}"]`);
  await appB.waitForItems(other.items.length);
  assert.equal(await appB.verdict(other.items[0].id), 'fail');
  assert.equal(await b.value(`${itemCss(other.items[0].id)} ${id('note')}`), '没写完');
  for (const phone of [a, b]) phone.assertQuiet();
});

test('thousands of received records cost the screen one page, and are reached', { timeout: 120_000 }, async (t) => {
  const { phone, app } = await atWork(t);
  await seedReceived(phone, 5_000);
  await app.open('/sync');
  await until('the first page', async () => (await phone.count(id('queue-row'))) > 0);
  await handIn(phone, true);
  const first = await phone.count(id('queue-row'));
  assert.ok(first <= 50, `one page: ${first}`);
  assert.ok(await phone.isVisible(id('queue-row')), 'the newest task is unfolded');
  await phone.click(id('more-received'));
  await untilEqual('the next page below', first + 50, () => phone.count(id('queue-row')));
  const rows = Object.values(await rungs(phone)).map((row) => Number(row.seq));
  assert.equal(rows[0], 5_000, 'the newest first');
  assert.equal(Math.min(...rows), 5_000 - 99);
  phone.assertQuiet();
});

test('work stays in the name of who did it, whoever uses the phone next', { timeout: 180_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const task = bySize(office).find((one) => one.items.length >= 3);
  const [first, second, ...rest] = task.items;
  await phone.click(id('nav-me'));
  const one = await choosePerson(phone, 0);
  await app.home(office.tasks.size);
  await answerItems(app, office, task, [first, second]);
  await phone.click(id('nav-me'));
  const two = await choosePerson(phone, 1);
  await until('the change is told', async () => (await phone.count(id('person-changed'))) > 0);
  assert.match(await phone.text(id('person-changed')), /2 项回答/);
  await phone.click(id('person-back'));
  await untilEqual('and put back', one, () => phone.value(id('person-name')));
  await choosePerson(phone, 1);
  await until('the change is told again', async () => (await phone.count(id('person-changed'))) > 0);

  await app.home(office.tasks.size);
  await app.openTask(task.id, task.items.length);
  await untilEqual('whose answers they are', `${one},${one}`, async () => (await phone.attributes(id('answered-by'), 'data-author')).join());
  assert.match(await phone.text(id('others-answers')), /2 项/);
  await answer(app, second.id, office.clauseOf(second), { verdict: 'fail' });
  await untilEqual('the one changed is one\'s own', one, async () => (await phone.attributes(id('answered-by'), 'data-author')).join());
  for (const item of rest) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await endpoint.stop();
  await app.finish();

  // Handing over with unsent work warns, keeps it, and ends only the person.
  await phone.click(id('nav-me'));
  await until('the way to hand over', async () => (await phone.count(id('hand-over'))) > 0);
  await phone.click(id('hand-over'));
  await until('what is left is told', async () => (await phone.count(id('hand-over-panel'))) > 0);
  assert.match(await phone.text(id('hand-over-panel')), /条记录没送到/);
  const { bytes } = await phone.download(() => phone.click(id('hand-over-export')));
  assert.equal(JSON.parse(bytes).records.length, task.items.length + 1);
  await phone.click(id('hand-over-confirm'));
  await until('handed over', async () => (await phone.count(id('handed-over'))) > 0);
  await phone.reload();
  await untilEqual('nobody is set', '', () => phone.value(id('person-name')));
  await endpoint.start();
  await phone.click(id('sync-chip'));
  await phone.click(id('sync-now'));
  await handIn(phone, true);
  const authors = new Map((await records(endpoint)).map((row) => [row.parsed.task_item ?? row.kind, row.author]));
  assert.equal(authors.get(first.id), one);
  assert.equal(authors.get(second.id), two);
  assert.equal(authors.get('task_finish'), two);
  phone.assertQuiet();
});

test('connecting to another company with unsent work is asked first', { timeout: 180_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const [task] = bySize(office);
  await untilEqual('the first store is known', 'synced', async () => (await app.chip()).state);
  await endpoint.stop();
  await answerItems(app, office, task, task.items);
  await app.finish();
  // Another company's endpoint at the same address.
  const elsewhere = await Endpoint.make(t);
  elsewhere.port = endpoint.port;
  elsewhere.origin = endpoint.origin;
  await elsewhere.start();
  await app.open('/me');
  await until('the phone is not known there', async () => (await phone.count(id('enrol-code'))) > 0, { timeout: 30_000 });
  await phone.fill(id('enrol-code'), await elsewhere.code());
  await phone.click(id('enrol-submit'));
  await until('the person is asked', async () => (await phone.count(id('enrol-elsewhere'))) > 0);
  assert.match(await phone.text(id('enrol-elsewhere')), new RegExp(`${task.items.length + 1} 条`));
  assert.equal((await records(elsewhere)).length, 0, 'nothing went there unasked');
  await phone.click(id('enrol-anyway'));
  await until('connected', async () => (await phone.count(id('enrol-code'))) === 0, { timeout: 30_000 });
  await app.waitForPending(0);
  assert.equal((await records(elsewhere)).length, task.items.length + 1);
  phone.assertQuiet();
});
