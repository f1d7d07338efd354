// The table: the app, the floor, their ratio, and the bar it is held against.
import { median, percentile, round, table } from './stats.mjs';

/** Words for a person; adds `rows` to the results for machines. */
export function report(results) {
  const rows = [...opening(results.opened), ...tapping(results.tapped)];
  results.rows = rows;
  const head = ['measured, ms', 'app', 'floor', 'ratio', 'bar', ''];
  return [
    '', ...weights(results.bytes), '',
    `medians of ${results.rounds} launches each, in turns; CPU slowed 4 times; ${results.taps} taps each`,
    table([head, ...rows.map(cells)]),
  ].join('\n');
}

function cells({ name, app, floor, ratio, bar, holds }) {
  const verdict = { true: 'holds', false: 'MISSES', null: '' }[holds];
  return [name, show(app), show(floor), ratio.toFixed(2), bar, verdict];
}

function weights({ app, floor }) {
  const kilo = (bytes) => (bytes / 1024).toFixed(1);
  const line = (name, one) => [name, kilo(one.raw), kilo(one.gzip), kilo(one.brotli)];
  const kinds = Object.entries(app.kinds).map(([kind, one]) => line(kind, one));
  const head = ['first load, KB', 'raw', 'gzip', 'brotli'];
  const plain = app.uncompressed.join(' ');
  return [
    table([head, ...kinds, line('whole', app.total), line('floor', floor.total)]),
    `bar: whole first load ≤ 300 KB brotli: ${app.total.brotli <= 300 * 1024 ? 'holds' : 'MISSES'}`,
    plain ? `sent uncompressed: ${plain}` : 'all of it was sent compressed',
  ];
}

function opening(opened) {
  const rows = [];
  const add = (key, field, name, bar) => {
    if (opened[key]) rows.push(versus(name, (who) => median(opened[key][who].map((one) => one[field])), bar));
  };
  add('50-cold', 'first', 'first tappable, 50 items, cold', 1.5);
  add('50-warm', 'first', 'first tappable, 50 items, warm', null);
  add('50-offline', 'first', 'first tappable, 50 items, offline, new process', 1.4);
  add('50-slow4g', 'first', 'first tappable, 50 items, cold, slow 4G', null);
  add('500-warm', 'first', 'first tappable, 500 items, warm', 1.5);
  add('500-warm', 'all', 'all rendered, 500 items, warm', 1.5);
  add('500-offline', 'first', 'first tappable, 500 items, offline, new process', null);
  add('5000-warm', 'first', 'first tappable, 5,000 items, warm', null);
  rows.push(longest(opened, '50-warm', 'longest task after first, 50 items (50 = none)', 100));
  rows.push(longest(opened, '500-warm', 'longest task after first, 500 items', 100));
  rows.push(longest(opened, '5000-warm', 'longest task in 20 s while 5,000 items open', 200));
  return rows;
}

function longest(opened, key, name, limit) {
  const of = (who) => median(opened[key][who].map((one) => one.longest));
  const row = versus(name, of, null);
  return { ...row, bar: `≤ ${limit} ms`, holds: row.app <= limit };
}

function tapping(tapped) {
  const rows = [];
  for (const size of [50, 500]) {
    for (const [kind, name] of [['pass', 'tap to paint, verdict'], ['fail', 'tap to paint, fail opens reasons']]) {
      rows.push(versus(`${name}, ${size} items`, (who) => median(tapped[size][who][kind]), 1.25));
      rows.push(versus(`  p95`, (who) => percentile(tapped[size][who][kind], 0.95), null));
    }
  }
  const own = (kind) => median(tapped[500].app[kind]) / median(tapped[50].app[kind]);
  rows.push(alone('verdict tap at 500 against 50, own', own('pass'), 1.3));
  for (const size of [50, 500]) {
    rows.push(versus(`tap to committed, strict, ${size} items (floor: a bare put)`, (who) => median(tapped[size][who].kept), 1.5));
  }
  return rows;
}

function versus(name, of, bar) {
  const [app, floor] = [of('app'), of('floor')];
  const ratio = app / floor;
  return { name, app: round(app), floor: round(floor), ratio, bar: bar === null ? '' : `≤ ${bar}`, holds: bar === null ? null : ratio <= bar };
}

function alone(name, ratio, bar) {
  return { name, app: null, floor: null, ratio, bar: `≤ ${bar}`, holds: ratio <= bar };
}

const show = (value) => (value === null ? '' : String(Math.round(value)));
