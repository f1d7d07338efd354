// A faulty network between the app and the endpoint: what a garage's wifi does to a request and to
// its answer. Nothing is imitated: but for answers that somebody else gives, the real endpoint
// stands behind it.
//
// A request and an answer are bytes, heads included, and a fault says what happens to each way:
//   cut      only the first so many bytes pass, then the line is dead; from the end if negative
//   rewrite  a function from body to body
//   delay    milliseconds before the first byte; rate: bytes a second from then on
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './endpoint.mjs';

const PORTAL = '<!doctype html><title>Guest wifi</title><h1>Please sign in to go online</h1>';

/** What may befall a request. */
export const fault = {
  /** Never reaches the endpoint; the connection breaks. */
  refuse: () => ({ name: 'refuse', request: { cut: 0 } }),
  /** The endpoint gets the first `at` bytes of the request. */
  cutRequest: (at) => ({ name: `request cut at ${at}`, request: { cut: at } }),
  /** The endpoint answers, the phone never hears it. */
  loseAnswer: () => ({ name: 'answer lost', answer: { cut: 0 } }),
  /** The phone gets the first `at` bytes of the answer. */
  cutAnswer: (at) => ({ name: `answer cut at ${at}`, answer: { cut: at } }),
  /** The answer comes late; the request with `delayRequest`. */
  delay: (ms) => ({ name: 'late answer', answer: { delay: ms } }),
  delayRequest: (ms) => ({ name: 'late request', request: { delay: ms } }),
  /** So many bytes a second, both ways. */
  slow: (rate) => ({ name: 'slow', request: { rate }, answer: { rate } }),
  /** The endpoint gets the request twice, the phone the second answer. */
  double: () => ({ name: 'doubled', twice: true }),
  /** Other bytes arrive than were sent. */
  rewriteRequest: (rewrite) => ({ name: 'request rewritten', request: { rewrite } }),
  rewriteAnswer: (rewrite) => ({ name: 'answer rewritten', answer: { rewrite } }),
  /** One bit of the answer's body turns over. */
  spoilAnswer: (at) => fault.rewriteAnswer((body) => flip(body, at)),
  /** Held until `open` is called: `{fault, open}`. */
  gate: () => {
    let open;
    const opened = new Promise((done) => (open = done));
    return { fault: { name: 'held', answer: { until: opened } }, open };
  },
  /** Somebody else answers. The endpoint is asked all the same if `reached`. */
  answer: (status, headers, body, { reached = false } = {}) => ({ name: `${status} of another`, instead: { status, headers, body }, reached }),
  /** A sign-in page of a hotel, with the happiest of statuses. */
  portal: (options) => fault.answer(200, { 'content-type': 'text/html' }, PORTAL, options),
  redirect: (to) => fault.answer(302, { location: to }, ''),
  problem: (status, code, headers = {}) => fault.answer(
    status,
    { 'content-type': 'application/problem+json', ...headers },
    JSON.stringify({ type: `urn:rounds:problem:${code}`, title: code, status, detail: code, retryable: status >= 429 }),
  ),
};

/** Matches calls by method and the beginning of their path. */
export const call = (method, path) => (asked) => asked.method === method && asked.path.startsWith(path);

/** Matches a push that carries this record; others may name it in their bodies. */
export const carrying = (record) => (asked) => call('POST', '/v1/push')(asked) && asked.body.includes(`"item_id":"${record}"`);

export class Proxy {
  /** Stands before `endpoint` for one test. */
  static async before(t, endpoint) {
    const proxy = new Proxy();
    proxy.upstream = endpoint.port;
    proxy.rules = [];
    proxy.seen = [];
    proxy.port = await freePort();
    proxy.origin = `http://127.0.0.1:${proxy.port}`;
    proxy.demo = `${proxy.origin}/demo`;
    proxy.server = createServer((from, to) => proxy.pass(from, to).catch(() => from.socket.destroy()));
    await new Promise((done) => proxy.server.listen(proxy.port, '127.0.0.1', done));
    t.after(() => {
      proxy.server.closeAllConnections();
      return new Promise((done) => proxy.server.close(done));
    });
    return proxy;
  }

  /**
   * Adds a rule: `what` befalls the calls that match, from the `nth` on, so many `times`. The first
   * rule that holds decides. Returns the rule; it counts how often it `struck`.
   */
  when(matches, what, { nth = 1, times = Infinity } = {}) {
    const rule = { matches, what, skip: nth - 1, left: times, struck: 0 };
    this.rules.push(rule);
    return rule;
  }

  /** Takes a rule away, or all of them. */
  clear(rule) {
    this.rules = rule ? this.rules.filter((one) => one !== rule) : [];
  }

