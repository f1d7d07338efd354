// What a first visit fetches, by kind, as it is, with gzip and with brotli.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dist } from '../../e2e/lib/paths.mjs';
import { Launch } from './cdp.mjs';
import { floorFiles } from './floor_server.mjs';
import { isWorkerReady } from './in_page.mjs';

const KINDS = {
  html: 'page', css: 'style', js: 'script', mjs: 'script', wasm: 'program', webmanifest: 'manifest',
  svg: 'picture', png: 'picture', json: 'data',
};
const PACKED = /\.(png|woff2)$/;

/** The app's first load as the network saw it, service worker's script included; not the calls. */
export async function appBytes(origin, profile) {
  const launch = await Launch.open(profile, { slow: 1 });
  const paths = new Set(['/sw.js']);
  const coded = new Map();
  launch.on('Network.responseReceived', ({ response }) => {
    const url = new URL(response.url);
    if (url.origin !== origin || url.pathname.startsWith('/v1/')) return;
    const path = url.pathname === '/' || url.pathname === '/demo' ? '/index.html' : url.pathname;
    paths.add(path);
    coded.set(path, response.headers['content-encoding'] ?? response.headers['Content-Encoding'] ?? 'none');
  });
  try {
    await launch.navigate(`${origin}/`);
    await launch.waitFor('the service worker', isWorkerReady);
  } finally {
    await launch.close();
  }
  const there = [...paths].filter((path) => existsSync(join(dist, path)));
  const files = there.map((path) => weigh(path, readFileSync(join(dist, path))));
  const uncompressed = [...coded].filter(([path, how]) => how === 'none' && !PACKED.test(path));
  return { ...sum(files), uncompressed: uncompressed.map(([path]) => path) };
}

export function floorBytes() {
  return sum([...floorFiles()].map(([path, file]) => weigh(path === '/' ? '/index.html' : path, Buffer.from(file.text))));
}

function weigh(path, bytes) {
  const kind = KINDS[path.split('.').at(-1)] ?? 'other';
  const gzip = gzipSync(bytes, { level: 9 }).length;
  return { path, kind, raw: bytes.length, gzip, brotli: brotliCompressSync(bytes).length };
}

function sum(files) {
  const add = (list) => ({
    raw: list.reduce((total, file) => total + file.raw, 0),
    gzip: list.reduce((total, file) => total + file.gzip, 0),
    brotli: list.reduce((total, file) => total + file.brotli, 0),
  });
  const names = [...new Set(files.map((file) => file.kind))];
  const kinds = Object.fromEntries(names.map((kind) => [kind, add(files.filter((file) => file.kind === kind))]));
  return { total: add(files), kinds, files };
}
