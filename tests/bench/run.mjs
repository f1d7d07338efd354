// Measures the app beside a page by hand, in the same run: each launch a new browser process, the
// two in turns, the CPU slowed four times. Prints a table with the bars and writes JSON.
//   node tests/bench/run.mjs [--quick] [--json FILE]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { appBytes, floorBytes } from './lib/bytes.mjs';
import { App, Floor } from './lib/contestants.mjs';
import * as measure from './lib/measures.mjs';
import { report } from './lib/report.mjs';

const { values: options } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' } } });
const rounds = options.quick ? 3 : 9;
const tapRounds = options.quick ? 1 : 3;
const TAPS = 50;
const SIZES = [50, 500, 5000];

const endings = [];
const scope = { after: (work) => endings.push(work) };
const folder = mkdtempSync(join(tmpdir(), 'rounds-bench-'));
let failed = false;
try {
  const results = await run();
  process.stdout.write(`${report(results)}\n`);
  if (options.json) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, JSON.stringify(results, null, 2));
  }
} catch (error) {
  console.error(error);
  failed = true;
} finally {
  for (const end of endings) await end();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
process.exitCode = failed ? 1 : 0;

async function run() {
  say('starting endpoints with 50, 500 and 5,000 items');
  const app = await App.make(scope, folder, SIZES);
  const floor = await Floor.make(scope, folder);
  const both = [app, floor];
  const origin = new URL(app.url(50)).origin;
  const bytes = { app: await appBytes(origin, join(folder, 'bytes')), floor: floorBytes() };
  for (const size of SIZES) {
    for (const contestant of both) {
      say(`preparing ${contestant.name} with ${size} items`);
      await contestant.prepare(size);
    }
  }
  const opened = {};
  const plan = [[50, 'cold'], [50, 'warm'], [50, 'offline'], [50, 'slow4g'], [500, 'warm'], [500, 'offline'], [5000, 'warm']];
  for (let round = 0; round < rounds; round += 1) {
    for (const [size, state] of plan) {
      if (size === 5000 && round >= Math.ceil(rounds / 3)) continue;
      const turns = round % 2 ? [...both].reverse() : both;
      for (const contestant of turns) {
        say(`round ${round + 1} of ${rounds}: ${contestant.name}, ${size} items, ${state}`);
        const slow4g = state === 'slow4g';
        const found = await measure.open(contestant, size, slow4g ? 'cold' : state, { slow4g });
        ((opened[`${size}-${state}`] ??= {})[contestant.name] ??= []).push(found);
      }
    }
  }
  const tapped = {};
  for (let round = 0; round < tapRounds; round += 1) {
    for (const size of [50, 500]) {
      for (const contestant of round % 2 ? [...both].reverse() : both) {
        say(`taps, round ${round + 1} of ${tapRounds}: ${contestant.name}, ${size} items`);
        const found = await measure.taps(contestant, size, TAPS);
        const kept = ((tapped[size] ??= {})[contestant.name] ??= { pass: [], fail: [], kept: [] });
        for (const [name, times] of Object.entries(found)) kept[name].push(...times);
      }
    }
  }
  return { date: new Date().toISOString(), cores: cpus().length, rounds, taps: TAPS * tapRounds, bytes, opened, tapped };
}

function say(words) {
  process.stderr.write(`bench: ${words}\n`);
}
