// Every hazard of the design has a test that bears its number, here or among the Rust tests:
// `hazard 07: …` or `hazard_07_…`.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../lib/paths.mjs';

const HAZARDS = [
  'storage wiped by the browser', 'persist() refused', 'strict durability silently not set', 'connection to the database lost',
  'database opens empty or not at all', 'future awaited inside a transaction', 'two tabs, old and new schema', 'quota full',
  'localStorage full or absent', 'page killed while the camera is open', 'no Background Sync', 'onLine lies both ways',
  'captive portal', 'clock ten years off, changed mid-queue', 'deploy in the middle of loading', 'update offered during a draft',
  'frozen tab holds the lock', 'two tabs finish the same draft', 'killed at any byte of an upload; answer lost',
  'poison item among 1,000', '413, 401 and 403 at item k, 429 and 503 with Retry-After', 'another user signs in',
  '10,000 clients after an outage', 'endpoint restored from a backup', 'wasm panic', 'endpoint killed with -9 at any moment',
  'power cut at the endpoint', '64 writers push the same ids', 'server order is not commit order on Postgres',
];

const PLACES = ['tests', 'src', join('endpoint', 'src'), join('endpoint', 'tests')];

/** The names of tests in a source file: what a test call or a Rust function is called. */
function testsIn(file) {
  const text = readFileSync(file, 'utf8');
  const names = file.endsWith('.rs') ? /\bfn (hazard_\w+)/g : /\b(?:test|inBoth|inChromium)\(\s*['"`](hazard [^'"`]+)/g;
  return [...text.matchAll(names)].map(([, name]) => name);
}

test('every one of the 29 hazards has a test by its name', () => {
  assert.equal(HAZARDS.length, 29);
  const files = PLACES.flatMap((place) => readdirSync(join(root, place), { recursive: true }).map((name) => join(root, place, name)))
    .filter((file) => /\.(rs|mjs)$/.test(file) && !file.includes('node_modules'));
  const numbers = new Set(files.flatMap(testsIn).map((name) => Number(/^hazard[ _](\d\d)/.exec(name)?.[1])));
  const missing = HAZARDS.map((words, at) => `${at + 1} ${words}`).filter((_, at) => !numbers.has(at + 1));
  assert.deepEqual(missing, [], 'no test bears the number of');
});
