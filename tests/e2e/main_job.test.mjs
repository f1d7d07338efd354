// The main job in Chromium: an installed app that checks with no signal, is killed twice, and
// delivers every result and photo exactly once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id } from './lib/app.mjs';
import { Chromium } from './lib/chromium.mjs';
import { countRecords, photosOnDisk } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { assertKept, doItems, planDay } from './lib/main_job.mjs';
import { readOffice } from './lib/office.mjs';
import { colourAt, drawCameraPhoto, drawSmallPhoto, jpegSize } from './lib/photos.mjs';
import { assertReceivedOnce } from './lib/received.mjs';

test('a day with no signal, killed twice, received exactly once', { timeout: 400_000 }, async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  const office = await readOffice(endpoint);
  const camera = await drawCameraPhoto(phone, { seed: 1 });
  const small = await drawSmallPhoto(phone, { seed: 2 });
  const plan = planDay(office, [camera, small]);
  const tasks = [...office.tasks.keys()];
  const ledger = new Map();
  const finished = [];
  const relaunch = async () => {
    await phone.launch();
    await assertKept(app, office, ledger, finished);
  };
  const doTask = async (task) => {
    await app.openTask(task, office.tasks.get(task).items.length);
    await doItems(app, office, plan, ledger, task);
    await app.finish();
    finished.push(task);
    await app.home(tasks.length);
  };

  await app.firstVisit(endpoint.demo, tasks.length);
  await endpoint.stop();
  await phone.close();
  t.diagnostic('the endpoint is stopped; the app opens from the service worker');
  await relaunch();

  const withPhotos = tasks.find((task) => office.tasks.get(task).items.some((item) => plan.get(item.id)?.files));
  await app.openTask(withPhotos, office.tasks.get(withPhotos).items.length);
  await doItems(app, office, plan, ledger, withPhotos);
  await phone.kill();
  t.diagnostic(`killed once, in the task with photos, after ${ledger.size} items`);
  await relaunch();
  await app.openTask(withPhotos, office.tasks.get(withPhotos).items.length);
  await app.finish();
  finished.push(withPhotos);
  await app.home(tasks.length);

  const [second, ...others] = tasks.filter((task) => task !== withPhotos);
  await app.openTask(second, office.tasks.get(second).items.length);
  await doItems(app, office, plan, ledger, second, 0, 3);
  await phone.kill();
  t.diagnostic(`killed twice, in the middle of a task, after ${ledger.size} items`);
  await relaunch();
  await app.openTask(second, office.tasks.get(second).items.length);
  await doItems(app, office, plan, ledger, second, 3);
  await app.finish();
  finished.push(second);
  await app.home(tasks.length);
  for (const task of others) await doTask(task);

  const number = ledger.size + finished.length;
  await app.waitForPending(number);
  await app.openSync(number);
  const queue = await app.queue();
  assert.ok(queue.every((row) => row.state !== 'received'), 'nothing is called received without the endpoint');
  await endpoint.start();
  await phone.click(id('sync-now'));
  await app.waitForSynced();
  await app.waitForHandIn();
  for (const row of [...(await app.queue()), ...(await app.photoQueue())]) assert.equal(row.state, 'received');

  const queued = queue.map((row) => row.record);
  await assertReceivedOnce(endpoint, { shown: ledger, queued, tasks });
  await assertShrunkAndUpright(phone, endpoint, [...ledger.values()].find((one) => one.photos.length).photos[0]);
  await app.open('/sync');
  await phone.click(id('sync-now'));
  await app.waitForSynced();
  assert.equal(await countRecords(endpoint), number, 'another sync adds nothing');
  phone.assertQuiet();
});

/** The 12-megapixel picture lay on its side; what the office holds stands and is small. */
async function assertShrunkAndUpright(phone, endpoint, hash) {
  const bytes = photosOnDisk(endpoint).get(hash);
  const { width, height } = jpegSize(bytes);
  assert.ok(height > width, `upright: ${width} × ${height}`);
  assert.ok(bytes.length < 400_000, `about 200 KB: ${bytes.length}`);
  const [red, green, blue] = await colourAt(phone, bytes, 0.9, 0.1);
  assert.ok(red > 200 && green < 60 && blue < 60, `the marked corner came to the top right: ${red} ${green} ${blue}`);
  assert.equal(bytes.includes(Buffer.from('Exif\0\0', 'latin1')), false, 'no turn is left to be made, no place told');
}
