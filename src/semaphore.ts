import { abortReason } from './abort-reason.ts';

/** Lets a bounded number of calls through; the others wait in order of arrival. */
export interface Semaphore {
  /** Resolves with the release. Rejects with the signal's reason when it aborts first; without one it waits for as long as it takes. */
  acquire(signal?: AbortSignal): Promise<() => void>;
}

/** A semaphore of `places`. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting = new Set<() => void>();
  const release = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  const releaseOnce = (): (() => void) => {
    let held = true;
    return () => {
      if (held) {
        held = false;
        release();
      }
    };
  };
  return {
    acquire(signal) {
      if (signal?.aborted === true) return Promise.reject(abortReason(signal));
      if (free > 0) {
        free -= 1;
        return Promise.resolve(releaseOnce());
      }
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          waiting.delete(admit);
          if (signal !== undefined) reject(abortReason(signal));
        };
        const admit = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve(releaseOnce());
        };
        waiting.add(admit);
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
  };
}
