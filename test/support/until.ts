import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the condition holds, asking every 50 ms; names what was waited for when the deadline passes. */
export async function until(what: string, deadlineMs: number, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(50);
  }
}
