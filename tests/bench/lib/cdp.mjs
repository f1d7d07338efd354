// A browser process of its own for each launch, driven over a pipe by the DevTools protocol: no
// library in between that would do work of its own while we measure.
import { spawn } from 'node:child_process';
import { chromium } from '../../e2e/lib/paths.mjs';
import { until } from '../../e2e/lib/wait.mjs';

const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-features=HttpsUpgrades', '--remote-debugging-pipe',
  '--force-color-profile=srgb', '--window-size=412,915',
];
const PHONE = { width: 412, height: 915, deviceScaleFactor: 1, mobile: true };

export class Launch {
  /** Starts a browser on a profile and prepares its first page; `slow` is how often slower the CPU is. */
  static async open(profile, { slow = 4, network } = {}) {
    const launch = new Launch();
    const words = [...ARGUMENTS, `--user-data-dir=${profile}`, 'about:blank'];
    launch.child = spawn(chromium(), words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true });
    launch.ended = new Promise((done) => launch.child.once('exit', done));
    launch.waiting = new Map();
    launch.listeners = [];
    launch.number = 0;
    launch.slow = slow;
    launch.#listen();
    const page = new Promise((done) => (launch.onPage = done));
    const options = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
    await launch.send('Target.setAutoAttach', options);
    launch.session = await page;
    await launch.page('Page.enable');
    await launch.page('Runtime.enable');
    await launch.page('Network.enable');
    await launch.page('Emulation.setDeviceMetricsOverride', PHONE);
    await launch.page('Emulation.setTouchEmulationEnabled', { enabled: true });
    await launch.page('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Shanghai' });
    if (network) await launch.page('Network.emulateNetworkConditions', { offline: false, ...network });
    return launch;
  }

  /** A call on the page. */
  page(method, params) {
    return this.send(method, params, this.session);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = (this.number += 1);
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((done, failed) => this.waiting.set(id, { done, failed, method }));
  }

  /** Calls `heard` for every event of that name. */
  on(method, heard) {
    this.listeners.push({ method, heard });
  }

  async evaluate(work, ...values) {
    const expression = `(${work})(...${JSON.stringify(values)})`;
    const { result, exceptionDetails } = await this.page('Runtime.evaluate', {
      expression, awaitPromise: true, returnByValue: true, userGesture: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Goes to an address; returns once the page's clock has been started anew. */
  async navigate(url) {
    const { errorText } = await this.page('Page.navigate', { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
  }

  /** A finger's tap. */
  async tap(x, y) {
    await this.page('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    await this.page('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  waitFor(what, work, ...values) {
    return until(what, () => this.evaluate(work, ...values), { timeout: 120_000 });
  }

  /** Ends in order, so that what was cached is written. */
  async close() {
    this.send('Browser.close').catch(() => undefined);
    const late = setTimeout(() => process.kill(-this.child.pid, 'SIGKILL'), 10_000);
    await this.ended;
    clearTimeout(late);
  }

  #listen() {
    let rest = Buffer.alloc(0);
    this.child.stdio[4].on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.#take(JSON.parse(rest.subarray(0, end).toString('utf8')));
        rest = rest.subarray(end + 1);
      }
    });
    // The browser closes the pipe as it ends.
    this.child.stdio[3].on('error', () => undefined);
    this.child.once('exit', () => {
      for (const { failed, method } of this.waiting.values()) failed(new Error(`the browser ended before it answered ${method}`));
    });
  }

  #take(message) {
    const waiting = this.waiting.get(message.id);
    if (waiting) {
      this.waiting.delete(message.id);
      if (message.error) waiting.failed(new Error(`${waiting.method}: ${message.error.message}`));
      else waiting.done(message.result);
      return;
    }
    if (message.method === 'Target.attachedToTarget') this.#attached(message.params);
    for (const { method, heard } of this.listeners) if (method === message.method) heard(message.params);
  }

  // Every page is slowed before its first line runs; the browser has no such call for workers. The
  // calls go out together, because a waiting worker answers only once it was told to run.
  #attached({ sessionId, targetInfo }) {
    const calls = [
      ['Emulation.setCPUThrottlingRate', { rate: this.slow }],
      ['Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }],
      ['Runtime.runIfWaitingForDebugger', {}],
    ];
    for (const [method, params] of calls) {
      // Not every kind of target knows every call.
      this.send(method, params, sessionId).catch(() => undefined);
    }
    if (targetInfo.type === 'page') this.onPage(sessionId);
  }
}
