// Chance that can be had again: a seed from the environment, or a new one that is printed.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** A source of chance for one test. `ROUNDS_SEED` replays one. */
export function pick(t) {
  const seed = Number(process.env.ROUNDS_SEED ?? randomInt(1, 2 ** 31));
  t.diagnostic(`seed ${seed}: replay with ROUNDS_SEED=${seed}`);
  return new Chance(seed);
}

class Chance {
  constructor(seed) {
    this.seed = seed;
    this.state = seed >>> 0 || 1;
  }

  /** A whole number below `limit`. */
  below(limit) {
    // xorshift: plenty for choosing moments.
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }

  of(list) {
    return list[this.below(list.length)];
  }

  /** Lets a random time pass: the moment itself is what is under test. */
  pause(most) {
    return pause(this.below(most));
  }
}
