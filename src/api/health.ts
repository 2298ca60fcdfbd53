import { setTimeout as delay } from 'node:timers/promises';

import type { Handlers } from '../services/handler.ts';
import type { RequestLog } from './log.ts';

const DEADLINE_MS = 3_000;

/** What must hold before the process can serve; each throws what is missing. */
export type Checks = Readonly<Record<string, () => Promise<void>>>;

/** Alive, and ready. What a check throws is for the log: anybody may ask. */
export function healthHandlers(checks: Checks, log: Pick<RequestLog, 'debug'>): Handlers<'healthz' | 'readyz'> {
  return {
    healthz: async () => ({ body: { status: 'ok' } }),
    async readyz() {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]): Promise<[string, string]> => [
          name,
          await resultOf(name, check, log),
        ]),
      );
      const answer = Object.fromEntries(results);
      if (results.every(([, result]) => result === 'ok')) return { body: { status: 'ok', checks: answer } };
      const failed = results.flatMap(([name, result]) => (result === 'ok' ? [] : [`${name} ${result}`]));
      return { body: { status: 'unavailable', checks: answer, error: `not ready: ${failed.join(', ')}` }, status: 503 };
    },
  };
}

async function resultOf(name: string, check: () => Promise<void>, log: Pick<RequestLog, 'debug'>): Promise<string> {
  const cancel = new AbortController();
  const deadline = delay(DEADLINE_MS, `no answer within ${DEADLINE_MS / 1000} s`, { signal: cancel.signal });
  try {
    return await Promise.race([check().then(() => 'ok'), deadline]);
  } catch (error) {
    log.debug('not ready', { check: name, error });
    return 'failed';
  } finally {
    deadline.catch(() => undefined);
    cancel.abort();
  }
}
