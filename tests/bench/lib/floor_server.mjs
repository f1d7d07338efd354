// Serves the floor page as the endpoint serves the app: brotli, right types, and a new name for
// every content, so that what may be kept is kept.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { freePort } from '../../e2e/lib/endpoint.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'floor');
const read = (name) => readFileSync(join(folder, name), 'utf8');

/** The floor's files by path: `{type, text}`. */
export function floorFiles() {
  const script = read('floor.js');
  const style = read('floor.css');
  const names = { script: hashed('floor', 'js', script), style: hashed('floor', 'css', style) };
  const page = read('index.html').replace('floor.js', names.script).replace('floor.css', names.style);
  const worker = read('sw.js').replace('__FILES__', JSON.stringify(['/', `/${names.script}`, `/${names.style}`]));
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: page }],
    [`/${names.script}`, { type: 'text/javascript', text: script }],
    [`/${names.style}`, { type: 'text/css', text: style }],
    ['/sw.js', { type: 'text/javascript', text: worker }],
  ]);
}

export class FloorServer {
  static async make() {
    const server = new FloorServer();
    server.files = new Map([...floorFiles()].map(([path, file]) => [path, { ...file, packed: brotliCompressSync(file.text) }]));
    server.port = await freePort();
    server.origin = `http://127.0.0.1:${server.port}`;
    return server;
  }

  async start() {
    this.server = createServer((from, to) => this.#answer(from, to));
    await new Promise((done) => this.server.listen(this.port, '127.0.0.1', done));
  }

  async stop() {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  address(number) {
    return `${this.origin}/tasks/${number}`;
  }

  #answer(from, to) {
    const file = this.files.get(from.url) ?? (from.url.startsWith('/tasks/') ? this.files.get('/') : undefined);
    if (!file) return void to.writeHead(404).end();
    const kept = /-[0-9a-f]{8}\./.test(from.url) ? 'public, max-age=31536000, immutable' : 'no-cache';
    to.writeHead(200, { 'content-type': file.type, 'content-encoding': 'br', 'cache-control': kept }).end(file.packed);
  }
}

function hashed(name, ending, text) {
  return `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.${ending}`;
}
