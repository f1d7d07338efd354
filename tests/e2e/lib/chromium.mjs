// A phone with Chromium: one profile folder on disk that outlives its browser processes.
// Offers the few moves that `app.mjs` is written in; `webkit.mjs` offers the same.
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import * as paths from './paths.mjs';
import { until } from './wait.mjs';

// The sandbox refuses root; the rest keeps the browser from calling its maker's servers.
export const ARGUMENTS = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const DEVICE = { viewport: { width: 412, height: 915 }, hasTouch: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' };

export class Chromium {
  constructor(device) {
    this.device = { ...DEVICE, ...device };
    this.complaints = [];
    this.allowed = [];
  }

  /** A phone with an empty profile for one test; the test fails on what the console complains of. */
  static async make(t, device = {}) {
    const phone = new Chromium(device);
    // Endings run in the order they were asked for: the browser goes before its folder.
    t.after(async () => {
      if (t.passed === false) await phone.#leaveTrace(t);
      await phone.kill();
    });
    phone.profile = paths.scratch(t, 'profile');
    await phone.launch();
    return phone;
  }

  async launch() {
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: paths.chromium(), headless: true, args: ARGUMENTS, ...this.device,
    });
    this.context.setDefaultTimeout(15_000);
    this.context.on('console', (message) => this.#hear(message.text(), message.type()));
    this.context.on('weberror', (error) => this.#hear(error.error().stack ?? String(error.error()), 'uncaught'));
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
  }

  /** Closes the browser in order. */
  async close() {
    const context = this.context;
    this.context = undefined;
    await context?.close();
  }

  /** Ends every process of the browser at once, as an empty battery does. */
  async kill() {
    const context = this.context;
    if (!context) return;
    this.context = undefined;
    const closed = new Promise((done) => context.once('close', done));
    const main = this.#pid();
    process.kill(-main, 'SIGKILL');
    await closed;
    await until('every process of the browser is gone', () => processesOf(this.profile).length === 0);
  }

  /** The page's process ends as when memory runs out; a new tab takes its place. */
  async crash() {
    const old = this.page;
    const crashed = new Promise((done) => old.once('crash', done));
    const cdp = await this.cdp();
    cdp.send('Page.crash').catch(() => undefined);
    await crashed;
    this.page = await this.context.newPage();
    await old.close().catch(() => undefined);
  }

  /** Another tab on the same profile. */
  async tab() {
    const other = Object.create(this);
    other.page = await this.context.newPage();
    return other;
  }

  /** Fails if the page broke its own content policy, threw, or panicked since the last call. */
  assertQuiet() {
    const heard = this.complaints.splice(0).filter((line) => !this.allowed.some((one) => one.test(line)));
    if (heard.length) throw new Error(`the browser's console complained:\n${heard.join('\n')}`);
  }

  /** A raw protocol session on the page. */
  cdp() {
    return this.context.newCDPSession(this.page);
  }

  async goto(url) {
    await this.page.goto(url);
  }

  async reload() {
    await this.page.reload();
  }

  url() {
    return Promise.resolve(this.page.url());
  }

  count(css) {
    return this.page.locator(css).count();
  }

  async click(css, nth = 0) {
    await this.page.locator(css).nth(nth).click();
  }

  async fill(css, text, nth = 0) {
    await this.page.locator(css).nth(nth).fill(text);
  }

  /** Chooses an entry of a list by its value. */
  async choose(css, value) {
    await this.page.locator(css).selectOption(value);
  }

  value(css, nth = 0) {
    return this.page.locator(css).nth(nth).inputValue();
  }

  text(css, nth = 0) {
    return this.page.locator(css).nth(nth).innerText();
  }

  isVisible(css, nth = 0) {
    return this.page.locator(css).nth(nth).isVisible();
  }

  /** One attribute of every match, in document order. */
  attributes(css, name) {
    return this.page.locator(css).evaluateAll((all, key) => all.map((one) => one.getAttribute(key)), name);
  }

  /** Gives files to a file input: `[{name, mimeType, buffer}]`. */
  async upload(css, files, nth = 0) {
    await this.page.locator(css).nth(nth).setInputFiles(files);
  }

  /** Runs `work` and returns the text of the file that the page lets the person keep. */
  async download(work) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), work()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  evaluate(work, argument) {
    return this.page.evaluate(work, argument);
  }

  /** What a failed test last saw. */
  async #leaveTrace(t) {
    for (const line of this.complaints) t.diagnostic(`console: ${line}`);
    const file = join(paths.outFolder('failed'), t.name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80));
    const page = this.context && this.page;
    // A page that cannot be seen any more leaves no picture; the test's own words remain.
    await page?.screenshot({ path: `${file}.png`, timeout: 5_000 }).catch(() => undefined);
    const html = await page?.content().catch(() => undefined);
    if (html) writeFileSync(`${file}.html`, html);
  }

  /** Chromium leaves its process id in the profile: `HOST-PID` behind a link. */
  #pid() {
    return Number(readlinkSync(join(this.profile, 'SingletonLock')).split('-').at(-1));
  }

  #hear(text, type) {
    const isBad = type === 'uncaught' || /content security policy|panicked at|unreachable/i.test(text);
    if (isBad) this.complaints.push(`${type}: ${text}`);
  }
}

function processesOf(profile) {
  try {
    const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return ids.filter((id) => runsIn(id, profile));
  } catch {
    // No such folder on this system: the close event has to do.
    return [];
  }
}

function runsIn(id, profile) {
  try {
    const stat = readFileSync(join('/proc', id, 'stat'), 'utf8');
    const isZombie = stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
    return !isZombie && readFileSync(join('/proc', id, 'cmdline'), 'utf8').includes(profile);
  } catch {
    return false;
  }
}
