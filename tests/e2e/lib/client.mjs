// A second device that speaks protocol 1 by itself: to read what the office holds, and to send
// what the app never would.
import { randomBytes } from 'node:crypto';
import { sha256 } from './db.mjs';

export class Client {
  constructor(origin) {
    this.origin = origin;
    this.installId = uuid7();
    this.seq = 0;
  }

  static async enrolled(endpoint, role = 'butler') {
    const client = new Client(endpoint.origin);
    const answer = await client.enrol(await endpoint.code(role));
    if (answer.status !== 201) throw new Error(`enrolment failed: ${JSON.stringify(answer)}`);
    return client;
  }

  async enrol(code) {
    const body = { code, device_name: 'test device', install_id: this.installId };
    const answer = await this.call('POST', '/v1/enrol', body);
    if (answer.status === 201) Object.assign(this, { deviceId: answer.json.device_id, token: answer.json.token });
    return answer;
  }

  /** One call; JSON unless `body` is bytes or text. */
  async call(method, path, body, headers = {}) {
    const raw = body instanceof Uint8Array || typeof body === 'string';
    const response = await fetch(this.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  }

  /** Everything the office holds for this device. */
  async pullAll() {
    const records = new Map();
    let cursor = '';
    for (;;) {
      const path = cursor ? `/v1/pull?cursor=${encodeURIComponent(cursor)}` : '/v1/pull';
      const { status, json, text } = await this.call('GET', path);
      if (status !== 200) throw new Error(`pull answered ${status}: ${text}`);
      for (const record of json.records) records.set(`${record.kind}/${record.id}`, record);
      cursor = json.cursor;
      if (!json.more) return [...records.values()].filter((record) => !record.deleted);
    }
  }

  /** A well-formed record, to be spoilt by a test. */
  item(changes = {}) {
    const body = changes.body ?? JSON.stringify({ site: 'demo', words: 'a record made by a test' });
    this.seq += 1;
    return {
      item_id: uuid7(), seq: this.seq, kind: 'result', schema: 1, author: this.deviceId,
      captured_at: new Date().toISOString(), tz: 'Asia/Shanghai', boot_id: uuid7(), mono_ms: 1_000,
      body, body_sha256: sha256(Buffer.from(body)), blobs: [], ...changes,
    };
  }

  push(items, changes = {}) {
    return this.call('POST', '/v1/push', {
      protocol: 1, device_id: this.deviceId, install_id: this.installId, next_seq: this.seq + 1,
      pending: items.length, seen: { store_id: '', epoch: 0, server_seq: 0 }, items, ...changes,
    });
  }

  patch(sha, offset, bytes) {
    return this.call('PATCH', `/v1/blobs/${sha}`, bytes, {
      'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset),
    });
  }
}

/** A UUID version 7: time first, the rest random. */
export function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

