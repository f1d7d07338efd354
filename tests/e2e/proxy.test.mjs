// The fault proxy does what its rules say: otherwise the tests behind it would prove nothing.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import { Proxy, call, carrying, fault } from './lib/proxy.mjs';
import { until, untilEqual } from './lib/wait.mjs';

/** A server that answers with what it got, behind a proxy. */
async function echo(t) {
  const got = [];
  const server = createServer(async (from, to) => {
    const parts = [];
    try {
      for await (const part of from) parts.push(part);
    } catch {
      got.push({ path: from.url, broken: Buffer.concat(parts).toString() });
      return;
    }
    const body = Buffer.concat(parts).toString();
    got.push({ path: from.url, body });
    to.setHeader('x-own', 'yes');
    to.write('you said ');
    to.end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const proxy = await Proxy.before(t, { port: server.address().port });
  const ask = (path, body) => fetch(proxy.origin + path, { method: 'POST', body });
  return { got, proxy, ask };
}

const words = async (answer) => (await answer).text();

test('proxy: passes head and body, whole or in pieces', async (t) => {
  const { proxy, ask, got } = await echo(t);
  const answer = await ask('/a', 'hello');
  assert.equal(answer.headers.get('x-own'), 'yes');
  assert.equal(await answer.text(), 'you said hello');
  proxy.when(() => true, fault.slow(2000));
  assert.equal(await words(ask('/b', 'x'.repeat(500))), `you said ${'x'.repeat(500)}`);
  assert.deepEqual(got.map((one) => one.path), ['/a', '/b']);
});

test('proxy: cuts requests and answers at a byte', async (t) => {
  const { proxy, ask, got } = await echo(t);
  proxy.when(call('POST', '/refused'), fault.refuse());
  proxy.when(call('POST', '/lost'), fault.loseAnswer());
  proxy.when(call('POST', '/short'), fault.cutRequest(-3));
  proxy.when(call('POST', '/half'), fault.cutAnswer(-1));
  for (const path of ['/refused', '/lost', '/short']) await assert.rejects(ask(path, 'hello'), path);
  await assert.rejects(words(ask('/half', 'hello')));
  assert.equal(got.some((one) => one.path === '/refused'), false, 'never reached');
  assert.equal(got.find((one) => one.path === '/lost').body, 'hello', 'reached and answered');
  // The server hears of it by itself.
  const short = await until('the server has heard of it', () => got.find((one) => one.path === '/short'));
  assert.equal(short.broken, 'he', 'three bytes short');
});

test('proxy: rewrites, doubles, answers itself, by the nth call, words or record', async (t) => {
  const { proxy, ask, got } = await echo(t);
  proxy.when(call('POST', '/other'), fault.rewriteRequest(() => Buffer.from('bye')), { nth: 2, times: 1 });
  assert.equal(await words(ask('/other', 'one')), 'you said one');
  assert.equal(await words(ask('/other', 'two')), 'you said bye');
  assert.equal(await words(ask('/other', 'three')), 'you said three');
  const spoilt = proxy.when((asked) => asked.body.includes('secret'), fault.spoilAnswer(-1));
  assert.equal(await words(ask('/spoil', 'plain')), 'you said plain');
  assert.equal(await words(ask('/spoil', 'secret')), 'you said secreu');
  assert.equal(spoilt.struck, 1);
  const carried = proxy.when(carrying('r1'), fault.portal());
  await ask('/v1/push', '{"items":[{"item_id":"r2","body":"{\\"results\\":[\\"r1\\"]}"}]}');
  assert.equal(carried.struck, 0);
  await ask('/v1/push', '{"items":[{"item_id":"r1"}]}');
  assert.equal(carried.struck, 1);
  proxy.when(call('POST', '/twice'), fault.double());
  assert.equal(await words(ask('/twice', 'x')), 'you said x');
  assert.equal(got.filter((one) => one.path === '/twice').length, 2);
  proxy.when(call('POST', '/busy'), fault.problem(429, 'too-many-requests', { 'retry-after': '7' }));
  const busy = await ask('/busy', 'x');
  assert.equal(`${busy.status} ${busy.headers.get('retry-after')}`, '429 7');
  assert.equal(got.some((one) => one.path === '/busy'), false);
  proxy.when(call('POST', '/portal'), fault.portal({ reached: true }));
  assert.match(await words(ask('/portal', 'x')), /sign in/);
  assert.equal(got.some((one) => one.path === '/portal'), true);
});

test('proxy: holds an answer until it is let go', async (t) => {
  const { proxy, ask } = await echo(t);
  const gate = fault.gate();
  const rule = proxy.when(call('POST', '/held'), gate.fault);
  let came = false;
  const held = words(ask('/held', 'x')).then((text) => ((came = true), text));
  await words(ask('/free', 'x'));
  await untilEqual('it is held', 1, () => rule.struck);
  assert.equal(came, false);
  gate.open();
  assert.equal(await held, 'you said x');
});
