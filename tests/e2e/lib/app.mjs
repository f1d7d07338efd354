// The app as a person sees it, found by its stable test ids alone. Written in the few moves that
// both `chromium.mjs` and `webkit.mjs` offer.
import { until, untilEqual } from './wait.mjs';

export const id = (name) => `[data-testid="${name}"]`;
export const itemCss = (item) => `${id('check-item')}[data-item-id="${item}"]`;

export class App {
  constructor(phone, origin) {
    this.phone = phone;
    this.origin = origin;
  }

  async open(path = '/') {
    await this.phone.goto(this.origin + path);
  }

  /** Opens the enrolling address and waits until the day's work is on the phone. */
  async firstVisit(address, tasks) {
    await this.phone.goto(address);
    await this.waitForCards(tasks);
    await this.waitForWorker();
  }

  /** Back to today the way a person goes: by the tab. */
  async home(tasks) {
    await this.phone.click(id('nav-today'));
    await this.waitForCards(tasks);
  }

  /**
   * Waits until the service worker is active and controls the page. Its `state` is not asked:
   * WebKit now and then leaves that word at "installing" for ever.
   */
  async waitForWorker() {
    await until('the service worker controls the page', () => this.phone.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      return Boolean(registration?.active) && navigator.serviceWorker.controller !== null;
    }), { timeout: 30_000 });
  }

  async waitForCards(number) {
    await until(`${number ?? 'any'} task cards`, async () => {
      const { length } = await this.cards();
      return number === undefined ? length > 0 : length === number;
    }, { timeout: 30_000 });
  }

  /** Some attributes of every match, read at one moment: a page built anew in between would mix them up. */
  #rows(css, names) {
    return this.phone.evaluate(readRows, { css, names });
  }

  /** Today's tasks as shown: `{id, done, total}`. */
  async cards() {
    const rows = await this.#rows(id('task-card'), ['data-task-id', 'data-done', 'data-total']);
    return rows.map(([task, done, total]) => ({ id: task, done: Number(done), total: Number(total) }));
  }

  /** From today to a task by its card. */
  async openTask(task, items) {
    const card = `${id('task-card')}[data-task-id="${task}"]`;
    await until(`the card of ${task}`, async () => (await this.phone.count(card)) === 1);
    await this.phone.click(card);
    await this.waitForItems(items);
  }

  async waitForItems(number) {
    await until(`${number} items on the screen`, async () => (await this.items()).length === number);
  }

  /** The items of the open task: `{id, clause, verdict, saved}`; verdict '' while open. */
  async items() {
    const rows = await this.#rows(id('check-item'), ['data-item-id', 'data-clause', 'data-verdict', 'data-saved']);
    return rows.map(([item, clause, verdict, saved]) => ({ id: item, clause, verdict: readVerdict(verdict), saved: saved === 'true' }));
  }

  /** As `items`, once all are built: a page builds a few at first, and tells how many there will be. */
  allItems() {
    return until('all items', async () => {
      const [[total] = []] = await this.#rows('.task-progress', ['max']);
      const items = await this.items();
      return items.length > 0 && items.length === Number(total) && items;
    });
  }

  async verdict(item) {
    return readVerdict((await this.phone.attributes(itemCss(item), 'data-verdict'))[0]);
  }

  waitForVerdict(item, verdict) {
    return untilEqual(`the verdict of ${item}`, verdict, () => this.verdict(item));
  }

  /** Waits until the item says that its last change is on disk. */
  waitForSaved(item) {
    const read = async () => (await this.phone.attributes(itemCss(item), 'data-saved'))[0];
    return untilEqual(`${item} is saved`, 'true', read);
  }

  /** SHA-256 of each photo shown on an item. */
  photos(item) {
    return this.phone.attributes(`${itemCss(item)} ${id('photo')}`, 'data-sha256');
  }

  /** Note and photos are folded away until wanted, but on failing. */
  async showEvidence(item) {
    await until(`note and photos of ${item}`, async () => {
      if (await this.phone.count(`${itemCss(item)} ${id('note')}`)) return true;
      const fold = `${itemCss(item)} ${id('add-evidence')}`;
      if (await this.phone.count(fold)) await this.phone.click(fold);
      return false;
    });
  }

  /** Picks photos and waits until all have their thumbnail and are saved. */
  async addPhotos(item, files) {
    await this.showEvidence(item);
    const before = (await this.photos(item)).length;
    for (const [at, file] of files.entries()) {
      await this.phone.upload(`${itemCss(item)} ${id('photo-input')}`, [file]);
      await until(`photo ${file.name} is kept`, async () => {
        const shown = await this.photos(item);
        return shown.length === before + at + 1 && shown.every((sha) => /^[0-9a-f]{64}$/.test(sha ?? ''));
      }, { timeout: 60_000 });
    }
    await this.waitForSaved(item);
    return this.photos(item);
  }

  /** Presses finish; every item is decided. */
  async finish(timeout = 15_000) {
    await this.phone.click(id('finish-task'));
    await until('the task says it is finished', async () => (await this.phone.count(id('task-finished'))) > 0, { timeout });
  }

  /** Presses finish with items open, and goes on with a reason. */
  async finishWithOpen(reason) {
    await this.phone.click(id('finish-task'));
    await until('what is open is listed', async () => (await this.phone.count(id('open-list'))) > 0);
    await this.phone.fill(id('open-reason'), reason);
    await this.phone.click(id('finish-anyway'));
    await until('the task says it is finished', async () => (await this.phone.count(id('task-finished'))) > 0);
  }

  /** Records on `/sync`: `{record, state}`. The screen must be open. */
  async queue() {
    const rows = await this.#rows(id('queue-row'), ['data-record-id', 'data-state']);
    return rows.map(([record, state]) => ({ record, state }));
  }

  /** Goes to `/sync` by the chip and waits for so many rows, if it is said how many. */
  async openSync(rows) {
    await this.phone.click(id('sync-chip'));
    if (rows === undefined) return until('the sync screen', async () => (await this.phone.count(id('sync-now'))) > 0);
    return until(`${rows} rows on the sync screen`, async () => {
      await this.showAllWaiting();
      return (await this.queue()).length === rows;
    });
  }

  /** A long queue is shown in parts: asks for the next one, if there is one. */
  showAllWaiting() {
    // Found and pressed in one: the button goes by itself once all is shown.
    return this.phone.evaluate((css) => void document.querySelector(css)?.click(), id('more-waiting'));
  }

  /** Photos on `/sync`: `{sha, state}`. */
  async photoQueue() {
    const rows = await this.#rows(id('photo-row'), ['data-sha256', 'data-state']);
    return rows.map(([sha, state]) => ({ sha, state }));
  }

  /** The sync chip: `{state, pending}`. */
  async chip() {
    const [[state, pending] = []] = await this.#rows(id('sync-chip'), ['data-state', 'data-pending']);
    return { state, pending: Number(pending) };
  }

  /** Waits until every record and photo is received: the phone may be handed in. */
  waitForHandIn(timeout = 60_000) {
    return untilEqual('safe to hand in', 'true', async () => (await this.phone.attributes(id('custody'), 'data-safe'))[0], { timeout });
  }

  /** Waits until the chip says that the office has all. */
  waitForSynced(timeout = 60_000) {
    return untilEqual('the chip', 'synced 0', async () => {
      const { state, pending } = await this.chip();
      return `${state} ${pending}`;
    }, { timeout, every: 100 });
  }

  /**
   * Waits until the office has all of a task just finished. The chip may still say what it counted before; the
   * ladder is read from the disk as it opens.
   */
  async waitForReceived() {
    await this.openSync();
    await this.waitForHandIn();
  }

  /**
   * Waits until a pass of this page, without photos, has asked its last: it sends first and fetches then. The chip
   * does not tell; it says synced as soon as nothing waits.
   */
  async waitForPass() {
    await until('the pass is over', () => this.phone.evaluate(() => {
      const paths = performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname);
      const calls = paths.filter((path) => path.startsWith('/v1/'));
      return calls.includes('/v1/push') && calls.at(-1) === '/v1/pull';
    }));
  }

  /** Waits until the chip counts so many records on the phone. */
  waitForPending(number) {
    return untilEqual('records waiting', number, async () => (await this.chip()).pending);
  }
}

// Runs in the page.
function readRows({ css, names }) {
  return [...document.querySelectorAll(css)].map((one) => names.map((name) => one.getAttribute(name)));
}

/** An empty verdict may be written as nothing or as the word. */
function readVerdict(text) {
  return text === null || text === undefined || text === 'empty' ? '' : text;
}
