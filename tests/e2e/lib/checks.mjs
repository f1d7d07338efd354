// Answering one item the way its procedures ask, and what the screen must show meanwhile.
import assert from 'node:assert/strict';
import { id, itemCss } from './app.mjs';
import { typed } from './office.mjs';
import { until, untilEqual } from './wait.mjs';

/**
 * Answers `item` and waits until it is saved. `wish`:
 * `verdict` pass (default), fail or na; `measure` within (default), outside or slip;
 * `files` photos to add; `note` words to add.
 * Returns what the screen then says: `{verdict, photos, reason, said}`.
 */
export async function answer(app, item, clause, wish = {}) {
  const { verdict = 'pass', measure = 'within', files = [], note } = wish;
  const said = verdict === 'pass' ? await procedures(app, item, clause, measure) : undefined;
  const wanted = verdict === 'pass' && measure === 'outside' ? 'fail' : verdict;
  if ((await app.verdict(item)) !== wanted) await app.phone.click(within(item, `verdict-${wanted}`));
  await app.waitForVerdict(item, wanted);
  const reason = verdict === 'fail' ? await pickReason(app, item) : undefined;
  if (note) {
    await app.showEvidence(item);
    await app.phone.fill(within(item, 'note'), note);
  }
  await app.waitForSaved(item);
  const photos = files.length ? await app.addPhotos(item, files) : [];
  return { verdict: await app.verdict(item), photos, reason, said, note };
}

/** Goes through a clause's procedures in order; returns the words recorded, if any. */
async function procedures(app, item, clause, wish) {
  let said;
  const met = { ask: 0, measure: 0 };
  for (const procedure of clause.procedures) {
    if (procedure.kind === 'ask') said = await ask(app, item, procedure, met.ask++);
    if (procedure.kind === 'measure') await measureOne(app, item, procedure, met.measure, met.measure++ === 0 ? wish : 'within');
  }
  await yesToEach(app, item, 'check-line', sum(clause, 'check', (one) => one.lines.length));
  // A single sight has no buttons of its own: the verdict says it.
  await yesToEach(app, item, 'sight', sum(clause, 'look', (one) => (one.sights.length > 1 ? one.sights.length : 0)));
  await yesToEach(app, item, 'step', sum(clause, 'role_play', (one) => one.steps.length));
  return said;
}

/** Words first: the points are not on the page until what was said is recorded. */
async function ask(app, item, procedure, nth) {
  const points = within(item, 'ask-point');
  const before = await app.phone.count(points);
  const words = `测试人员说的话 ${item}-${nth + 1}`;
  await app.phone.fill(within(item, 'said-input'), words, nth);
  assert.equal(await app.phone.count(points), before, `${item}: no expected point shows while words are typed`);
  await app.phone.click(within(item, 'record-said'));
  const wanted = before + procedure.points.length;
  await untilEqual(`the points of ${item} show`, wanted, () => app.phone.count(points));
  for (let at = before; at < wanted; at += 1) await app.phone.click(`${points} ${id('point-yes')}`, at);
  return words;
}

/** Types a figure; a slip of unit must be asked about before it is judged, and is put right. */
export async function measureOne(app, item, procedure, nth, wish) {
  const figure = typed(procedure, wish);
  await app.phone.fill(within(item, 'measure-input'), figure.value, nth);
  if (figure.other !== undefined) {
    const others = within(item, 'measure-other');
    await app.phone.fill(others, figure.other, 0);
  }
  const state = async () => (await app.phone.attributes(within(item, 'measure-gauge'), 'data-state'))[nth];
  if (wish === 'slip') {
    await untilEqual(`the gauge of ${item} asks`, 'suspect', state);
    assert.equal(await app.verdict(item), '', `${item}: a suspect figure is not judged`);
    await app.phone.click(within(item, 'measure-fix'));
  }
  await untilEqual(`the gauge of ${item}`, wish === 'outside' ? 'outside' : 'within', state);
}

async function yesToEach(app, item, row, number) {
  const css = `${within(item, row)} ${id('line-yes')}`;
  await untilEqual(`buttons of ${row} in ${item}`, number, () => app.phone.count(css));
  for (let at = 0; at < number; at += 1) await app.phone.click(css, at);
}

/** The clause's own reasons come first; takes the first. */
async function pickReason(app, item) {
  const css = within(item, 'fail-reason');
  await until(`the reasons of ${item}`, async () => (await app.phone.count(css)) > 0);
  const [reason] = await app.phone.attributes(css, 'data-reason');
  await app.phone.click(css);
  return reason;
}

function sum(clause, kind, count) {
  return clause.procedures.filter((one) => one.kind === kind).reduce((total, one) => total + count(one), 0);
}

const within = (item, name) => `${itemCss(item)} ${id(name)}`;