  async pass(from, to) {
    const asked = { method: from.method, path: from.url, headers: from.headers, body: await collect(from) };
    const what = this.#befalls(asked);
    const log = { method: asked.method, path: asked.path, fault: what?.name ?? 'pass' };
    this.seen.push(log);
    const { instead, reached, twice } = what ?? {};
    if (instead && !reached) return reply(to, instead);
    const answer = await this.#ask(asked, what?.request);
    if (!answer) return from.socket.destroy();
    const last = twice ? await this.#ask(asked) : answer;
    Object.assign(log, { status: last.status, answer: last.body });
    if (instead) return reply(to, instead);
    await give(from.socket, to, last, what?.answer);
    log.heard = what?.answer === undefined;
    return undefined;
  }

  #befalls(asked) {
    for (const rule of this.rules) {
      if (rule.left === 0 || !rule.matches(asked)) continue;
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      rule.left -= 1;
      rule.struck += 1;
      return rule.what;
    }
    return undefined;
  }

  /** The endpoint's answer, or nothing when the line died on the way. */
  async #ask(asked, how = {}) {
    const body = how.rewrite ? how.rewrite(asked.body) : asked.body;
    const bytes = message(`${asked.method} ${asked.path} HTTP/1.1`, { ...withoutHops(asked.headers), connection: 'close' }, body);
    if (how.cut === 0) return undefined;
    const line = connect(this.upstream, '127.0.0.1');
    const heard = collect(line);
    // A line that dies while we still speak is told by what is not heard.
    heard.catch(() => undefined);
    await wait(how);
    const sent = part(bytes, how.cut);
    await send(line, sent, how.rate);
    if (sent.length < bytes.length) {
      line.destroy();
      await heard.catch(() => undefined);
      return undefined;
    }
    return parse(await heard, asked.method);
  }
}

/** Gives the phone its answer, or as much of it as the fault lets through. */
async function give(socket, to, answer, how = {}) {
  const body = how.rewrite ? how.rewrite(answer.body) : answer.body;
  await wait(how);
  if (how.cut === undefined && how.rate === undefined) {
    to.writeHead(answer.status, answer.headers).end(body);
    return;
  }
  const bytes = message(`HTTP/1.1 ${answer.status} Answer`, answer.headers, body);
  await send(socket, part(bytes, how.cut), how.rate);
  socket.destroy();
}

function reply(to, { status, headers, body }) {
  to.writeHead(status, headers).end(body);
}

async function wait(how) {
  if (how.delay) await pause(how.delay);
  await how.until;
}

/** Writes all at once, or in tenths of a second at a rate; a line that has died takes nothing more. */
async function send(line, bytes, rate) {
  const step = rate ? Math.max(1, Math.floor(rate / 10)) : bytes.length;
  for (let at = 0; at < bytes.length && !line.destroyed; at += step) {
    if (at > 0) await pause(100);
    await new Promise((done) => line.write(bytes.subarray(at, at + step), done));
  }
}

const part = (bytes, cut = bytes.length) => bytes.subarray(0, cut < 0 ? Math.max(0, bytes.length + cut) : cut);

function message(first, headers, body) {
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${first}\r\n${lines.join('\r\n')}\r\n\r\n`), body]);
}

/** An answer that ended with its connection, taken apart. */
function parse(bytes, method) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no answer: ${bytes.subarray(0, 200)}`);
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = {};
  for (const line of lines) {
    const [name, ...value] = line.split(':');
    const key = name.toLowerCase();
    const text = value.join(':').trim();
    headers[key] = key === 'set-cookie' ? [...(headers[key] ?? []), text] : text;
  }
  const raw = method === 'HEAD' ? Buffer.alloc(0) : bytes.subarray(end + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? joined(raw) : raw;
  return { status: Number(first.split(' ')[1]), headers: withoutHops(headers), body };
}

/** The pieces of a chunked body as one. */
function joined(raw) {
  const parts = [];
  for (let at = 0; at < raw.length;) {
    const line = raw.indexOf('\r\n', at);
    const size = parseInt(raw.subarray(at, line).toString('latin1'), 16);
    if (!size) break;
    parts.push(raw.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

function flip(body, at) {
  const spoilt = Buffer.from(body);
  const place = at < 0 ? body.length + at : at;
  spoilt[place] ^= 1;
  return spoilt;
}

function withoutHops(headers) {
  const { connection, 'keep-alive': keep, 'transfer-encoding': coding, 'content-length': length, ...rest } = headers;
  return rest;
}

async function collect(stream) {
  const parts = [];
  for await (const piece of stream) parts.push(piece);
  return Buffer.concat(parts);
}
