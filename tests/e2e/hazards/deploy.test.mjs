// Hazards of a new version: deployed while the old one is loading, and offered during a draft.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { App, id, itemCss } from '../lib/app.mjs';
import { Build } from '../lib/build.mjs';
import { answer } from '../lib/checks.mjs';
import { Chromium } from '../lib/chromium.mjs';
import { Endpoint } from '../lib/endpoint.mjs';
import * as paths from '../lib/paths.mjs';
import { Proxy } from '../lib/proxy.mjs';
import { atWork, inBoth, inChromium, smallest } from '../lib/stage.mjs';
import { until } from '../lib/wait.mjs';

const MARK = 'rounds-second-build';

/** The build under test in a folder of its own, and a next build of it. */
function twoBuilds(t) {
  const served = join(paths.scratch(t, 'served'), 'app');
  cpSync(paths.dist, served, { recursive: true });
  const [first, second] = [Build.copy(t), Build.copy(t).mark(MARK).rename('second').seal()];
  return { served, first, second };
}

// Runs in the page: which build each of its parts is of.
function parts() {
  const script = document.querySelector('script[data-module]');
  const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname);
  return {
    marked: document.querySelector('meta[name="rounds-second-build"]') !== null,
    named: [script.dataset.module, script.dataset.wasm],
    loaded: loaded.filter((path) => /-[0-9a-f]{8,}(_bg)?\.(js|wasm|css)$/.test(path)),
  };
}

/** Loads until the app runs: it does, or says plainly that it did not and offers to try again. */
async function loadUntilItRuns(app, address) {
  await app.phone.goto(address);
  for (let tries = 1; ; tries += 1) {
    const shown = await until('the app, or its word that it did not come', async () => {
      if ((await app.cards()).length > 0) return 'app';
      return (await app.phone.page.locator('#not-started').isVisible()) && 'told';
    }, { timeout: 30_000 });
    if (shown === 'app') return;
    assert.ok(tries < 3, 'the next try or the one after it succeeds');
    await app.phone.click('#try-again');
  }
}

inChromium('hazard 15: deploy in the middle of loading: whole at every request, or said and tried again', async (t) => {
  const { served, first, second } = twoBuilds(t);
  const endpoint = await (await Endpoint.make(t, { dist: served })).start();
  const phone = await Chromium.make(t);
  const own = (build) => new Set(build.hashed().map((name) => `/${name}`));
  const files = { first: own(first), second: own(second) };
  for (const name of files.first) assert.equal(files.second.has(name), false, 'the builds share no hashed name');
  for (let at = 1, requests = Infinity; at <= requests; at += 1) {
    first.deployTo(served);
    const proxy = await Proxy.before(t, endpoint); // A new port is a new origin: nothing is kept.
    let seen = 0;
    const count = (asked) => {
      if (asked.path.startsWith('/v1')) return false;
      seen += 1;
      if (seen === at) second.deployTo(served);
      return false;
    };
    proxy.when(count, {});
    const app = new App(phone, proxy.origin);
    await loadUntilItRuns(app, proxy.demo);
    await until('it is ready for no signal', async () => {
      const ready = await phone.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.active));
      // An installation that met both builds is refused; the next visit begins it anew.
      const { installing, waiting } = await phone.evaluate(async () => {
        const found = await navigator.serviceWorker.getRegistration();
        return { installing: Boolean(found?.installing), waiting: Boolean(found?.waiting) };
      });
      if (!ready && !installing && !waiting) await phone.reload();
      return ready;
    }, { timeout: 30_000, every: 100 });
    requests = seen;
    await app.open('/');
    await app.waitForCards();
    const { marked, named, loaded } = await phone.evaluate(parts);
    const mine = files[marked ? 'second' : 'first'];
    for (const name of [...named, ...loaded]) assert.ok(mine.has(name), `deployed at request ${at}: ${name} is not of the page's build`);
    if (at >= requests) t.diagnostic(`deployed at each of ${requests} requests`);
  }
  phone.allowed.push(/Failed to fetch|not of this build/);
  phone.assertQuiet();
});

inBoth('hazard 16: update offered during a draft: never forced, and the draft survives it', async (t, browser) => {
  const { served, second } = twoBuilds(t);
  const { office, phone, app } = await atWork(t, { browser, dist: served });
  const task = smallest(office);
  const item = task.items[0];
  const run = () => phone.evaluate(() => navigator.serviceWorker.controller.scriptURL + performance.timeOrigin);
  const isSecond = async () => (await phone.evaluate(parts)).marked;
  await app.openTask(task.id, task.items.length);
  const shown = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '半句话还没写完' });
  const before = await run();
  second.deployTo(served);
  await phone.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration()).update()));
  await until('the new version is offered', async () => (await phone.count(id('update-offer'))) > 0, { timeout: 30_000 });
  assert.equal(await run(), before, 'the page was not reloaded and keeps its version');
  assert.equal(await isSecond(), false, 'the old files are still in use');
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), '半句话还没写完');

  await app.open('/');
  await app.waitForCards(office.tasks.size);
  assert.equal(await isSecond(), false, 'another page, and still not forced');
  await until('the offer stays', async () => (await phone.count(id('update-offer'))) > 0);
  await phone.click(id('update-accept'));
  await until('the new version runs', isSecond, { timeout: 30_000 });
  await app.waitForCards(office.tasks.size);
  await app.openTask(task.id, task.items.length);
  assert.equal(await app.verdict(item.id), shown.verdict);
  assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), '半句话还没写完');
  phone.assertQuiet();
});
