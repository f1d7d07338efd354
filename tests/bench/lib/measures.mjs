// The measurements. Each takes a launched browser of its own, so that no run helps the next.
import { Launch } from './cdp.mjs';
import { profileFor } from './contestants.mjs';
import * as inPage from './in_page.mjs';

/** 1.6 Mbit/s with 150 ms there and back: the usual "slow 4G". */
const SLOW_4G = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 };
/** How long a very long list is watched while it opens, milliseconds. */
const SPAN = 20_000;
/** Chromium calls a task long from here on (Long Tasks, W3C). */
const LONG = 50;

/** First item tappable, all rendered, longest task after the first paint of the list. */
export async function open(contestant, size, state, { slow4g = false } = {}) {
  const profile = profileFor(contestant, size, state);
  if (state === 'offline') await contestant.stop(size);
  const launch = await Launch.open(profile, { network: slow4g ? SLOW_4G : undefined });
  try {
    await launch.page('Page.addScriptToEvaluateOnNewDocument', { source: `(${inPage.watchFirst})(${size})` });
    await launch.navigate(contestant.url(size));
    const what = `${contestant.name} with ${size} items, ${state}`;
    const noted = await (size > 1000 ? launch.waitFor(what, inPage.spanNoted, SPAN) : launch.waitFor(what, inPage.allNoted));
    const after = noted.long.filter((task) => task.at + task.took > noted.first);
    return { first: noted.first, all: noted.all, longest: Math.max(LONG, ...after.map((task) => task.took)) };
  } finally {
    await launch.close();
    if (state === 'offline') await contestant.start(size);
  }
}

/**
 * Taps on `count` items spread over the list: finger to paint for `pass`, then for `fail`. `kept`
 * is finger to disk: for the app as it is, for the floor with a bare strict put on each tap, made
 * only after its painting was measured.
 */
export async function taps(contestant, size, count) {
  const profile = profileFor(contestant, size, 'warm');
  const launch = await Launch.open(profile);
  const isApp = contestant.name === 'app';
  const items = Array.from({ length: count }, (_, at) => Math.floor((at * size) / count));
  try {
    await launch.page('Page.addScriptToEvaluateOnNewDocument', { source: `(${inPage.watchFirst})(${size})` });
    await launch.navigate(contestant.url(size));
    await launch.waitFor('all items', inPage.allNoted);
    const found = { pass: [], fail: [], kept: [] };
    for (const item of items) {
      for (const verdict of ['pass', 'fail']) {
        const { painted, kept } = await tapOne(launch, item, verdict, isApp);
        found[verdict].push(painted);
        if (isApp && verdict === 'pass') found.kept.push(kept);
      }
    }
    if (isApp) return found;
    await launch.evaluate(inPage.keepTaps);
    for (const item of items) found.kept.push((await tapOne(launch, item, 'pass', true)).kept);
    return found;
  } finally {
    await launch.close();
  }
}

async function tapOne(launch, item, verdict, isKept) {
  const { x, y } = await launch.evaluate(inPage.placeOf, item, `verdict-${verdict}`);
  await launch.evaluate(inPage.armTap, item, verdict);
  await launch.tap(x, y);
  const painted = await launch.waitFor(`item ${item} ${verdict}`, inPage.tapNoted);
  // The next tap begins on a page at rest, its write finished.
  const kept = isKept ? await launch.waitFor(`item ${item} is saved`, inPage.keptNoted) : undefined;
  return { painted, kept };
}
