// A second build of the app, made of the first: files changed or renamed as a new version would
// have them, and the worker's list, hashes and version made to agree.
import { cpSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { sha256 } from './db.mjs';
import * as paths from './paths.mjs';

const LIST = /^const FILES = (\[.*\]);$/m;
const VERSION = /^const VERSION = "([0-9a-f]+)";$/m;
// Speed before size: nobody measures these.
const TWINS = {
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  gz: (bytes) => gzipSync(bytes, { level: 1 }),
};

export class Build {
  /** A copy of the build under test, for one test. */
  static copy(t) {
    const build = new Build();
    build.folder = join(paths.scratch(t, 'dist'), 'app');
    cpSync(paths.dist, build.folder, { recursive: true });
    return build;
  }

  read(name) {
    return readFileSync(join(this.folder, name));
  }

  text(name) {
    return this.read(name).toString('utf8');
  }

  get version() {
    return VERSION.exec(this.text('sw.js'))[1];
  }

  /** Names that carry their content's hash. */
  hashed() {
    return readdirSync(this.folder).filter((name) => /-[0-9a-f]{8,}[._]/.test(name) && !/\.(br|gz)$/.test(name));
  }

  /** Puts words before a script of the build: what they do is done before the app begins. */
  stub(work) {
    return this.change('boot.js', (script) => `(${work})();\n${script}`);
  }

  /** Leaves a mark in the page, to tell the builds apart. */
  mark(name) {
    return this.change('index.html', (page) => page.replace('</head>', `<meta name="${name}" content="yes"></head>`));
  }

  /** Rewrites a file's text. Call `seal` when all is done, or nobody will believe it. */
  change(name, rewrite) {
    const before = this.text(name);
    const after = rewrite(before);
    if (after === before) throw new Error(`nothing changed in ${name}`);
    this.#write(name, Buffer.from(after));
    return this;
  }

  /** Gives every hashed file a new name, wherever it is named. */
  rename(salt) {
    const names = this.hashed();
    const renamed = (text) => names.reduce((own, name) => own.replaceAll(name, newName(name, salt)), text);
    for (const name of [...names, ...['br', 'gz'].flatMap((ending) => names.map((one) => `${one}.${ending}`))]) {
      if (existsSync(join(this.folder, name))) renameSync(join(this.folder, name), join(this.folder, renamed(name)));
    }
    for (const name of ['index.html', 'sw.js', ...names.map(renamed).filter((one) => one.endsWith('.js'))]) {
      const text = this.text(name);
      if (renamed(text) !== text) this.#write(name, Buffer.from(renamed(text)));
    }
    return this;
  }

  /** Makes the worker's list true again; its version follows from the list. */
  seal() {
    const worker = this.text('sw.js');
    const files = JSON.parse(LIST.exec(worker)[1]).map(({ url }) => ({ hash: sha256(this.read(url.slice(1))), url }));
    const list = JSON.stringify(files);
    const version = sha256(Buffer.from(list)).slice(0, this.version.length);
    this.#write('sw.js', Buffer.from(worker.replace(LIST, `const FILES = ${list};`).replace(VERSION, `const VERSION = "${version}";`)));
    return this;
  }

  /** Takes this build's place in another folder, file by file, the page and the worker last. */
  deployTo(folder) {
    const last = (name) => /^(index\.html|sw\.js)/.test(name);
    const names = readdirSync(this.folder).sort((one, other) => last(one) - last(other));
    for (const name of names) cpSync(join(this.folder, name), join(folder, name));
    for (const name of readdirSync(folder)) if (!names.includes(name)) rmSync(join(folder, name));
  }

  #write(name, bytes) {
    writeFileSync(join(this.folder, name), bytes);
    for (const [ending, compress] of Object.entries(TWINS)) {
      const twin = join(this.folder, `${name}.${ending}`);
      if (existsSync(twin)) writeFileSync(twin, compress(bytes));
    }
  }
}

function newName(name, salt) {
  return name.replace(/-([0-9a-f]{8,})/, (_, hash) => `-${sha256(Buffer.from(salt + hash)).slice(0, hash.length)}`);
}
