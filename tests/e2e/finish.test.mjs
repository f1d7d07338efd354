// Finishing: what is open is said and needs a reason; what is finished is amended with one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id, itemCss } from './lib/app.mjs';
import { answer, measureOne } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { records } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { kinds, readOffice, typed } from './lib/office.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { until, untilEqual } from './lib/wait.mjs';

async function atWork(t) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  return { endpoint, office, phone, app };
}

const bySize = (office) => [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length);

test('open items are listed, and left open only with a reason', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const task = bySize(office).find((one) => one.items.length >= 3);
  const [first, ...open] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, first.id, office.clauseOf(first), { verdict: 'na' });
  await phone.click(id('finish-task'));
  await untilEqual('each open item is a way to it', open.length, () => phone.count(id('open-item')));
  assert.equal(await phone.count(id('task-finished')), 0);
  assert.deepEqual(await phone.attributes(id('finish-anyway'), 'disabled'), [''], 'no reason, no finish');
  await phone.click(id('open-item'), open.length - 1);
  await until('the item is in sight', () => phone.evaluate((css) => {
    const box = document.querySelector(css).getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
  }, itemCss(open.at(-1).id)));
  await app.finishWithOpen('地下室停电,下午再查');
  await until('it is received', async () => (await records(endpoint)).some((row) => row.kind === 'task_finish'), { timeout: 30_000 });
  const finish = (await records(endpoint)).find((row) => row.kind === 'task_finish').parsed;
  assert.equal(finish.open_because, '地下室停电,下午再查');
  assert.deepEqual(finish.open, open.map((item) => item.id));
  assert.deepEqual(finish.counts, { conforming: 0, nonconforming: 0, not_applicable: 1, open: open.length });
  phone.assertQuiet();
});

test('a finished result is amended with a reason; both stay', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const task = bySize(office)[0];
  await app.openTask(task.id, task.items.length);
  for (const item of task.items) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await app.finish();
  const [item] = task.items;
  await until('it is received', async () => (await records(endpoint)).length === task.items.length + 1, { timeout: 30_000 });
  const within = (name) => `${itemCss(item.id)} ${id(name)}`;
  await phone.click(within('amend-item'));
  await phone.click(within('verdict-fail'));
  await phone.click(within('fail-reason'));
  await phone.click(within('amend-save'));
  await until('a reason is asked for', async () => (await phone.count(`${itemCss(item.id)} [role="alert"]`)) > 0);
  await phone.fill(within('amend-reason'), '复核后发现标识已脱落');
  await phone.click(within('amend-save'));
  await until('it is settled again', async () => (await phone.count(within('amend-save'))) === 0);
  assert.equal(await app.verdict(item.id), 'fail');
  await until('the amendment is received', async () => (await records(endpoint)).length === task.items.length + 2, { timeout: 30_000 });
  const rows = await records(endpoint);
  const [first, second] = rows.filter((row) => row.parsed.task_item === item.id);
  assert.equal(second.supersedes, first.item_id);
  assert.equal(first.parsed.verdict, 'not_applicable', 'the first stays as it was');
  assert.equal(second.parsed.verdict, 'nonconforming');
  assert.equal(second.parsed.amended_because, '复核后发现标识已脱落');
  await phone.reload();
  await app.waitForItems(task.items.length);
  assert.equal(await app.verdict(item.id), 'fail', 'and the screen shows the newest');
  phone.assertQuiet();
});

test('a figure that looks like a slip of unit: corrected, or stood by', { timeout: 120_000 }, async (t) => {
  const { office, phone, app } = await atWork(t);
  const item = [...office.items.values()].find((one) => kinds(office.clauseOf(one)).includes('measure'));
  const task = office.tasks.get(item.task);
  const measure = office.clauseOf(item).procedures.find((one) => one.kind === 'measure');
  await app.openTask(task.id, task.items.length);
  await measureOne(app, item.id, measure, 0, 'slip');
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('measure-input')}`), typed(measure, 'within').value);
  await phone.fill(`${itemCss(item.id)} ${id('measure-input')}`, typed(measure, 'slip').value);
  await phone.click(`${itemCss(item.id)} ${id('measure-confirm')}`);
  const gauge = `${itemCss(item.id)} ${id('measure-gauge')}`;
  await untilEqual('the gauge', 'outside', async () => (await phone.attributes(gauge, 'data-state'))[0]);
  await app.waitForVerdict(item.id, 'fail');
  await phone.fill(`${itemCss(item.id)} ${id('measure-input')}`, 'abc');
  await until('letters are not a figure, in words', async () => (await phone.count(`${itemCss(item.id)} [role="alert"]`)) > 0);
  phone.assertQuiet();
});

test('a photo can be removed before finishing, and only what is left is sent', { timeout: 120_000 }, async (t) => {
  const { endpoint, office, phone, app } = await atWork(t);
  const pictures = [];
  for (const seed of [71, 72, 73]) pictures.push(asFile(`${seed}.jpg`, await drawSmallPhoto(phone, { seed })));
  const task = bySize(office)[0];
  await app.openTask(task.id, task.items.length);
  const [item, ...others] = task.items;
  const { photos } = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', files: pictures });
  assert.equal(new Set(photos).size, 3);
  await phone.click(`${itemCss(item.id)} [data-sha256="${photos[1]}"] ${id('photo-remove')}`);
  await untilEqual('photos left', 2, async () => (await app.photos(item.id)).length);
  await app.waitForSaved(item.id);
  await phone.reload();
  await app.waitForItems(task.items.length);
  const left = [photos[0], photos[2]];
  await untilEqual('photos after a reload', left.join(), async () => (await app.photos(item.id)).join());
  for (const one of others) await answer(app, one.id, office.clauseOf(one), { verdict: 'na' });
  await app.finish();
  await app.open('/sync');
  await app.waitForHandIn();
  const [result] = (await records(endpoint)).filter((row) => row.parsed.task_item === item.id);
  assert.deepEqual(result.parsed.photos.map((photo) => photo.sha256), left);
  phone.assertQuiet();
});
