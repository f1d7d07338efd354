// The real endpoint as a child process: started, stopped in order or killed, started again.
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as paths from './paths.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);

/** A port nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** An endpoint with the demo estate, on a port and in a folder of its own. */
export class Endpoint {
  /** Makes one for a test and sees to its end. `start` it before use. */
  static async make(t, { dist = paths.dist, items } = {}) {
    const endpoint = new Endpoint();
    // Endings run in the order they were asked for: the endpoint goes before its folder.
    t.after(() => endpoint.kill());
    endpoint.folder = paths.scratch(t, 'endpoint');
    endpoint.db = join(endpoint.folder, 'demo.sqlite');
    endpoint.blobs = join(endpoint.folder, 'blobs');
    mkdirSync(endpoint.blobs, { recursive: true });
    endpoint.dist = dist;
    endpoint.items = items;
    endpoint.port = await freePort();
    endpoint.origin = `http://127.0.0.1:${endpoint.port}`;
    return endpoint;
  }

  async start() {
    if (this.child) throw new Error('the endpoint runs already');
    const words = ['demo', '--db', this.db, '--blobs', this.blobs, '--app', this.dist];
    words.push('--listen', `127.0.0.1:${this.port}`);
    if (this.items) words.push('--items', String(this.items));
    const child = spawn(paths.endpoint, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => (this.log = (this.log + bytes).slice(-20_000)));
    }
    this.child = child;
    this.ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
    let gone;
    this.ended.then((end) => (gone = end));
    await until('the endpoint answers', async () => {
      if (gone) throw new Error(`it ended with ${JSON.stringify(gone)}:\n${this.log}`);
      const health = await (await fetch(`${this.origin}/v1/health`)).json();
      return health.service === 'rounds-endpoint';
    }, { timeout: 60_000 });
    return this;
  }

  /** Asks it to stop and waits until it has; it must end well. */
  async stop() {
    const child = this.child;
    this.child = undefined;
    child.kill('SIGTERM');
    const end = await this.ended;
    if (end.code !== 0) throw new Error(`the endpoint stopped with ${JSON.stringify(end)}:\n${this.log}`);
  }

  /** Ends it at once, if it runs. */
  async kill() {
    const child = this.child;
    this.child = undefined;
    if (!child) return;
    child.kill('SIGKILL');
    await this.ended;
  }

  async health() {
    return (await fetch(`${this.origin}/v1/health`)).json();
  }

  /** A copy of everything it keeps, taken while it stands still; give it to `restore`. */
  async backup(t) {
    const copy = paths.scratch(t, 'backup');
    await this.stop();
    cpSync(this.folder, copy, { recursive: true });
    await this.start();
    return copy;
  }

  /** Loses what it has and goes on with a backup; `look` sees it before any phone can reach it. */
  async restore(copy, look = async () => undefined) {
    await this.stop();
    rmSync(this.folder, { recursive: true });
    cpSync(copy, this.folder, { recursive: true });
    await look();
    await this.start();
  }

  /** A one-time code, as an office would hand it out. */
  async code(role = 'butler') {
    const { stdout } = await run(paths.endpoint, ['enrol', '--db', this.db, '--role', role]);
    const code = stdout.trim().split(/\s+/).findLast((word) => /^[A-Z0-9][A-Z0-9-]{5,}$/.test(word));
    if (!code) throw new Error(`no code in: ${stdout}`);
    return code;
  }

  async revoke(deviceId) {
    await run(paths.endpoint, ['revoke', '--db', this.db, '--device', deviceId]);
  }

  /** The address that opens an already enrolled app. */
  get demo() {
    return `${this.origin}/demo`;
  }
}
