import { pause } from '../clock.ts';
import type { WorkerDeps } from './deps.ts';
import type { Membership } from './membership.ts';

/** What one worker at a time does for all, with the keys of its advisory lock. One table, so that no two share a lock. */
export const SOLE_LOCKS = {
  autoscale: [7_313, 1],
  signCheckpoints: [7_313, 2],
  drainReplicas: [7_313, 3],
  deliverWebhooks: [7_313, 4],
  analyseRollouts: [7_313, 5],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

/** Work that one worker at a time repeats. */
export interface SoleWork {
  readonly lock: keyof typeof SOLE_LOCKS;
  /** Milliseconds from the end of a round, or of an attempt to become the one who does it, to the next. */
  readonly everyMs: number;
  /** What the log says of a round that failed; the next one makes up for it. */
  readonly late: string;
}

/**
 * Does a round of the work again and again until the life ends, when no other worker does. The lock belongs to the life's
 * connection: when the worker dies it drops, and another one goes on with what the database remembers.
 */
export async function repeatAlone(
  deps: Pick<WorkerDeps, 'clock' | 'log'>,
  life: Membership,
  { lock, everyMs, late }: SoleWork,
  round: () => Promise<void>,
): Promise<void> {
  let locked = false;
  while (!life.ended.aborted) {
    try {
      locked ||= await tryLock(life, lock);
      if (locked) await round();
    } catch (error) {
      if (!life.ended.aborted) deps.log.warn(late, { error: String(error) });
    }
    await pause(deps.clock, everyMs, life.ended);
  }
}

/** False while another worker has the lock. */
async function tryLock(life: Membership, lock: keyof typeof SOLE_LOCKS): Promise<boolean> {
  const [first, second] = SOLE_LOCKS[lock];
  const { rows } = await life.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
    first,
    second,
  ]);
  return rows[0]?.locked === true;
}
