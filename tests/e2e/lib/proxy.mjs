// A faulty network between the app and the endpoint: what a garage's wifi does to an answer.
import { Agent, createServer, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './endpoint.mjs';

/** What may befall a request. The first rule whose `when` holds decides; `times` limits it. */
export const fault = {
  /** Never reaches the endpoint; the connection breaks. */
  refuse: () => ({ kind: 'refuse' }),
  /** The endpoint answers, the phone never hears it. */
  loseAnswer: () => ({ kind: 'cut', at: 0 }),
  /** The phone gets the first `at` bytes of the answer, head included; from the end if negative. */
  cutAnswer: (at) => ({ kind: 'cut', at }),
  /** The answer comes late. */
  delay: (ms) => ({ kind: 'delay', ms }),
  /** Somebody else answers. The endpoint is asked all the same if `reached`. */
  answer: (status, headers, body, { reached = false } = {}) => ({ kind: 'answer', status, headers, body, reached }),
  /** A sign-in page of a hotel, with the happiest of statuses. */
  portal: (options) => fault.answer(200, { 'content-type': 'text/html' }, PORTAL, options),
  redirect: (to) => fault.answer(302, { location: to }, ''),
  problem: (status, code, headers = {}) => fault.answer(
    status,
    { 'content-type': 'application/problem+json', ...headers },
    JSON.stringify({ type: `urn:rounds:problem:${code}`, title: code, status, detail: code, retryable: status >= 429 }),
  ),
};

const PORTAL = '<!doctype html><title>Guest wifi</title><h1>Please sign in to go online</h1>';

export class Proxy {
  /** Stands before `endpoint` for one test. */
  static async before(t, endpoint) {
    const proxy = new Proxy();
    proxy.upstream = endpoint.port;
    proxy.rules = [];
    proxy.seen = [];
    proxy.agent = new Agent({ keepAlive: false });
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

  /** Adds a rule; returns a counter of how often it struck. */
  when(matches, what, { times = Infinity } = {}) {
    const rule = { matches, what, left: times, struck: 0 };
    this.rules.push(rule);
    return rule;
  }

  clear() {
    this.rules = [];
  }

  async pass(from, to) {
    const body = await collect(from);
    const asked = { method: from.method, path: from.url, body };
    const rule = this.rules.find((one) => one.left > 0 && one.matches(asked));
    if (rule) {
      rule.left -= 1;
      rule.struck += 1;
    }
    const what = rule?.what ?? { kind: 'pass' };
    const log = { method: from.method, path: from.url, fault: what.kind };
    this.seen.push(log);
    if (what.kind === 'refuse') return from.socket.destroy();
    if (what.kind === 'answer' && !what.reached) return void to.writeHead(what.status, what.headers).end(what.body);
    const answer = await this.ask(from, body);
    log.status = answer.status;
    log.answer = answer.body;
    if (what.kind === 'answer') return void to.writeHead(what.status, what.headers).end(what.body);
    if (what.kind === 'delay') await pause(what.ms);
    if (what.kind === 'cut') return cut(from.socket, answer, what.at);
    to.writeHead(answer.status, answer.headers);
    to.end(answer.body);
  }

  ask(from, body) {
    return new Promise((done, failed) => {
      const { method, url: path, headers } = from;
      const options = { host: '127.0.0.1', port: this.upstream, method, path, headers, agent: this.agent };
      const out = request(options, async (answer) => {
        const text = await collect(answer).catch(failed);
        done({ status: answer.statusCode, headers: withoutHops(answer.headers), body: text });
      });
      out.once('error', failed).end(body);
    });
  }
}

/** Matches calls by method and the beginning of their path. */
export const call = (method, path) => (asked) => asked.method === method && asked.path.startsWith(path);

function cut(socket, answer, at) {
  const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  const head = `HTTP/1.1 ${answer.status} Answer\r\n${lines.join('\r\n')}\r\ncontent-length: ${answer.body.length}\r\n\r\n`;
  const whole = Buffer.concat([Buffer.from(head), answer.body]);
  const sent = whole.subarray(0, at < 0 ? whole.length + at : at);
  socket.write(sent, () => socket.destroy());
  if (sent.length === 0) socket.destroy();
}

function withoutHops(headers) {
  const { connection, 'keep-alive': keep, 'transfer-encoding': coding, 'content-length': length, ...rest } = headers;
  return rest;
}

async function collect(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
