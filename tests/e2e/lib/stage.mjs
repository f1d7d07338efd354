// Where most tests begin: a real endpoint, perhaps a faulty network, a phone with the day's tasks.
import test from 'node:test';
import { App, id } from './app.mjs';
import { Build } from './build.mjs';
import { answer } from './checks.mjs';
import { Chromium } from './chromium.mjs';
import { Endpoint } from './endpoint.mjs';
import { readOffice } from './office.mjs';
import { Proxy, call, fault } from './proxy.mjs';
import { until } from './wait.mjs';
import { WebKit } from './webkit.mjs';

export const PUSH = call('POST', '/v1/push');
export const PATCH = call('PATCH', '/v1/blobs/');

/** Not a byte of it leaves the proxy. */
const HELD = { name: 'held back', request: { cut: 0 } };

/** Far more than any takes: only what hangs comes to it. */
const TIMEOUT = { timeout: 240_000 };

/** Registers one scenario for each browser that can show it. */
export function inBoth(name, scenario) {
  for (const browser of [Chromium, WebKit]) {
    test(`${name} (${browser.name})`, TIMEOUT, (t) => scenario(t, browser));
  }
}

export function inChromium(name, scenario) {
  test(name, TIMEOUT, (t) => scenario(t, Chromium));
}

/**
 * An enrolled phone with the day's tasks: `{endpoint, office, proxy, phone, app}`.
 * `faulty` puts a proxy between; `stub` runs in the page before the app; `items` asks for one
 * more task of that size.
 */
export async function atWork(t, { browser = Chromium, faulty = false, stub, dist, items } = {}) {
  const build = stub ? Build.copy(t).stub(stub).seal().folder : dist;
  const endpoint = await (await Endpoint.make(t, { dist: build, items })).start();
  const office = await readOffice(endpoint);
  const proxy = faulty ? await Proxy.before(t, endpoint) : undefined;
  const phone = await browser.make(t);
  const { origin, demo } = proxy ?? endpoint;
  const app = new App(phone, origin);
  await app.firstVisit(demo, office.tasks.size);
  return { endpoint, office, proxy, phone, app };
}

export const bySize = (office) => [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length);
export const smallest = (office) => bySize(office)[0];

/** Does and finishes a task from today; the first item fails, with `files` if any. Returns what was shown. */
export async function doTask({ app, office }, task, { files = [] } = {}) {
  await app.openTask(task.id, task.items.length);
  const shown = new Map();
  for (const [at, item] of task.items.entries()) {
    const wish = at === 0 ? { verdict: 'fail', files } : { verdict: 'na' };
    shown.set(item.id, await answer(app, item.id, office.clauseOf(item), wish));
  }
  await app.finish();
  return shown;
}

/**
 * A task finished and nothing of it sent: the stage, and what the office must come to hold. `first`
 * happens before anything may be sent; the app tries by itself afterwards.
 */
export async function withWork(t, { photos = [], first = async () => undefined, ...options } = {}) {
  const stage = await atWork(t, { ...options, faulty: true });
  const held = stage.proxy.when(PUSH, HELD);
  const task = smallest(stage.office);
  const shown = await doTask(stage, task, { files: photos });
  const number = task.items.length + 1;
  await stage.app.openSync(number);
  const queued = (await stage.app.queue()).map((row) => row.record);
  await first(stage);
  stage.proxy.clear(held);
  return { ...stage, task, number, expected: { shown, queued, tasks: [task.id] } };
}

/**
 * Opens a page of the same origin that is not the app. The worker answers every other address with the app, which
 * would go on reading and writing behind it.
 */
export async function openBlank({ proxy, app }) {
  proxy.when(call('GET', '/demo/blank'), fault.answer(200, { 'content-type': 'text/html' }, '<!doctype html><title>Blank</title>'));
  await app.open('/demo/blank');
}

/** Sends now; pressed again only while nothing has happened, since a running pass ignores it. */
export async function sendUntil(app, what, happened) {
  await until(what, async () => {
    if (await happened()) return true;
    await app.phone.click(id('sync-now'));
    return happened();
  }, { timeout: 60_000, every: 500 });
}

/** Sends until no record is left on the phone. */
export const sendAll = (app) => sendUntil(app, 'the phone has its receipts', async () => (await app.chip()).pending === 0);

/** Waits until the app has taken in what befell its last request. */
export const untilTakenIn = (app) => until('the app has taken it in', async () => (await app.chip()).state !== 'sending');

/**
 * One push meets `what`, and the app has taken it in. Those after it are held back until the
 * returned function is called: a try of the app's own may follow at once, and would get through.
 */
export async function strike({ proxy, app }, name, what) {
  const rule = proxy.when(PUSH, what, { times: 1 });
  const held = proxy.when(PUSH, HELD);
  await sendUntil(app, name, () => rule.struck === 1);
  await untilTakenIn(app);
  return () => [rule, held].forEach((one) => proxy.clear(one));
}
