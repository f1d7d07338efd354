// A phone with WebKitGTK, the nearest to Safari on Linux, through its plain W3C WebDriver.
// Offers the same moves as `chromium.mjs`. Its small browser keeps storage as long as the driver's
// session lives and forgets it after, so it is closed and opened again by windows, not processes.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from './endpoint.mjs';
import * as paths from './paths.mjs';
import { until } from './wait.mjs';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class WebKit {
  static async make(t) {
    const phone = new WebKit();
    // Endings run in the order they were asked for: the browser goes before its folder and screen.
    t.after(async () => {
      // A page that cannot be seen any more leaves no picture; the test's own words remain.
      if (t.passed === false) await phone.#leaveTrace(t).catch(() => undefined);
      await phone.#end();
    });
    phone.folder = paths.scratch(t, 'webkit');
    const display = process.env.DISPLAY || (await virtualScreen(t));
    const home = (name) => join(phone.folder, name);
    const environment = {
      ...process.env, DISPLAY: display, TZ: 'Asia/Shanghai', XDG_DATA_HOME: home('data'),
      XDG_CACHE_HOME: home('cache'), XDG_CONFIG_HOME: home('config'),
    };
    const port = await freePort();
    phone.base = `http://127.0.0.1:${port}`;
    const words = [`--port=${port}`, '--host=127.0.0.1'];
    phone.driver = spawn(paths.webkitDriver(), words, { env: environment, stdio: 'ignore', detached: true });
    phone.ended = new Promise((done) => phone.driver.once('exit', done));
    await until('the driver answers', async () => (await fetch(`${phone.base}/status`)).ok);
    await phone.#begin();
    return phone;
  }

  async #begin() {
    const options = { binary: miniBrowser(), args: ['--automation'] };
    const capabilities = { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options } };
    const { sessionId } = await this.#call('POST', '/session', { capabilities });
    this.session = `/session/${sessionId}`;
    await this.#call('POST', `${this.session}/timeouts`, { script: 60_000, pageLoad: 60_000, implicit: 0 });
    await this.#call('POST', `${this.session}/window/rect`, { width: 430, height: 960 });
  }

  /** What a failed test last saw. */
  async #leaveTrace(t) {
    const file = join(paths.outFolder('failed'), t.name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80));
    writeFileSync(`${file}.html`, await this.#call('GET', `${this.session}/source`));
    writeFileSync(`${file}.png`, Buffer.from(await this.#call('GET', `${this.session}/screenshot`), 'base64'));
  }

  async #end() {
    if (!this.driver) return;
    // A session that cannot end in order ends with its processes.
    await this.close().catch(() => undefined);
    process.kill(-this.driver.pid, 'SIGKILL');
    await this.ended;
  }

  /** Ends the session; storage goes with it. */
  async close() {
    const session = this.session;
    this.session = undefined;
    if (session) await this.#call('DELETE', session);
  }

  /** Another window on the same storage, a phone of its own to the tests. */
  async tab() {
    this.windows ??= { shown: await this.#call('GET', `${this.session}/window`), turn: Promise.resolve() };
    this.handle ??= this.windows.shown;
    const { handle } = await this.#call('POST', `${this.session}/window/new`, { type: 'window' });
    return Object.assign(new WebKit(), { base: this.base, folder: this.folder, session: this.session, windows: this.windows, handle });
  }

  /** Opens a new window and closes the old one: every page of the app is gone in between. */
  async reopen() {
    const old = await this.#call('GET', `${this.session}/window`);
    const { handle } = await this.#call('POST', `${this.session}/window/new`, { type: 'window' });
    await this.#call('DELETE', `${this.session}/window`);
    await this.#call('POST', `${this.session}/window`, { handle });
    if (handle === old) throw new Error('the driver gave the old window again');
  }

  /** The driver tells nothing of the console, so there is nothing to complain of. */
  assertQuiet() {}

  goto(url) {
    return this.#call('POST', `${this.session}/url`, { url });
  }

  reload() {
    return this.#call('POST', `${this.session}/refresh`, {});
  }

  url() {
    return this.#call('GET', `${this.session}/url`);
  }

  async count(css) {
    return (await this.#find(css)).length;
  }

  async click(css, nth = 0) {
    await this.#act(css, nth, async (element) => {
      await this.evaluate(toTheMiddle, { css, nth });
      await this.#call('POST', `${this.session}/element/${element}/click`, {});
    });
  }

  async fill(css, text, nth = 0) {
    await this.#act(css, nth, async (element) => {
      await this.evaluate(toTheMiddle, { css, nth });
      await this.#call('POST', `${this.session}/element/${element}/clear`, {});
      await this.#call('POST', `${this.session}/element/${element}/value`, { text });
    });
  }

  /** Chooses an entry of a list by its value. */
  choose(css, value) {
    return this.click(`${css} option[value="${value}"]`);
  }

  // As in Chromium, reading waits for what is to be read.
  value(css, nth = 0) {
    return until(`${css} (${nth}) is there`, () => this.evaluate(({ css: own, nth: at }) => document.querySelectorAll(own)[at]?.value, { css, nth }));
  }

  text(css, nth = 0) {
    return until(`${css} (${nth}) is there`, () => this.evaluate(({ css: own, nth: at }) => document.querySelectorAll(own)[at]?.innerText, { css, nth }));
  }

  attributes(css, name) {
    const read = ({ css: own, name: key }) => [...document.querySelectorAll(own)].map((one) => one.getAttribute(key));
    return this.evaluate(read, { css, name });
  }

  async upload(css, files, nth = 0) {
    const names = files.map((file) => {
      const path = join(this.folder, file.name);
      writeFileSync(path, file.buffer);
      return path;
    });
    const text = names.join('\n');
    await this.#act(css, nth, (element) => this.#call('POST', `${this.session}/element/${element}/value`, { text }));
  }

  /** Runs a function in the page; a promise is waited for. */
  async evaluate(work, argument) {
    const script = `const done = arguments[1];
      Promise.resolve().then(() => (${work})(arguments[0])).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const answer = await this.#call('POST', `${this.session}/execute/async`, { script, args: [argument ?? null] });
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  // A click or key that comes too early, or while the row is drawn anew, is tried again.
  async #act(css, nth, work) {
    await until(`${css} (${nth}) can be used`, async () => {
      const element = (await this.#find(css))[nth];
      if (!element) return false;
      await work(element);
      return true;
    }, { every: 100 });
  }

  async #find(value) {
    const found = await this.#call('POST', `${this.session}/elements`, { using: 'css selector', value });
    return found.map((one) => one[ELEMENT]);
  }

  // The driver speaks to one window at a time; with several open, each call first turns to its own.
  async #call(method, path, body) {
    if (!this.handle) return this.#send(method, path, body);
    const turn = this.windows.turn.then(async () => {
      if (this.windows.shown !== this.handle) await this.#send('POST', `${this.session}/window`, { handle: this.handle });
      this.windows.shown = this.handle;
      return this.#send(method, path, body);
    });
    this.windows.turn = turn.catch(() => undefined);
    return turn;
  }

  async #send(method, path, body) {
    const response = await fetch(this.base + path, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value?.error}: ${value?.message} (${method} ${path})`);
    return value;
  }
}

