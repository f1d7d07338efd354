// Whether the office holds exactly what the phone showed, once, byte for byte.
import assert from 'node:assert/strict';
import { photosOnDisk, query, records, sha256 } from './db.mjs';
import { withKind } from './office.mjs';
import { jpegSize } from './photos.mjs';

const VERDICTS = { pass: 'conforming', fail: 'nonconforming', na: 'not_applicable' };

/**
 * Compares the endpoint's database and photo folder with a test's own ledger.
 * `shown`: item id → `{verdict, photos, reason, said, note}` as read off the screen;
 * `queued`: record ids listed by the phone before it sent; `tasks`: ids of finished tasks.
 */
export async function assertReceivedOnce(endpoint, { shown, queued, tasks }) {
  const rows = await records(endpoint);
  assert.equal(rows.length, new Set(rows.map((row) => row.item_id)).size, 'record ids are unique');
  assert.deepEqual(rows.map((row) => row.item_id).sort(), [...queued].sort(), 'the records are those the phone listed');
  for (const row of rows) {
    assert.equal(sha256(Buffer.from(row.body, 'utf8')), row.body_sha256, `body of ${row.item_id} has its hash`);
  }
  assertNoGap(rows);
  const results = rows.filter((row) => row.kind === 'result');
  const finishes = rows.filter((row) => row.kind === 'task_finish');
  assert.equal(results.length + finishes.length, rows.length, 'nothing arrived that nobody made');
  assert.deepEqual(finishes.map((row) => row.parsed.task).sort(), [...tasks].sort(), 'each task finished once');
  assert.deepEqual(results.map((row) => row.parsed.task_item).sort(), [...shown.keys()].sort(), 'one result an item');
  for (const { parsed } of results) assertResult(parsed, shown.get(parsed.task_item));
  for (const row of finishes) {
    const own = results.filter((result) => result.parsed.task === row.parsed.task).map((result) => result.item_id);
    assert.deepEqual([...row.parsed.results].sort(), own.sort(), 'a finish names its results');
  }
  await assertPhotos(endpoint, results);
  const kept = await query(endpoint, 'SELECT * FROM quarantine');
  assert.deepEqual(kept, [], 'nothing was set aside');
}

function assertResult(body, shown) {
  const name = body.task_item;
  assert.equal(body.verdict, VERDICTS[shown.verdict], `verdict of ${name}`);
  assert.deepEqual(body.photos.map((photo) => photo.sha256), shown.photos, `photos of ${name}`);
  assert.equal(body.note, shown.note ?? '', `note of ${name}`);
  if (shown.reason) {
    const words = body.reasons.flatMap((reason) => [reason.text.zh, reason.text.en]);
    assert.ok(words.includes(shown.reason), `the reason of ${name} is «${shown.reason}»: ${words}`);
  }
  if (shown.said) {
    const said = body.procedures.map(withKind).filter((one) => one.kind === 'ask').map((one) => one.said);
    assert.ok(said.includes(shown.said), `the words of ${name} are kept: ${said}`);
  }
}

/** Each install numbered its records from 1 without a gap or a double. */
function assertNoGap(rows) {
  const installs = groupBy(rows, (row) => row.install_id);
  for (const own of installs.values()) {
    const numbers = own.map((row) => row.seq).sort((one, other) => one - other);
    assert.deepEqual(numbers, numbers.map((_, at) => at + 1), 'sequence numbers have no gap');
  }
}

/** Photo files are those the results name: the bytes hash to the name, and are JPEGs. */
async function assertPhotos(endpoint, results) {
  const named = new Map(results.flatMap((row) => row.parsed.photos).map((photo) => [photo.sha256, photo]));
  const onDisk = photosOnDisk(endpoint);
  assert.deepEqual([...onDisk.keys()].sort(), [...named.keys()].sort(), 'photo files are those the results name');
  const stored = await query(endpoint, 'SELECT sha256, len, mime FROM blobs');
  assert.deepEqual(stored.map((row) => row.sha256).sort(), [...named.keys()].sort(), 'photo rows, too');
  for (const [hash, photo] of named) {
    const bytes = onDisk.get(hash);
    assert.equal(bytes.length, photo.len, 'length of a photo');
    assert.ok(jpegSize(bytes).width > 0);
  }
}

function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
