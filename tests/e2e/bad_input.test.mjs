// What goes wrong at the door: each case is a clear problem at the endpoint and plain words in
// the app, and nothing is lost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { App, id, itemCss } from './lib/app.mjs';
import { answer } from './lib/checks.mjs';
import { Chromium } from './lib/chromium.mjs';
import { Client } from './lib/client.mjs';
import { countRecords, photosOnDisk, query, records, sha256 } from './lib/db.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { readOffice } from './lib/office.mjs';
import { asFile, drawSmallPhoto } from './lib/photos.mjs';
import { until, untilEqual } from './lib/wait.mjs';

const JPEG_HEAD = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

/** An answer is problem details with this code and status. */
function assertProblem(answer, status, code) {
  assert.equal(answer.status, status, `${code}: ${answer.text}`);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  assertProblemBody(answer.json, status, code);
}

function assertProblemBody(problem, status, code) {
  assert.equal(problem.type, `urn:rounds:problem:${code}`);
  assert.equal(problem.status, status);
  assert.ok(problem.title.length > 3 && problem.detail.length > 10, 'it says what is wrong');
  assert.equal(typeof problem.retryable, 'boolean');
}

const expireCodes = (endpoint) => query(endpoint, 'UPDATE enrol_codes SET expires_ms = 1 WHERE used_ms IS NULL');

test('enrolment: a wrong, an expired and a used code', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const client = new Client(endpoint.origin);
  assertProblem(await client.enrol('00000-00000'), 404, 'enrol-code-wrong');
  const old = await endpoint.code();
  await expireCodes(endpoint);
  assertProblem(await client.enrol(old), 410, 'enrol-code-expired');
  const code = await endpoint.code();
  assert.equal((await client.enrol(code)).status, 201);
  assertProblem(await new Client(endpoint.origin).enrol(code), 410, 'enrol-code-used');
  assertProblem(await client.call('POST', '/v1/enrol', '{"code":', { 'content-type': 'application/json' }), 400, 'bad-json');
  assertProblem(await client.call('POST', '/v1/enrol', { code: 7 }), 422, 'wrong-shape');
});

test('enrolment: guessing is slowed down', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const client = new Client(endpoint.origin);
  const answers = [];
  for (let guess = 0; guess < 11; guess += 1) answers.push(await client.enrol(`${10000 + guess}-00000`));
  const slowed = answers.at(-1);
  assertProblem(slowed, 429, 'too-many-codes');
  assert.ok(Number(slowed.headers.get('retry-after')) > 0);
});

test('tokens: missing, unknown, expired and revoked', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const client = await Client.enrolled(endpoint);
  const { token } = client;
  for (const [method, path] of [['POST', '/v1/push'], ['GET', '/v1/pull'], ['POST', '/v1/blobs/missing']]) {
    client.token = undefined;
    assertProblem(await client.call(method, path), 401, 'token-missing');
    client.token = 'f'.repeat(64);
    assertProblem(await client.call(method, path), 401, 'token-unknown');
  }
  client.token = token;
  await query(endpoint, 'UPDATE tokens SET expires_ms = 1 WHERE device_id = ?', [client.deviceId]);
  assertProblem(await client.push([]), 401, 'token-expired');
  const other = await Client.enrolled(endpoint);
  await endpoint.revoke(other.deviceId);
  assertProblem(await other.push([other.item()]), 403, 'device-revoked');
  assert.equal(await countRecords(endpoint), 0);
});

test('push: malformed, too much, another device', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const client = await Client.enrolled(endpoint);
  const json = { 'content-type': 'application/json' };
  assertProblem(await client.call('POST', '/v1/push', '{"protocol":1,', json), 400, 'bad-json');
  assertProblem(await client.call('POST', '/v1/push', { protocol: 1 }), 422, 'wrong-shape');
  assertProblem(await client.call('POST', '/v1/push', 'hello', { 'content-type': 'text/plain' }), 415, 'wrong-media-type');
  assertProblem(await client.push([], { protocol: 2 }), 400, 'unknown-protocol');
  assertProblem(await client.push([], { device_id: 'another' }), 409, 'device-mismatch');
  assertProblem(await client.push(Array.from({ length: 101 }, () => client.item())), 413, 'too-many-items');
  const long = JSON.stringify({ words: 'x'.repeat(1024 * 1024) });
  assertProblem(await client.push([client.item({ body: long })]), 413, 'push-too-large');
  assertProblem(await client.call('GET', '/v1/nothing'), 404, 'no-such-call');
  assertProblem(await client.call('GET', '/v1/push'), 405, 'wrong-method');
  assert.equal(await countRecords(endpoint), 0);
});

