// The main job in WebKit, without the kill: closed and reopened with the endpoint stopped.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { countRecords } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { assertKept, doItems, planDay } from './lib/main_job.mjs';
import { readOffice } from './lib/office.mjs';
import { drawCameraPhoto, drawSmallPhoto } from './lib/photos.mjs';
import { assertReceivedOnce } from './lib/received.mjs';
import { WebKit } from './lib/webkit.mjs';

test('in WebKit: a day with no signal, received exactly once', { timeout: 400_000 }, async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const phone = await WebKit.make(t);
  const app = new App(phone, endpoint.origin);
  const office = await readOffice(endpoint);
  const photos = [await drawCameraPhoto(phone, { seed: 11 }), await drawSmallPhoto(phone, { seed: 12 })];
  const plan = planDay(office, photos);
  const tasks = [...office.tasks.keys()];
  const ledger = new Map();
  const finished = [];

  await app.firstVisit(endpoint.demo, tasks.length);
  await endpoint.stop();
  await phone.reopen();
  await app.open('/');
  await app.waitForCards(tasks.length);
  const middle = Math.floor(tasks.length / 2);
  for (const [at, task] of tasks.entries()) {
    await app.openTask(task, office.tasks.get(task).items.length);
    await doItems(app, office, plan, ledger, task);
    if (at === middle) {
      await phone.reopen();
      await assertKept(app, office, ledger, finished);
      await app.openTask(task, office.tasks.get(task).items.length);
    }
    await app.finish();
    finished.push(task);
    await app.home(tasks.length);
  }
  const number = ledger.size + finished.length;
  await app.waitForPending(number);
  await app.openSync(number);
  const queued = (await app.queue()).map((row) => row.record);
  await endpoint.start();
  await phone.click(id('sync-now'));
  await app.waitForSynced();
  await app.waitForHandIn();
  for (const row of [...(await app.queue()), ...(await app.photoQueue())]) assert.equal(row.state, 'received');
  await assertReceivedOnce(endpoint, { shown: ledger, queued, tasks });
  await phone.reload();
  await app.waitForSynced();
  assert.equal(await countRecords(endpoint), number, 'coming back adds nothing');
});

test('in WebKit: a page left in the middle of its work holds up no other', { timeout: 200_000 }, async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const phone = await WebKit.make(t);
  const app = new App(phone, endpoint.origin);
  const office = await readOffice(endpoint);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  await endpoint.stop();
  // WebKit keeps a page that was left, open transactions and all, in case one comes back to it.
  for (const task of [...office.tasks.values()].slice(0, 8)) {
    await app.open('/');
    await app.openTask(task.id, task.items.length);
    for (const item of task.items) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
    await app.finish();
  }
});
