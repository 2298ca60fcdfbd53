import { Refusal } from '../refusal.ts';

const WINDOW_MS = 60_000;
/** Keys remembered at most; the oldest give way. */
const CAPACITY = 10_000;

/**
 * Counts tries per key over a minute. A try takes its place before it is judged, so that a hundred at once are no way
 * around the limit; one that succeeds gives its place back.
 */
export class Attempts {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #tries = new Map<string, number[]>();

  /** `now`: milliseconds of a clock that never jumps. */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Throws Refusal 429 with the time until the next try is free. The returned function gives the place back. */
  take(key: string): () => void {
    const now = this.#now();
    const tries = (this.#tries.get(key) ?? []).filter((at) => now - at < WINDOW_MS);
    const [oldest] = tries;
    if (oldest !== undefined && tries.length >= this.#limit) {
      const seconds = Math.ceil((oldest + WINDOW_MS - now) / 1000);
      throw new Refusal(429, `too many tries; the next one is free in ${seconds} s`, seconds);
    }
    tries.push(now);
    this.#tries.delete(key);
    this.#tries.set(key, tries);
    if (this.#tries.size > CAPACITY) this.#tries.delete(this.#tries.keys().next().value ?? '');
    return () => this.#giveBack(key, now);
  }

  #giveBack(key: string, at: number): void {
    const tries = this.#tries.get(key) ?? [];
    const index = tries.indexOf(at);
    if (index >= 0) tries.splice(index, 1);
    if (tries.length === 0) this.#tries.delete(key);
  }
}
