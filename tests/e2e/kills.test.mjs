// The browser killed with -9 at random moments of a day's work. After each, everything that the
// screen called saved is there with the same content; in the end all is delivered exactly once.
// 20 kills; ROUNDS_BROWSER_KILLS asks for more, ROUNDS_SEED for a day seen before.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { id } from './lib/app.mjs';
import { records } from './lib/db.mjs';
import { Ledger, within } from './lib/ledger.mjs';
import { typed } from './lib/office.mjs';
import { asFile, drawJpeg } from './lib/photos.mjs';
import { pick } from './lib/random.mjs';
import { assertReceivedOnce } from './lib/received.mjs';
import { atWork } from './lib/stage.mjs';
import { until } from './lib/wait.mjs';

const KILLS = Number(process.env.ROUNDS_BROWSER_KILLS ?? 20);
/** A kill comes within so many milliseconds of the day going on. */
const WITHIN_MS = 2_000;

class Day {
  constructor(stage, chance, pictures) {
    Object.assign(this, stage, { chance, pictures, notes: 0, kept: 0 });
    this.ledger = new Ledger(stage.app);
    this.tasks = [...stage.office.tasks.values()];
  }

  get open() {
    return this.tasks.filter((task) => !this.ledger.finished.has(task.id));
  }

  async openTask(task) {
    await this.app.phone.click(id('nav-today'));
    await this.app.openTask(task.id, task.items.length);
  }

  /** Goes on with the day until the battery is empty. `mayFinish`: one more task may be finished. */
  async goOn(mayFinish) {
    for (;;) {
      const task = this.chance.of(this.open);
      await this.openTask(task);
      for (let moves = 2 + this.chance.below(5); moves > 0; moves -= 1) await this.move(task);
      if (mayFinish() && this.chance.below(3) === 0) await this.finishTask(task);
      if (this.chance.below(3) === 0) await this.sync();
    }
  }

  /** One thing a person does to one item. */
  async move(task) {
    const item = this.chance.of(task.items);
    const measure = this.office.clauseOf(item).procedures.find((one) => one.kind === 'measure');
    const moves = ['judge', 'judge', 'note', 'photo', measure ? 'measure' : 'judge'];
    return this[this.chance.of(moves)](item.id, measure);
  }

  judge(item) {
    const verdict = this.chance.of(['pass', 'na', 'na']);
    return this.ledger.change(item, async () => {
      await this.phone.click(within(item, `verdict-${verdict}`));
      // A figure may have decided already.
      return (seen) => seen.verdict !== '';
    });
  }

  async note(item) {
    await this.app.showEvidence(item);
    const words = `第 ${(this.notes += 1)} 句`;
    return this.ledger.change(item, async () => {
      await this.phone.fill(within(item, 'note'), words);
      return (seen) => seen.note === words;
    });
  }

  measure(item, procedure) {
    const { value, other } = typed(procedure, this.chance.of(['within', 'outside']));
    return this.ledger.change(item, async () => {
      await this.phone.fill(within(item, 'measure-input'), value);
      if (other !== undefined) await this.phone.fill(within(item, 'measure-other'), other);
      return (seen) => seen.figures[0] === value;
    });
  }

  async photo(item) {
    // Each picture once, whether a kill let it through or not: the same one again adds nothing.
    const picture = this.pictures[this.kept];
    if (!picture) return this.note(item);
    this.kept += 1;
    await this.app.showEvidence(item);
    const before = (await this.app.photos(item)).length;
    return this.ledger.change(item, async () => {
      await this.phone.upload(within(item, 'photo-input'), [picture]);
      return (seen) => seen.photos.length > before;
    });
  }

  /** Finishes a task; what is open or flawed is put right first, as the screen asks. */
  async finishTask(task) {
    for (;;) {
      const listed = id('open-list');
      await this.ledger.finish(task.id, async () => {
        await this.phone.click(id('finish-task'));
        await until('finished, or what is in the way', async () => (await this.phone.count(`${listed}, ${id('task-finished')}`)) > 0);
        if (await this.phone.count(listed)) throw new InTheWay();
      }).catch((error) => {
        if (!(error instanceof InTheWay)) throw error;
        this.ledger.underWay = undefined;
      });
      if (this.ledger.finished.has(task.id)) return;
      for (const href of await this.phone.attributes(id('open-item'), 'href')) await this.settle(href.slice(1));
    }
  }