// Runs in the page. Bars that stay at the edges would otherwise lie over the element.
function toTheMiddle({ css, nth }) {
  document.querySelectorAll(css)[nth]?.scrollIntoView({ block: 'center', behavior: 'instant' });
}

/** WebKitGTK's own browser lies beside its library, not on PATH. */
function miniBrowser() {
  const libraries = ['/usr/lib', '/usr/lib64', '/usr/libexec', join(dirname(paths.webkitDriver()), '..', 'lib')];
  const nested = libraries.filter(existsSync).flatMap((folder) => [folder, ...subfolders(folder, /-linux-gnu$/)]);
  const places = nested.flatMap((folder) => subfolders(folder, /^webkit2?gtk-/)).map((folder) => join(folder, 'MiniBrowser'));
  const found = [process.env.WEBKIT_BROWSER, ...places].find((path) => path && existsSync(path));
  if (!found) throw new Error('MiniBrowser of WebKitGTK is not installed (WEBKIT_BROWSER may name one)');
  return found;
}

function subfolders(folder, pattern) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name)).map((entry) => join(folder, entry.name));
}

/** A screen of our own where none is given. */
async function virtualScreen(t) {
  const words = ['-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const server = spawn(paths.xvfb(), words, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => server.kill());
  const number = await new Promise((done, failed) => {
    server.stdout.once('data', (bytes) => done(String(bytes).trim()));
    server.once('exit', () => failed(new Error('Xvfb ended before it had a screen')));
  });
  return `:${number}`;
}
