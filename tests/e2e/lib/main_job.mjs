// The main job's day, the same in every browser: what is done on each item, and how the screen
// is compared with what was done before.
import assert from 'node:assert/strict';
import { id, itemCss } from './app.mjs';
import { answer } from './checks.mjs';
import { kinds } from './office.mjs';
import { asFile } from './photos.mjs';
import { until } from './wait.mjs';

/** Decides what happens to which item: three measurements, one failing with photos, the rest pass. */
export function planDay(office, photos) {
  const items = [...office.items.values()];
  const has = (kind) => items.filter((item) => kinds(office.clauseOf(item)).includes(kind));
  const measured = has('measure');
  assert.ok(items.length >= 40, `at least 40 items today: ${items.length}`);
  assert.ok(measured.length >= 3, `at least three measurements today: ${measured.length}`);
  for (const kind of ['ask', 'check', 'look', 'role_play']) assert.ok(has(kind).length > 0, `today has ${kind}`);
  const plan = new Map();
  for (const [at, measure] of ['within', 'outside', 'slip'].entries()) plan.set(measured[at].id, { measure });
  const free = (list) => list.find((item) => !plan.has(item.id));
  const files = photos.map((bytes, at) => asFile(`photo-${at + 1}.jpg`, bytes));
  plan.set(free(has('look')).id, { verdict: 'fail', files, note: '车库照明不足,第 3 排' });
  plan.set(free(has('check')).id, { verdict: 'na' });
  return plan;
}

/** Does one task's items `from` to `to`, entering what the screen shows into the ledger. */
export async function doItems(app, office, plan, ledger, task, from = 0, to = Infinity) {
  const items = office.tasks.get(task).items.slice(from, to);
  for (const item of items) {
    ledger.set(item.id, await answer(app, item.id, office.clauseOf(item), plan.get(item.id)));
  }
}

/** Opens the app anew and compares every item of the ledger with what its task shows. */
export async function assertKept(app, office, ledger, finished) {
  await app.open('/');
  await app.waitForCards(office.tasks.size);
  for (const task of office.tasks.values()) {
    const own = task.items.filter((item) => ledger.has(item.id));
    if (own.length === 0) continue;
    await app.openTask(task.id, task.items.length);
    const seen = new Map((await app.items()).map((item) => [item.id, item]));
    for (const item of own) {
      assert.equal(seen.get(item.id).verdict, ledger.get(item.id).verdict, `${item.id} kept its verdict`);
      await assertPhotosKept(app, item.id, ledger.get(item.id).photos);
    }
    const isFinished = (await app.phone.count(id('task-finished'))) > 0;
    assert.equal(isFinished, finished.includes(task.id), `${task.id} is finished or not, as before`);
    await app.home(office.tasks.size);
  }
}

async function assertPhotosKept(app, item, hashes) {
  if (hashes.length === 0) return;
  await until(`the photos of ${item} are shown`, async () => (await app.photos(item)).length === hashes.length);
  assert.deepEqual(await app.photos(item), hashes, `${item} kept its photos`);
  const css = `${itemCss(item)} ${id('photo')}`;
  await until(`the pictures of ${item} can be seen`, () => app.phone.evaluate(areDrawn, css));
}

// Runs in the page; the picture may be the marked element or inside it.
function areDrawn(css) {
  const frames = [...document.querySelectorAll(css)];
  const pictures = frames.map((frame) => (frame.matches('img') ? frame : frame.querySelector('img')));
  for (const picture of pictures) picture?.scrollIntoView({ block: 'center' });
  return pictures.every((picture) => picture?.complete && picture.naturalWidth > 0);
}
