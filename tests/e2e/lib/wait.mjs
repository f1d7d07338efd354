// Waiting for conditions. Nothing in these tests waits for a length of time.
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks until the answer is neither false, null nor undefined, and returns it. An answer that
 * throws counts as "not yet"; its error is part of the failure's words.
 */
export async function until(what, ask, { timeout = 30_000, every = 50 } = {}) {
  const deadline = Date.now() + timeout;
  let last = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
      last = String(answer);
    } catch (error) {
      // A browser that is gone gives no other answer.
      if (/browser has been closed/.test(error.message)) throw error;
      last = error.message;
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeout} ms for: ${what} (last: ${last})`);
    await pause(every);
  }
}

/** Asks until two readings compare as wanted; the failure shows the last reading. */
export async function untilEqual(what, wanted, read, options) {
  let last;
  try {
    await until(what, async () => (last = await read()) === wanted, options);
  } catch (error) {
    throw new Error(`${error.message}: wanted ${JSON.stringify(wanted)}, is ${JSON.stringify(last)}`);
  }
}
