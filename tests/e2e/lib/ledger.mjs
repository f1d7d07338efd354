// What the screen called saved, and whether it is still there. One entry an item, as the screen
// shows it: `{verdict, note, figures, photos}`.
import assert from 'node:assert/strict';
import { id, itemCss } from './app.mjs';
import { until } from './wait.mjs';

// Runs in the page. Every item of the open task at one moment, with whether it is called saved.
function readItems() {
  const within = (element, name) => [...element.querySelectorAll(`[data-testid="${name}"]`)];
  return [...document.querySelectorAll('[data-testid="check-item"]')].map((item) => ({
    id: item.dataset.itemId,
    saved: item.dataset.saved === 'true',
    seen: {
      verdict: item.dataset.verdict ?? '',
      note: within(item, 'note')[0]?.value ?? '',
      figures: within(item, 'measure-input').map((input) => input.value),
      photos: within(item, 'photo').map((photo) => photo.dataset.sha256),
    },
  }));
}

export class Ledger {
  constructor(app) {
    this.app = app;
    this.items = new Map();
    this.finished = new Set();
    this.rows = new Set();
    /** The item or task that a person was at when the battery went; either end of that is right. */
    this.underWay = undefined;
  }

  async read() {
    return this.app.phone.evaluate(readItems);
  }

  async readOne(item) {
    return (await this.read()).find((one) => one.id === item);
  }

  /** Does something to an item and enters what the screen then calls saved. */
  async change(item, work) {
    this.underWay = { item };
    const is = await work();
    const { seen } = await until(`${item} is saved`, async () => {
      const one = await this.readOne(item);
      return one.saved && is(one.seen) && one;
    });
    this.items.set(item, seen);
    this.underWay = undefined;
  }

  /** Finishes the open task and enters that it is. */
  async finish(task, work) {
    this.underWay = { task };
    await work();
    this.finished.add(task);
    this.underWay = undefined;
  }

  /** Enters the records listed on `/sync`. */
  async noteRows() {
    for (const { record } of await this.app.queue()) this.rows.add(record);
  }

  /** Compares one open task with what was called saved. */
  async check(task) {
    const { phone } = this.app;
    const known = task.items.filter((item) => this.items.has(item.id));
    const gone = (one) => one && this.items.has(one.id) && this.items.get(one.id).photos.length > one.seen.photos.length;
    // Photos come a moment after their item.
    await until(`the photos of ${task.id}`, async () => !(await this.read()).some(gone)).catch(() => undefined);
    const [shown, isFinished] = [await this.read(), (await phone.count(id('task-finished'))) > 0];
    const wasFinishing = this.underWay?.task === task.id;
    if (!wasFinishing) assert.equal(isFinished, this.finished.has(task.id), `${task.id} is finished or not, as before`);
    if (isFinished) this.finished.add(task.id);
    for (const item of known) {
      const { seen } = shown.find((one) => one.id === item.id);
      const kept = this.items.get(item.id);
      const isSettled = this.finished.has(task.id);
      // A finished item no longer has its fields; what was in them is compared at the office.
      const fields = isSettled ? { verdict: seen.verdict, photos: seen.photos } : seen;
      const wanted = isSettled ? { verdict: kept.verdict, photos: kept.photos } : kept;
      if (this.underWay?.item === item.id) assertEitherEnd(item.id, seen, kept);
      else assert.deepEqual(fields, wanted, `${item.id} is as it was called saved`);
    }
    if (isFinished) return;
    // What is there now is on disk, whoever saw it being saved.
    for (const one of shown) if (this.items.has(one.id) || one.seen.verdict) this.items.set(one.id, one.seen);
  }
}

/** One change may have come through or not; everything else of the item stands. */
function assertEitherEnd(item, seen, kept) {
  const photos = seen.photos.slice(0, kept.photos.length);
  assert.deepEqual(photos, kept.photos, `${item} kept its photos`);
  const differing = ['verdict', 'note', 'figures'].filter((name) => String(seen[name]) !== String(kept[name]));
  // A figure decides the verdict, so those two change together.
  const together = differing.filter((name) => !(name === 'verdict' && differing.includes('figures')));
  assert.ok(together.length + (seen.photos.length - kept.photos.length) <= 1, `${item}: one change at most: ${differing}`);
}

export const within = (item, name) => `${itemCss(item)} ${id(name)}`;