test('push: a bad record is set aside and the others are stored', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const client = await Client.enrolled(endpoint);
  const good = [client.item(), client.item()];
  const bad = {
    'unknown-kind': client.item({ kind: 'poem' }),
    'body-hash-mismatch': client.item({ body_sha256: sha256(Buffer.from('other')) }),
    'body-not-json': client.item({ body: 'not JSON' }),
    'malformed-item': { ...client.item(), captured_at: 7 },
  };
  const { status, json } = await client.push([good[0], ...Object.values(bad), good[1]]);
  assert.equal(status, 200);
  const [first, ...others] = json.outcomes;
  assert.deepEqual([first.status, others.at(-1).status], ['stored', 'stored']);
  for (const [at, code] of Object.keys(bad).entries()) {
    assert.equal(others[at].status, 'rejected');
    assert.equal(others[at].item_id, bad[code].item_id);
    assertProblemBody(others[at].problem, 422, code);
  }
  assert.deepEqual((await records(endpoint)).map((row) => row.item_id), good.map((item) => item.item_id));
  const kept = await query(endpoint, 'SELECT item_id FROM quarantine');
  assert.equal(kept.length, Object.keys(bad).length, 'what was refused is kept whole');
  const reused = { ...client.item(), item_id: good[0].item_id, body: '{"other":true}', body_sha256: sha256(Buffer.from('{"other":true}')) };
  const again = (await client.push([reused, good[1]])).json.outcomes;
  assert.deepEqual(again.map((one) => one.status), ['rejected', 'duplicate']);
  assertProblemBody(again[0].problem, 409, 'id-reuse');
});

test('photos: too large, not an image, wrong hash, wrong place, unknown', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const client = await Client.enrolled(endpoint);
  const declare = async (bytes, len = bytes.length, sha = sha256(bytes)) => {
    await client.push([client.item({ blobs: [{ sha256: sha, len, mime: 'image/jpeg' }] })]);
    return sha;
  };
  const words = Buffer.from('a text that calls itself a picture');
  assertProblem(await client.patch(await declare(words), 0, words), 422, 'not-an-image');
  const picture = Buffer.concat([JPEG_HEAD, Buffer.alloc(1000, 7)]);
  const wrong = await declare(picture, picture.length, sha256(Buffer.from('another picture')));
  assertProblem(await client.patch(wrong, 0, picture), 422, 'hash-mismatch');
  const huge = await declare(Buffer.from('huge'), 50 * 1024 * 1024);
  assertProblem(await client.patch(huge, 0, picture), 413, 'photo-too-large');
  const sha = await declare(picture);
  assertProblem(await client.patch(sha, 0, Buffer.alloc(256 * 1024 + 1)), 413, 'chunk-too-large');
  assertProblem(await client.patch(sha, 0, Buffer.concat([picture, picture])), 413, 'photo-too-long');
  assertProblem(await client.patch(sha, 500, picture.subarray(500)), 409, 'wrong-offset');
  assertProblem(await client.patch(sha256(Buffer.from('never told')), 0, picture), 404, 'unknown-photo');
  assertProblem(await client.patch('not-a-hash', 0, picture), 422, 'bad-hash');
  assertProblem(await client.call('PATCH', `/v1/blobs/${sha}`, picture, { 'upload-offset': '0', 'content-type': 'image/jpeg' }), 415, 'wrong-media-type');
  assert.equal((await client.patch(sha, 0, picture.subarray(0, 500))).status, 204);
  const whole = await client.patch(sha, 500, picture.subarray(500));
  assert.equal(whole.status, 201, 'after all that the right bytes are taken');
  assert.deepEqual([...photosOnDisk(endpoint).keys()], [sha]);
  const spy = await Client.enrolled(endpoint);
  const other = await query(endpoint, 'SELECT count(*) AS n FROM blob_holders WHERE device_id = ?', [spy.deviceId]);
  assert.equal(other[0].n, 0);
});

