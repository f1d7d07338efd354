// Hazards of the endpoint, seen from a real phone: put back from a backup, killed in the middle.
import assert from 'node:assert/strict';
import { id } from '../lib/app.mjs';
import { countRecords, photosOnDisk, records } from '../lib/db.mjs';
import { asFile, drawSmallPhoto } from '../lib/photos.mjs';
import { fault } from '../lib/proxy.mjs';
import { pick } from '../lib/random.mjs';
import { assertReceivedOnce } from '../lib/received.mjs';
import { PUSH, atWork, bySize, doTask, inChromium, sendUntil } from '../lib/stage.mjs';
import { until, untilEqual } from '../lib/wait.mjs';

inChromium('hazard 24: endpoint restored from a backup: everything is offered again, nothing is missing', async (t) => {
  const stage = await atWork(t);
  const { endpoint, office, phone, app } = stage;
  const tasks = bySize(office).slice(0, 3);
  const shown = new Map();
  const work = async (task, seed) => {
    const files = [asFile(`${seed}.jpg`, await drawSmallPhoto(phone, { seed }))];
    for (const [item, said] of await doTask(stage, task, { files })) shown.set(item, said);
    await app.openSync();
    await phone.click(id('sync-now'));
    await app.waitForHandIn();
    await app.home(office.tasks.size);
  };
  await work(tasks[0], 1);
  const backup = await endpoint.backup(t);
  const early = await countRecords(endpoint);
  await work(tasks[1], 2);
  await work(tasks[2], 3);
  const [late, pictures] = [await records(endpoint), photosOnDisk(endpoint).size];
  const { epoch } = await endpoint.health();

  await endpoint.restore(backup, async () => assert.equal(await countRecords(endpoint), early, 'the office has lost a part of the day'));
  await app.openSync();
  await sendUntil(app, 'all of it is there again', async () => (await countRecords(endpoint)) === late.length);
  await untilEqual('the photos, too', pictures, () => photosOnDisk(endpoint).size, { timeout: 30_000 });
  assert.ok((await endpoint.health()).epoch > epoch, 'the store knows that it was put back');
  const queued = late.map((row) => row.item_id);
  await assertReceivedOnce(endpoint, { shown, queued, tasks: tasks.map((task) => task.id) });
  const bodies = new Map(late.map((row) => [row.item_id, row.body]));
  for (const row of await records(endpoint)) assert.equal(row.body, bodies.get(row.item_id), 'byte for byte');
  phone.assertQuiet();
});

inChromium('hazard 26: endpoint killed with -9 at any moment while a browser pushes: nothing receipted is lost', async (t) => {
  const number = 600;
  const { endpoint, office, proxy, phone, app } = await atWork(t, { faulty: true, items: number });
  const held = proxy.when(PUSH, fault.refuse());
  const task = bySize(office).at(-1);
  await app.openTask(task.id, number);
  await phone.evaluate((css) => document.querySelectorAll(css).forEach((button) => button.click()), id('verdict-na'));
  await until('all is saved', async () => (await app.items()).every((item) => item.saved), { timeout: 60_000 });
  await app.finish(60_000);
  await app.openSync();
  proxy.clear(held);
  const random = pick(t);
  const receipted = new Map();
  const readReceipts = () => {
    for (const { path, status, answer, heard } of proxy.seen) {
      if (path !== '/v1/push' || status !== 200 || !heard) continue;
      for (const { receipt } of JSON.parse(answer).outcomes) receipted.set(receipt.item_id, receipt.server_seq);
    }
  };
  for (let kills = 0; kills < 8; kills += 1) {
    const pushes = proxy.seen.length;
    await phone.click(id('sync-now'));
    await until('a push is under way', () => proxy.seen.slice(pushes).some((one) => one.path === '/v1/push'), { every: 1 });
    await random.pause(60);
    await endpoint.kill();
    readReceipts();
    const kept = new Map((await records(endpoint)).map((row) => [row.item_id, row.server_seq]));
    for (const [record, seq] of receipted) assert.equal(kept.get(record), seq, `${record} was receipted and is there`);
    await endpoint.start();
  }
  await sendUntil(app, 'all arrives in the end', async () => (await app.chip()).pending === 0);
  const rows = await records(endpoint);
  assert.equal(rows.length, number + 1);
  assert.equal(new Set(rows.map((row) => row.item_id)).size, rows.length, 'each once');
  t.diagnostic(`${receipted.size} receipts were heard between the kills`);
});
