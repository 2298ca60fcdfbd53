import { setTimeout as pause } from 'node:timers/promises';

import { ApiError, ServerUnreachable } from '../../api/client-error.ts';

const POLL_MS = 500;

export interface Polling<T> {
  /** Milliseconds from now. */
  readonly timeout: number;
  /** Looks once; undefined: not yet. */
  readonly look: () => Promise<T | undefined>;
  /** What to print when the user interrupts the wait. What was begun goes on. */
  readonly onInterrupt: () => string;
}

/** The code of a process that SIGINT ended, as shells count it. */
const INTERRUPTED = 130;

/**
 * Looks until there is an answer; 'timeout' when there is none in time. A server that is away for a while is waited for; when
 * it is away at the end, its error is thrown.
 */
export async function poll<T>({ timeout, look, onInterrupt }: Polling<T>): Promise<T | 'timeout'> {
  const deadline = performance.now() + timeout;
  const interrupt = (): void => {
    process.stderr.write(`\n${onInterrupt()}\n`);
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', interrupt);
  try {
    for (;;) {
      const seen = await look().catch((error: unknown) => (isPassing(error) ? { away: error } : Promise.reject(error)));
      const away = isAway(seen) ? seen : undefined;
      if (seen !== undefined && away === undefined) return seen as T;
      if (performance.now() >= deadline) {
        if (away !== undefined) throw away.away;
        return 'timeout';
      }
      await pause(Math.min(POLL_MS, Math.max(1, deadline - performance.now())));
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}

interface Away {
  readonly away: unknown;
}

function isAway(seen: unknown): seen is Away {
  return typeof seen === 'object' && seen !== null && 'away' in seen;
}

function isPassing(error: unknown): boolean {
  return error instanceof ServerUnreachable || (error instanceof ApiError && error.status >= 500);
}