  /** Gives an item a verdict, and a failing one its reason. */
  async settle(item) {
    if ((await this.app.verdict(item)) === '') return this.judge(item);
    return this.ledger.change(item, async () => {
      await this.phone.click(within(item, 'fail-reason'));
      return () => true;
    });
  }

  async sync() {
    await this.app.openSync();
    await this.phone.click(id('sync-now'));
    await this.ledger.noteRows();
  }

  /** The line comes and goes; without it not even the page's own files are there. */
  setLine(on) {
    this.proxy.clear();
    if (!on) this.proxy.when(() => true, { name: 'no line', request: { cut: 0 } });
  }

  /** Opens the app anew and compares everything with what was called saved. */
  async checkAll() {
    await this.app.open('/');
    await this.app.waitForCards(this.tasks.length);
    const touched = (task) => this.ledger.finished.has(task.id) || task.items.some((item) => this.ledger.items.has(item.id));
    for (const task of this.tasks.filter(touched)) {
      await this.openTask(task);
      await this.ledger.check(task);
    }
    this.ledger.underWay = undefined;
  }

  /** Every record once listed is on the phone or at the office. */
  async checkRows() {
    await this.app.openSync();
    const arrived = new Set((await records(this.endpoint)).map((row) => row.item_id));
    const waiting = [...this.ledger.rows].filter((record) => !arrived.has(record));
    await until('what was listed is there', async () => {
      await this.app.showAllWaiting();
      const rows = new Set((await this.app.queue()).map((row) => row.record));
      return waiting.every((record) => rows.has(record)) || (await this.app.chip()).pending === 0;
    });
  }
}

class InTheWay extends Error {}

test(`browser killed ${KILLS} times at random moments: what was called saved is there`, { timeout: 60_000 + KILLS * 20_000 }, async (t) => {
  const stage = await atWork(t, { faulty: true });
  const chance = pick(t);
  const pictures = [];
  for (let seed = 100; seed < 130 + 4 * KILLS; seed += 1) {
    pictures.push(asFile(`${seed}.jpg`, await drawJpeg(stage.phone, { width: 200, height: 150, seed })));
  }
  const day = new Day(stage, chance, pictures);
  const { phone, app, ledger } = day;
  for (let kills = 0; kills < KILLS; kills += 1) {
    day.setLine(chance.below(2) === 0);
    const most = Math.floor(((day.tasks.length - 2) * (kills + 1)) / KILLS);
    let killed;
    const working = day.goOn(() => ledger.finished.size < most).catch((error) => {
      if (!killed) throw error;
    });
    const battery = pause(chance.below(WITHIN_MS)).then(() => (killed = phone.kill()));
    await Promise.race([working, battery]);
    await battery;
    await working;
    await phone.launch();
    await day.checkAll();
    await day.checkRows();
  }
  day.setLine(true);
  for (const task of day.open) {
    await day.openTask(task);
    await day.finishTask(task);
  }
  await app.openSync();
  await phone.click(id('sync-now'));
  await app.waitForHandIn();
  const rows = await records(stage.endpoint);
  for (const record of ledger.rows) assert.ok(rows.some((row) => row.item_id === record), `${record} was listed and arrived`);
  const queued = rows.map((row) => row.item_id);
  await assertReceivedOnce(stage.endpoint, { shown: ledger.items, queued, tasks: day.tasks.map((task) => task.id) });
  t.diagnostic(`trust: ${JSON.stringify({ kills: KILLS, records: rows.length, lost: 0, doubled: 0, stuck: 0 })}`);
  t.diagnostic(`${KILLS} kills, ${ledger.items.size} items, ${ledger.finished.size} tasks, ${rows.length} records: lost 0, doubled 0`);
  phone.assertQuiet();
});
