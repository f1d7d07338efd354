// Every screen in both themes and languages: accessible by axe's word, nothing cut off sideways,
// nothing jumps. Leaves a picture of each in `out/screens`.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import { App, id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { kinds, readOffice } from './lib/office.mjs';
import * as paths from './lib/paths.mjs';
import { until, untilEqual } from './lib/wait.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SMALL = { width: 360, height: 740 };
const LOOKS = [['light', 'zh'], ['dark', 'zh'], ['light', 'en'], ['dark', 'en']];

/** A phone with work in every state: passed, failed, suspect, with a recorded ask, one task done. */
async function livedIn(t, device) {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const phone = await Chromium.make(t, device);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  const tasks = [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length);
  const done = tasks[0];
  const busy = [...tasks].reverse().find((task) => task !== done && varied(office, task)) ?? tasks.at(-1);
  await app.openTask(done.id, done.items.length);
  for (const item of done.items) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await app.finish();
  await app.open('/');
  await app.openTask(busy.id, busy.items.length);
  const [first, second, third] = busy.items;
  await answer(app, first.id, office.clauseOf(first), { verdict: 'fail', note: '说明'.repeat(60) });
  await answer(app, second.id, office.clauseOf(second));
  await answer(app, third.id, office.clauseOf(third), { verdict: 'na' });
  return { endpoint, office, phone, app, busy, done };
}

const varied = (office, task) => new Set(task.items.flatMap((item) => kinds(office.clauseOf(item)))).size >= 2;

function screensOf({ office, busy, done }) {
  const withKind = (kind) => [...office.tasks.values()].find((task) => task.items.some((item) => kinds(office.clauseOf(item)).includes(kind)));
  const measured = [...office.items.values()].map((item) => office.clauseOf(item)).find((clause) => clause.drawing);
  const screens = {
    today: ['/', id('task-card')],
    'task-busy': [`/tasks/${busy.id}`, id('check-item')],
    'task-finished': [`/tasks/${done.id}`, id('task-finished')],
    standards: ['/standards', id('clause-row')],
    clause: ['/standards/H1.1', id('clause-page')],
    sync: ['/sync', id('queue-row')],
    me: ['/me', id('person-name')],
    'not-found': ['/no/such/page', 'h1'],
  };
  if (measured) screens['clause-drawing'] = [`/standards/${measured.code}`, id('clause-page')];
  for (const kind of ['ask', 'check', 'look', 'role_play', 'measure']) {
    screens[`kind-${kind}`] = [`/tasks/${withKind(kind).id}`, `${id('check-item')}[data-kind="${kind}"], ${id('check-item')}`];
  }
  return screens;
}

async function wear(app, theme, language) {
  await app.open('/me');
  await until('the settings', async () => (await app.phone.count(id(`lang-${language}`))) > 0);
  await app.phone.click(id(`lang-${language}`));
  await until('the language', async () => (await app.phone.attributes(id(`lang-${language}`), 'aria-pressed'))[0] === 'true');
  await app.phone.click(id(`theme-${theme}`));
  await untilEqual('the theme', theme, () => app.phone.evaluate(() => document.documentElement.dataset.theme));
  const lang = await app.phone.evaluate(() => document.documentElement.lang);
  assert.ok(lang.startsWith(language), `the page says its language: ${lang}`);
}

/** Opens a screen and waits until it has come to rest: there, fonts loaded, no animation running. */
async function show(app, [path, mark], items) {
  await app.open(path);
  await until(`${path} is there`, async () => (await app.phone.count(mark)) > 0);
  if (items) await app.waitForItems(items);
  await until(`${path} is at rest`, () => app.phone.evaluate(async () => {
    await document.fonts.ready;
    return document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().iterations === Infinity);
  }));
}

async function violations(phone) {
  await phone.evaluate(`(() => { ${AXE}; window.axe = axe; })()`);
  const found = await phone.evaluate(async (tags) => {
    const result = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return result.violations.map(({ id: rule, nodes }) => ({
      rule, nodes: nodes.slice(0, 4).map((node) => `${node.target.join(' ')} — ${node.failureSummary.split('\n').slice(1, 2).join('')}`),
    }));
  }, TAGS);
  return found;
}

