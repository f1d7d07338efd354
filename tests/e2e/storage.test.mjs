// What the phone keeps through reloads and crashes, and how it can be carried out by hand. What can
// go wrong with storage and with several tabs: see `hazards`.
import assert from 'node:assert/strict';
import test from 'node:test';
import { id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { records, sha256 } from './lib/db.mjs';
import { kinds } from './lib/office.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { atWork, smallest } from './lib/stage.mjs';
import { until, untilEqual } from './lib/wait.mjs';

const taskWith = (office, kind) => {
  const item = [...office.items.values()].find((one) => kinds(office.clauseOf(one)).includes(kind));
  return { task: office.tasks.get(item.task), item, clause: office.clauseOf(item) };
};

test('a half-made answer survives a reload and a crash of the page', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const picture = asFile('a.jpg', await drawSmallPhoto(phone, { seed: 5 }));
  const { task, item } = taskWith(office, 'ask');
  await endpoint.stop();
  await app.openTask(task.id, task.items.length);
  const said = `${itemCss(item.id)} ${id('said-input')}`;
  await phone.fill(said, '还没记下的话');
  await app.waitForSaved(item.id);
  const [photo] = await app.addPhotos(item.id, [picture]);
  const kept = async (when) => {
    await app.waitForItems(task.items.length);
    assert.equal(await phone.value(said), '还没记下的话', when);
    await until(`the photo, ${when}`, async () => (await app.photos(item.id))[0] === photo);
    assert.equal(await phone.count(`${itemCss(item.id)} ${id('ask-point')}`), 0, `${when}: points stay hidden`);
  };
  await phone.reload();
  await kept('after a reload');
  await phone.crash();
  await app.open(`/tasks/${task.id}`);
  await kept('after a crash');
  phone.assertQuiet();
});

test('the export holds every record and photo not yet received', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const pictures = [await drawSmallPhoto(phone, { seed: 61 }), await drawSmallPhoto(phone, { seed: 62 })];
  const files = pictures.map((bytes, at) => asFile(`${at}.jpg`, bytes));
  await endpoint.stop();
  const task = smallest(office);
  await app.openTask(task.id, task.items.length);
  const hashes = [];
  for (const [at, item] of task.items.entries()) {
    const wish = at === 0 ? { verdict: 'fail', files } : { verdict: 'na' };
    hashes.push(...(await answer(app, item.id, office.clauseOf(item), wish)).photos);
  }
  await app.finish();
  const number = task.items.length + 1;
  await app.openSync(number);
  const queued = (await app.queue()).map((row) => row.record);
  const { name, bytes } = await phone.download(() => phone.click(id('export-queue')));
  assert.match(name, /^rounds-.*\.json$/);
  const file = JSON.parse(bytes);
  assert.deepEqual(file.records.map((record) => record.item_id).sort(), [...queued].sort());
  for (const record of file.records) assert.equal(sha256(Buffer.from(record.body)), record.body_sha256);
  assert.deepEqual(file.photos.map((photo) => photo.sha256).sort(), [...hashes].sort());
  for (const photo of file.photos) assert.equal(sha256(Buffer.from(photo.base64, 'base64')), photo.sha256);
  await endpoint.start();
  await phone.click(id('sync-now'));
  await app.waitForHandIn();
  const received = await records(endpoint);
  const sent = new Map(received.map((row) => [row.item_id, row.body]));
  for (const record of file.records) assert.equal(sent.get(record.item_id), record.body, 'the file holds the very bytes that are sent');
  await untilEqual('nothing is left to export', 0, async () => {
    const left = await phone.download(() => phone.click(id('export-queue')));
    return JSON.parse(left.bytes).records.length;
  });
  phone.assertQuiet();
});
