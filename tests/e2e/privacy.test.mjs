// Nothing but the company's own endpoint is ever spoken to: read from the browser's own log of the
// network, service worker included, and from the bytes that the app is built of.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { App } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { ARGUMENTS, Chromium } from './lib/chromium.mjs';
import { records } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { readOffice } from './lib/office.mjs';
import * as paths from './lib/paths.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';

/** Every request that the browser's network stack began, with who asked; the log has one event a line. */
function asked(log) {
  const lines = readFileSync(log, 'utf8').split('\n');
  const { constants } = JSON.parse(lines[0].replace(/,$/, '}'));
  const begun = `"type":${constants.logEventTypes.URL_REQUEST_START_JOB}}`;
  const events = lines.filter((line) => line.includes(begun)).map((line) => JSON.parse(line.replace(/[,\]]*$/, '')));
  return events.filter(({ params }) => params?.url).map(({ params }) => ({ by: params.initiator, to: new URL(params.url) }));
}

test('a whole day speaks to its own endpoint and to no one else', { timeout: 120_000 }, async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const log = join(paths.scratch(t, 'netlog'), 'net.json');
  const phone = await Chromium.make(t, { args: [...ARGUMENTS, `--log-net-log=${log}`] });
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  const task = [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length)[0];
  const photo = asFile('a.jpg', await drawSmallPhoto(phone, { seed: 1 }));
  await app.openTask(task.id, task.items.length);
  for (const [at, item] of task.items.entries()) {
    const wish = at === 0 ? { verdict: 'fail', files: [photo], note: '第 3 排' } : { verdict: 'na' };
    await answer(app, item.id, office.clauseOf(item), wish);
  }
  await app.finish();
  // With its photo: a page that is left takes along what it was about to ask.
  await app.waitForReceived();
  assert.equal((await records(endpoint)).length, task.items.length + 1);
  for (const path of ['/standards', '/sync', '/me', '/nowhere', '/']) await app.open(path);
  await app.waitForCards(office.tasks.size);
  await phone.close();

  // The browser's own talk to its maker has no page behind it and is not ours.
  const ours = asked(log).filter(({ by }) => by === endpoint.origin).map(({ to }) => to);
  const told = new Set(ours.map((address) => address.pathname));
  for (const path of ['/v1/push', '/v1/pull', '/v1/blobs/missing', '/boot.js', '/sw.js']) {
    assert.ok(told.has(path), `the log tells of ${path}: ${[...told].join(' ')}`);
  }
  const others = ours.filter((address) => address.origin !== endpoint.origin && !['blob:', 'data:'].includes(address.protocol));
  assert.deepEqual(others.map(String), [], 'no third party is asked for anything');
});

test('no address of another host stands in what the app is built of', () => {
  // Names of XML vocabularies are words, not addresses to fetch; so are comments.
  const words = /^http:\/\/www\.w3\.org\//;
  const comment = /^\s*\/\/.*$/gm;
  const files = readdirSync(paths.dist, { recursive: true }).filter((file) => /\.(?:html|js|css|svg|webmanifest)$/.test(file));
  assert.ok(files.length >= 5, files.join(' '));
  for (const file of files) {
    const found = readFileSync(join(paths.dist, file), 'utf8').replace(comment, '').match(/(?:https?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)]*/gi) ?? [];
    assert.deepEqual(found.filter((address) => !words.test(address)), [], file);
  }
});
