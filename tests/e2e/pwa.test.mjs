// Installable and ready for no signal, by the browser's own word; updates offered, never forced.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { App, id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { readOffice } from './lib/office.mjs';
import * as paths from './lib/paths.mjs';
import { until } from './lib/wait.mjs';

async function visited(t, options) {
  const endpoint = await (await Endpoint.make(t, options)).start();
  const office = await readOffice(endpoint);
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  return { endpoint, office, phone, app };
}

test('the browser finds the app installable', async (t) => {
  const { endpoint, phone, app } = await visited(t);
  await app.open('/');
  const cdp = await phone.cdp();
  const { url, errors, data } = await cdp.send('Page.getAppManifest');
  assert.equal(url, `${endpoint.origin}/manifest.webmanifest`);
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.equal(manifest.display, 'standalone');
  assert.ok(manifest.icons.some((icon) => icon.purpose?.includes('maskable')));
  assert.ok(manifest.shortcuts.length > 0 && manifest.theme_color && manifest.background_color);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors, []);
  for (const address of [...manifest.icons, ...manifest.shortcuts.flatMap((one) => one.icons ?? [])].map((icon) => icon.src)) {
    const answer = await fetch(new URL(address, url));
    assert.equal(answer.status, 200, address);
    assert.match(answer.headers.get('content-type'), /^image\//);
  }
  phone.assertQuiet();
});

test('a service worker is active and holds the app, never the calls', async (t) => {
  const { endpoint, phone } = await visited(t);
  const cached = await phone.evaluate(async () => {
    const addresses = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) addresses.push(new URL(request.url).pathname);
    }
    return addresses;
  });
  assert.ok(cached.some((path) => path.endsWith('.wasm')), cached.join(' '));
  assert.equal(cached.some((path) => path.startsWith('/v1')), false);
  const state = await phone.evaluate(async () => (await navigator.serviceWorker.ready).active.state);
  assert.equal(state, 'activated');
  assert.equal(new URL(await phone.evaluate(() => navigator.serviceWorker.controller.scriptURL)).origin, endpoint.origin);
});

test('deep links open with the endpoint stopped, in a new process', async (t) => {
  const { endpoint, office, phone, app } = await visited(t);
  await endpoint.stop();
  await phone.close();
  await phone.launch();
  const task = [...office.tasks.values()][0];
  const screens = [['/standards/H1.1', 'clause-page'], ['/standards', 'clause-row'], ['/sync', 'sync-now'],
    ['/me', 'person-name'], [`/tasks/${task.id}`, 'check-item'], ['/', 'task-card'], ['/?source=shortcut', 'task-card']];
  for (const [path, mark] of screens) {
    await app.open(path);
    await until(`${path} shows ${mark}`, async () => (await phone.count(id(mark))) > 0);
  }
  phone.assertQuiet();
});

test('the wasm is compiled from the cache as a stream, under its own type', async (t) => {
  const { endpoint, phone, app } = await visited(t);
  await endpoint.stop();
  await app.open('/');
  await app.waitForCards();
  const types = await phone.evaluate(async () => {
    const own = performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.endsWith('.wasm'));
    return Promise.all(own.map(async (name) => (await fetch(name)).headers.get('content-type')));
  });
  assert.ok(types.length > 0);
  assert.ok(types.every((type) => type === 'application/wasm'), types.join());
});

test('a new version is offered, never forced, and a draft survives it', { timeout: 120_000 }, async (t) => {
  const dist = join(paths.scratch(t, 'dist'), 'app');
  cpSync(paths.dist, dist, { recursive: true });
  const { office, phone, app } = await visited(t, { dist });
  const task = [...office.tasks.values()][0];
  const item = task.items[0];
  await app.openTask(task.id, task.items.length);
  const shown = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', note: '半句话还没写完' });
  const before = await phone.evaluate(() => navigator.serviceWorker.controller.scriptURL + performance.timeOrigin);
  const mark = deploy(dist);
  await phone.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await until('the new version is offered', async () => (await phone.count(id('update-offer'))) > 0, { timeout: 30_000 });
  const after = await phone.evaluate(() => navigator.serviceWorker.controller.scriptURL + performance.timeOrigin);
  assert.equal(after, before, 'the page was not reloaded and keeps its version');
  assert.equal(await servedMark(phone), false, 'the old files are still in use');
  const note = `${itemCss(item.id)} ${id('note')}`;
  assert.equal(await phone.value(note), '半句话还没写完');

  await app.open('/');
  await app.waitForCards(office.tasks.size);
  await until('the offer stays', async () => (await phone.count(id('update-offer'))) > 0);
  await phone.click(id('update-accept'));
  await until('the new version runs', () => servedMark(phone), { timeout: 30_000 });
  assert.ok(mark);
  await app.waitForCards(office.tasks.size);
  await app.openTask(task.id, task.items.length);
  assert.equal(await app.verdict(item.id), shown.verdict, 'the draft survives');
  assert.equal(await phone.value(note), '半句话还没写完');
  assert.equal(await phone.count(id('update-offer')), 0, 'and nothing is offered any more');
  phone.assertQuiet();
});

const MARK = 'rounds-second-build';

/** Puts a second build in place: the page carries a mark, the worker's version changes with it. */
function deploy(dist) {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const changed = page.replace('</head>', `<meta name="${MARK}" content="yes"></head>`);
  assert.notEqual(changed, page);
  put(dist, 'index.html', changed);
  const worker = readFileSync(join(dist, 'sw.js'), 'utf8');
  const version = versionOf(worker);
  const hash = (text) => createHash('sha256').update(text).digest('hex');
  const next = worker.replaceAll(version, hash(changed).slice(0, version.length)).replaceAll(hash(page), hash(changed));
  assert.notEqual(next, worker);
  put(dist, 'sw.js', next);
  return true;
}

/** The version that the build put into the worker: its longest run of hex digits named as one. */
function versionOf(worker) {
  const found = /version\W{1,6}(?:[a-z]+\W{1,3})?["'`]([0-9a-f]{8,64})["'`]/i.exec(worker);
  if (!found) throw new Error(`no version in the worker: ${worker.slice(0, 400)}`);
  return found[1];
}

/** Writes a file and renews those compressed twins that the build made. */
function put(dist, name, text) {
  writeFileSync(join(dist, name), text);
  const twins = readdirSync(dist);
  const renew = { br: brotliCompressSync, gz: gzipSync };
  for (const [ending, compress] of Object.entries(renew)) {
    const twin = `${name}.${ending}`;
    if (!twins.includes(twin)) continue;
    rmSync(join(dist, twin));
    writeFileSync(join(dist, twin), compress(Buffer.from(text)));
  }
}

function servedMark(phone) {
  return phone.evaluate((name) => document.querySelector(`meta[name="${name}"]`) !== null, MARK);
}
