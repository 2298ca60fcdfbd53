import { setTimeout as delay } from 'node:timers/promises';

import type { Handlers } from '../services/handler.ts';

const DEADLINE_MS = 3_000;

/** What must hold before the process can serve; each throws what is missing. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

/** Alive, and ready. */
export function healthHandlers(checks: Checks): Handlers<'healthz' | 'readyz'> {
  return {
    healthz: async () => ({ body: { status: 'ok' } }),
    async readyz() {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]): Promise<[string, string]> => [name, await resultOf(check)]),
      );
      const answer = Object.fromEntries(results);
      if (results.every(([, result]) => result === 'ok')) return { body: { status: 'ok', checks: answer } };
      return { body: { status: 'unavailable', checks: answer }, status: 503 };
    },
  };
}

async function resultOf(check: () => Promise<void>): Promise<string> {
  const cancel = new AbortController();
  const deadline = delay(DEADLINE_MS, `no answer within ${DEADLINE_MS / 1000} s`, { signal: cancel.signal });
  try {
    return await Promise.race([check().then(() => 'ok'), deadline]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    deadline.catch(() => undefined);
    cancel.abort();
  }
}
