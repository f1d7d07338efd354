// The endpoint's database and photo folder, read behind its back: what is really on disk.
// Node 20 has no SQLite of its own, so Python's is used (one of the tests' requirements).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = `
import json, sqlite3, sys
base = sqlite3.connect(sys.argv[1], timeout=10)
base.row_factory = sqlite3.Row
rows = base.execute(sys.argv[2], json.loads(sys.argv[3])).fetchall()
base.commit()
json.dump([dict(row) for row in rows], sys.stdout)
`;

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Runs one statement on the endpoint's database and returns the rows as objects. */
export async function query(endpoint, sql, values = []) {
  const words = ['-c', SCRIPT, endpoint.db, sql, JSON.stringify(values)];
  const { stdout } = await promisify(execFile)('python3', words, { maxBuffer: 64 << 20 });
  return JSON.parse(stdout);
}

/** Received records in the order of arrival, with their bodies parsed beside the stored text. */
export async function records(endpoint) {
  const rows = await query(endpoint, 'SELECT * FROM items ORDER BY server_seq');
  return rows.map((row) => ({ ...row, parsed: JSON.parse(row.body) }));
}

/** How many records have arrived. */
export async function countRecords(endpoint) {
  return (await query(endpoint, 'SELECT count(*) AS n FROM items'))[0].n;
}

/** Every whole photo on disk: SHA-256 of its bytes → the bytes. */
export function photosOnDisk(endpoint) {
  const found = new Map();
  for (const entry of readdirSync(endpoint.blobs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath ?? entry.path, entry.name));
    const hash = sha256(bytes);
    if (found.has(hash)) throw new Error(`the photo ${hash} is on disk twice`);
    found.set(hash, bytes);
  }
  return found;
}
