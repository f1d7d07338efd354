// Installable and ready for no signal, by the browser's own word.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id } from './lib/app.mjs';
import { Chromium } from './lib/chromium.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { readOffice } from './lib/office.mjs';
import { until, untilEqual } from './lib/wait.mjs';

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
  // It takes the page over while it is still becoming active.
  await untilEqual('the worker', 'activated', () => phone.evaluate(async () => (await navigator.serviceWorker.ready).active.state));
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
