// The two that are measured side by side, with the same questions asked of both: where a list of
// N items opens, and what a phone must have seen before.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { query } from '../../e2e/lib/db.mjs';
import { Endpoint } from '../../e2e/lib/endpoint.mjs';
import { Launch } from './cdp.mjs';
import { FloorServer } from './floor_server.mjs';
import { countItems, isWorkerReady } from './in_page.mjs';

/** Visits that fill every cache there is, compiled code among them. */
const VISITS = 3;
/** What must be gone from a profile for a visit of that kind. */
const FORGET = {
  cold: ['Cache', 'Code Cache', 'Service Worker'],
  warm: ['Service Worker'],
  offline: [],
};

/** The app and its endpoint, with one task of N items for each N. */
export class App {
  name = 'app';

  static async make(scope, folder, sizes) {
    const app = new App();
    app.folder = folder;
    app.endpoints = new Map();
    for (const size of sizes) {
      const endpoint = await Endpoint.make(scope, { items: size });
      await endpoint.start();
      const rows = await query(endpoint, "SELECT id, body FROM records WHERE kind = 'task'");
      const task = rows.find((row) => JSON.parse(row.body).items.length === size);
      if (!task) throw new Error(`the demo made no task with ${size} items`);
      app.endpoints.set(size, { endpoint, url: `${endpoint.origin}/tasks/${task.id}` });
    }
    return app;
  }

  url(size) {
    return this.endpoints.get(size).url;
  }

  async prepare(size) {
    const { endpoint, url } = this.endpoints.get(size);
    await visits(baseOf(this, size), [endpoint.demo, ...Array(VISITS).fill(url)], size);
  }

  start(size) {
    return this.endpoints.get(size).endpoint.start();
  }

  stop(size) {
    return this.endpoints.get(size).endpoint.stop();
  }
}

/** The page by hand. One server serves every N. */
export class Floor {
  name = 'floor';

  static async make(scope, folder) {
    const floor = new Floor();
    floor.folder = folder;
    floor.server = await FloorServer.make();
    await floor.server.start();
    scope.after(() => floor.server.stop());
    return floor;
  }

  url(size) {
    return this.server.address(size);
  }

  prepare(size) {
    return visits(baseOf(this, size), Array(VISITS).fill(this.url(size)), size);
  }

  start() {
    return this.server.start();
  }

  stop() {
    return this.server.stop();
  }
}

/** A copy of the prepared profile that has forgotten what this kind of visit must not know. */
export function profileFor(contestant, size, state) {
  const copy = join(contestant.folder, `${contestant.name}-${size}-run`);
  rmSync(copy, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  cpSync(baseOf(contestant, size), copy, { recursive: true, filter: (path) => !path.includes('Singleton') });
  for (const name of FORGET[state]) rmSync(join(copy, 'Default', name), { recursive: true, force: true });
  return copy;
}

function baseOf(contestant, size) {
  const folder = join(contestant.folder, `${contestant.name}-${size}-base`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

// The first address may be one that only lets the phone in; the last ones show the list.
async function visits(profile, urls, size) {
  const last = urls.at(-1);
  for (const [at, url] of urls.entries()) {
    const launch = await Launch.open(profile, { slow: 1 });
    await launch.navigate(url);
    await launch.waitFor(`the service worker after visit ${at + 1}`, isWorkerReady);
    if (url !== last) await launch.waitFor('today is on the phone', () => document.querySelector('[data-testid="task-card"]') !== null);
    if (url === last) await launch.waitFor(`${size} items`, countItems, Math.min(size, 500));
    await launch.close();
  }
}
