// Hazard of the connection to the database: lost at any call, once or for good.
import assert from 'node:assert/strict';
import { id, itemCss } from '../lib/app.mjs';
import { answer } from '../lib/checks.mjs';
import { atWork, inChromium, smallest } from '../lib/stage.mjs';
import { until } from '../lib/wait.mjs';

// Runs in the page before the app: storage calls are counted, and the `first` and every one `apart`
// from it find the connection lost. Kept over reloads in the tab's own store.
function loseConnection() {
  const { first, apart } = JSON.parse(sessionStorage.getItem('fault') ?? '{"first":1e9,"apart":1}');
  window.calls = 0;
  const lose = (type, names) => {
    for (const name of names) {
      const real = type.prototype[name];
      type.prototype[name] = function (...args) {
        window.calls += 1;
        if (window.calls >= first && (window.calls - first) % apart === 0) throw new DOMException('The connection was lost', 'InvalidStateError');
        return real.apply(this, args);
      };
    }
  };
  lose(IDBFactory, ['open']);
  lose(IDBDatabase, ['transaction']);
  lose(IDBTransaction, ['objectStore']);
  lose(IDBObjectStore, ['get', 'getAll', 'count', 'index', 'put', 'delete']);
  lose(IDBIndex, ['getAll', 'count']);
}

/** What a person sees that something is wrong with storage. */
const TROUBLE = ['not-saved', 'no-storage', 'store-trouble', 'alarm', 'alarm-late'].map(id).join(', ');

async function toldOfTrouble(phone) {
  const kinds = await phone.attributes(TROUBLE, 'data-alarm');
  return kinds.some((kind) => kind === null || kind.startsWith('storage'));
}

/** A task open in a page whose storage faults are chosen at each start. */
async function atFaultyWork(t) {
  const { endpoint, office, phone, app } = await atWork(t, { stub: loseConnection });
  const task = smallest(office);
  const [item] = task.items;
  await app.openTask(task.id, task.items.length);
  await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await endpoint.stop(); // No delivery: the calls are those of the screens alone.
  const start = async (fault) => {
    await phone.evaluate((words) => sessionStorage.setItem('fault', words), JSON.stringify(fault));
    await phone.reload();
  };
  const isSaved = async () => (await phone.attributes(itemCss(item.id), 'data-saved'))[0] === 'true';
  return { phone, app, task, item, start, isSaved };
}

const turned = (verdict) => (verdict === 'na' ? 'fail' : 'na');

// Far enough apart that no call and its retries meet two of them.
const APART = 61;

inChromium('hazard 04: connection lost at every nth storage call: opened again, and nobody notices', async (t) => {
  const { phone, app, task, item, start, isSaved } = await atFaultyWork(t);
  let kept = 'na';
  let calls = 0;
  for (let nth = 1; nth <= APART; nth += 1) {
    await start({ first: nth, apart: APART });
    await until(`lost at call ${nth}: the task all the same`, async () => (await app.items()).length === task.items.length);
    assert.equal(await app.verdict(item.id), kept, `lost at call ${nth}: what was saved is there`);
    await phone.click(`${itemCss(item.id)} ${id(`verdict-${turned(kept)}`)}`);
    await app.waitForVerdict(item.id, turned(kept));
    await until(`lost at call ${nth}: saved all the same`, isSaved);
    kept = turned(kept);
    calls = Math.max(calls, await phone.evaluate(() => window.calls));
  }
  t.diagnostic(`${calls} calls, each lost once`);
  assert.ok(calls > 2 * APART, `each page lost its connection several times: ${calls}`);
  assert.equal(await toldOfTrouble(phone), false);
});

const STEP = 7;

inChromium('hazard 04: connection lost for good at the nth storage call: the form stops with a message', async (t) => {
  const { phone, app, task, item, start, isSaved } = await atFaultyWork(t);
  let kept = 'na';
  for (let nth = 1, calls = Infinity; nth <= calls; nth += STEP) {
    await start({ first: nth, apart: 1 });
    const wanted = turned(kept);
    const button = `${itemCss(item.id)} ${id(`verdict-${wanted}`)}`;
    await until(`lost from call ${nth} on: the task, or a message`, async () => (await phone.count(button)) > 0 || toldOfTrouble(phone));
    if (await phone.count(button)) {
      await phone.click(button);
      await until(`lost from call ${nth} on: saved, or a message`, async () => (await isSaved()) || toldOfTrouble(phone));
      // Another reading may have been told of before this write has come to its end.
      await until(`lost from call ${nth} on: the write is over`, async () => (await isSaved()) || (await phone.count(id('not-saved'))) > 0 || (await phone.count(button)) === 0);
      if (await isSaved()) kept = wanted;
    }
    calls = await phone.evaluate(() => window.calls);
    await start({ first: 1e9, apart: 1 });
    await app.waitForItems(task.items.length);
    // What was called saved is there; what was not may be, if the answer alone was lost.
    const found = await app.verdict(item.id);
    assert.equal(found, kept, `lost from call ${nth} on: what was called saved is there`);
    calls = Math.max(calls, await phone.evaluate(() => window.calls));
    if (nth + STEP > calls) t.diagnostic(`${calls} calls`);
  }
});
