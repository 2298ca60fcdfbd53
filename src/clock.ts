import { setTimeout as delay } from 'node:timers/promises';

import { abortReason } from './abort-reason.ts';

/** Wall time and waiting, as a port. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // The platform's AbortError hides the reason that the caller gave.
      throw signal?.aborted ? abortReason(signal) : error;
    }
  },
};

/** Sleeps, but ends early, without error, when the signal aborts: for loops that look at the signal themselves. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** A clock that moves only by hand. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, waking sleepers one after the other in order of their time and letting each run before the next. */
  advance(ms: number): Promise<void>;
  /** Moves on to the next sleeper's time and wakes it; false when nobody sleeps. */
  advanceToNext(): Promise<boolean>;
  /** How many sleep. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still at `start` until it is advanced. */
export function virtualClock(start: Date = new Date('2030-01-01T00:00:00Z')): VirtualClock {
  let time = start.getTime();
  const sleepers = new Set<Sleeper>();
  // Of equal times the one that slept first wakes first: sets keep insertion order.
  const next = (): Sleeper | undefined =>
    sleepers
      .values()
      .reduce<Sleeper | undefined>(
        (first, each) => (first === undefined || each.until < first.until ? each : first),
        undefined,
      );
  const wake = (sleeper: Sleeper): void => {
    time = Math.max(time, sleeper.until);
    sleepers.delete(sleeper);
    sleeper.wake();
  };
  return {
    now: () => new Date(time),
    sleep: (ms, signal) => sleepUntil(sleepers, time, ms, signal),
    async advance(ms) {
      const target = time + ms;
      await settle();
      for (let sleeper = next(); sleeper !== undefined && sleeper.until <= target; sleeper = next()) {
        wake(sleeper);
        await settle();
      }
      time = target;
    },
    async advanceToNext() {
      await settle();
      const sleeper = next();
      if (sleeper === undefined) return false;
      wake(sleeper);
      await settle();
      return true;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

function sleepUntil(sleepers: Set<Sleeper>, now: number, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortReason(signal));
    // No time passes, so nobody has to advance it.
    if (ms <= 0) return resolve();
    const abort = (): void => {
      sleepers.delete(sleeper);
      if (signal !== undefined) reject(abortReason(signal));
    };
    const sleeper = {
      until: now + ms,
      wake: () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      },
    };
    sleepers.add(sleeper);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Lets everything run that is ready: promise chains end before the loop's next turn. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