/** What sticks out sideways, by name. */
function sticksOut(phone) {
  return phone.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const wide = document.documentElement.scrollWidth > room || document.body.scrollWidth > room;
    if (!wide) return [];
    const out = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > room + 1);
    return out.slice(-5).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)} > ${room}`);
  });
}

for (const [theme, language] of LOOKS) {
  test(`axe finds nothing on any screen, and nothing is cut off: ${theme}, ${language}`, { timeout: 240_000 }, async (t) => {
    const lived = await livedIn(t, { viewport: SMALL, colorScheme: theme });
    const { phone, app, office } = lived;
    await wear(app, theme, language);
    const faults = [];
    for (const [name, screen] of Object.entries(screensOf(lived))) {
      const task = office.tasks.get(screen[0].replace('/tasks/', ''));
      await show(app, screen, task?.items.length);
      await phone.page.screenshot({ path: join(paths.outFolder('screens'), `${name}-${theme}-${language}.png`), fullPage: name !== 'standards' });
      for (const { rule, nodes } of await violations(phone)) faults.push(`${name}: ${rule}: ${nodes.join(' | ')}`);
      for (const line of await sticksOut(phone)) faults.push(`${name}: sticks out: ${line}`);
    }
    writeFileSync(join(paths.outFolder(), `faults-${theme}-${language}.txt`), faults.join('\n'));
    assert.deepEqual(faults, []);
    phone.assertQuiet();
  });
}

test('text at 200 % is neither lost nor needs scrolling sideways', { timeout: 240_000 }, async (t) => {
  const lived = await livedIn(t, { viewport: SMALL });
  const { phone, app, office } = lived;
  const faults = [];
  const base = await phone.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  for (const language of ['zh', 'en']) {
    await wear(app, 'light', language);
    const cdp = await phone.cdp();
    // The phone's own text setting: what a person who sees badly has set for all apps.
    await cdp.send('Page.enable');
    for (const [name, screen] of Object.entries(screensOf(lived))) {
      // A picture of the page takes the setting back.
      await cdp.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
      const task = office.tasks.get(screen[0].replace('/tasks/', ''));
      await show(app, screen, task?.items.length);
      const grown = await phone.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
      if (grown < base * 1.9) faults.push(`${name}-${language}: text is ${grown} px, at 100 % it is ${base} px`);
      for (const line of await sticksOut(phone)) faults.push(`${name}-${language}: sticks out: ${line}`);
      await phone.page.screenshot({ path: join(paths.outFolder('screens-200'), `${name}-${language}.png`) });
    }
    await cdp.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } });
  }
  assert.deepEqual(faults, []);
});

test('larger text by the app\'s own setting', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const phone = await Chromium.make(t, { viewport: SMALL });
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo);
  await app.open('/me');
  const size = () => phone.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  const sizes = [];
  for (const step of ['normal', 'large', 'larger']) {
    await phone.click(id(`text-${step}`));
    await until(`text ${step}`, async () => (await phone.attributes(id(`text-${step}`), 'aria-pressed'))[0] === 'true');
    sizes.push(await size());
  }
  assert.ok(sizes[0] >= 17 && sizes[0] < sizes[1] && sizes[1] < sizes[2], sizes.join());
  await phone.reload();
  await untilEqual('the size after a reload', sizes[2], size);
});

test('targets are large enough for a thumb', { timeout: 120_000 }, async (t) => {
  const lived = await livedIn(t, { viewport: SMALL });
  const { phone, app, busy } = lived;
  const faults = [];
  for (const [name, screen] of Object.entries(screensOf(lived))) {
    await show(app, screen);
    const small = await phone.evaluate(() => [...document.querySelectorAll('button, a[href], select, input:not([type=file]), .add-photo')]
      .map((one) => ({ name: `${one.dataset.testid ?? one.className}`, box: one.getBoundingClientRect(), verdict: one.dataset.testid?.startsWith('verdict-') }))
      .filter(({ box, verdict }) => box.width > 0 && (box.height < (verdict ? 56 : 48) || box.width < 44))
      .map(({ name: own, box }) => `${own} ${Math.round(box.width)}×${Math.round(box.height)}`));
    faults.push(...[...new Set(small)].map((line) => `${name}: ${line}`));
  }
  assert.deepEqual(faults, []);
  await app.open(`/tasks/${busy.id}`);
  await until('items', async () => (await phone.count(itemCss(busy.items[0].id))) > 0);
});

test('nothing jumps while a screen comes', { timeout: 120_000 }, async (t) => {
  const lived = await livedIn(t, { viewport: SMALL });
  const { phone, app } = lived;
  await phone.page.addInitScript(() => {
    window.shifted = { sum: 0, what: [] };
    const name = ({ node, previousRect: from, currentRect: to }) =>
      `${node?.className || node?.nodeName} ${from.top}+${from.height} → ${to.top}+${to.height}`;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        window.shifted.sum += entry.value;
        window.shifted.what.push(...entry.sources.map(name));
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const faults = [];
  for (const [name, screen] of Object.entries(screensOf(lived))) {
    await show(app, screen);
    const shifted = await phone.evaluate(() => window.shifted);
    if (shifted.sum > 0.1) faults.push(`${name}: ${shifted.sum.toFixed(3)} ${shifted.what.join('; ')}`);
  }
  assert.deepEqual(faults, []);
});