test('in the app: a wrong, an expired and a used code say so, and a right one goes on', async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  const used = await endpoint.code();
  await new Client(endpoint.origin).enrol(used);
  const expired = await endpoint.code();
  await expireCodes(endpoint);
  await app.open('/me');
  const said = new Set();
  for (const code of ['00000-00000', used, expired]) {
    await phone.fill(id('enrol-code'), code);
    await phone.click(id('enrol-submit'));
    const words = await until(`new words for ${code}`, async () => {
      if ((await phone.count(id('enrol-problem'))) === 0) return false;
      const text = (await phone.text(id('enrol-problem'))).trim();
      return !said.has(text) && text;
    });
    said.add(words);
    assert.ok(words.length >= 4, words);
    assert.equal(await phone.value(id('enrol-code')), code, 'what was typed stays');
  }
  await phone.fill(id('enrol-code'), await endpoint.code());
  await phone.click(id('enrol-submit'));
  await until('no problem is left', async () => (await phone.count(id('enrol-problem'))) === 0);
  await app.open('/');
  await app.waitForCards();
  phone.assertQuiet();
});

test('in the app: a revoked phone says so and keeps all', { timeout: 120_000 }, async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  await app.firstVisit(endpoint.demo, office.tasks.size);
  const [device] = await query(endpoint, 'SELECT device_id FROM devices ORDER BY enrolled_ms DESC LIMIT 1');
  await endpoint.revoke(device.device_id);
  const task = [...office.tasks.values()].sort((one, other) => one.items.length - other.items.length)[0];
  await app.openTask(task.id, task.items.length);
  for (const item of task.items) await answer(app, item.id, office.clauseOf(item), { verdict: 'na' });
  await app.finish();
  const number = task.items.length + 1;
  await app.openSync(number);
  await phone.click(id('sync-now'));
  await untilEqual('the chip', 'blocked', async () => (await app.chip()).state);
  assert.equal((await app.chip()).pending, number);
  await phone.reload();
  await until('all rows are still there', async () => (await app.queue()).length === number);
  assert.ok((await app.queue()).every((row) => row.state !== 'received'));
  await untilEqual('the chip after a reload', 'blocked', async () => (await app.chip()).state);
  const { bytes } = await phone.download(() => phone.click(id('export-queue')));
  assert.equal(JSON.parse(bytes).records.length, number, 'and can be carried out by hand');
  assert.equal(await countRecords(endpoint), 0);
  await phone.goto(endpoint.demo); // A new link from the office.
  // The chip begins without having counted, so the endpoint is asked first.
  await untilEqual('what was kept has gone', number, () => countRecords(endpoint), { timeout: 30_000 });
  await app.waitForSynced();
  assert.equal(await countRecords(endpoint), number, 'once');
  phone.assertQuiet();
});

test('in the app: a file that is no picture is named and nothing is lost', { timeout: 120_000 }, async (t) => {
  const endpoint = await (await Endpoint.make(t)).start();
  const office = await readOffice(endpoint);
  const phone = await Chromium.make(t);
  const app = new App(phone, endpoint.origin);
  const picture = await drawSmallPhoto(phone, { seed: 90 });
  await app.firstVisit(endpoint.demo, office.tasks.size);
  const task = [...office.tasks.values()][0];
  const item = task.items[0];
  await app.openTask(task.id, task.items.length);
  const shown = await answer(app, item.id, office.clauseOf(item), { verdict: 'fail', files: [asFile('a.jpg', picture)], note: '第一句' });
  const cut = Buffer.concat([JPEG_HEAD, Buffer.alloc(2000, 3)]);
  for (const file of [asFile('notes.txt', Buffer.from('words'), 'text/plain'), asFile('broken.jpg', cut)]) {
    await phone.upload(`${itemCss(item.id)} ${id('photo-input')}`, [file]);
    const css = `${itemCss(item.id)} ${id('photo-problem')}`;
    await until(`a message about ${file.name}`, async () => (await phone.count(css)) > 0 && (await phone.text(css)).includes(file.name));
    assert.deepEqual(await app.photos(item.id), shown.photos, 'the good photo stays');
    assert.equal(await app.verdict(item.id), 'fail');
    assert.equal(await phone.value(`${itemCss(item.id)} ${id('note')}`), '第一句');
  }
  await phone.reload();
  await app.waitForItems(task.items.length);
  await untilEqual('the photos after a reload', shown.photos.join(), async () => (await app.photos(item.id)).join());
  phone.assertQuiet();
});
