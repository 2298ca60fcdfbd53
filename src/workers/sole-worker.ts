import type { WorkerDeps } from './deps.ts';
import type { Membership } from './membership.ts';
import { repeat, type Repeated } from './repeat.ts';

/** What one worker at a time does for all, with the keys of its advisory lock. One table, so that no two share a lock. */
export const SOLE_LOCKS = {
  autoscale: [7_313, 1],
  signCheckpoints: [7_313, 2],
  drainReplicas: [7_313, 3],
  deliverWebhooks: [7_313, 4],
  analyseRollouts: [7_313, 5],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

/** Work that one worker at a time repeats; the others try as often to become the one who does it. */
export interface SoleWork extends Repeated {
  readonly lock: keyof typeof SOLE_LOCKS;
}

/**
 * Does a round of the work again and again until the life ends, when no other worker does. The lock belongs to the life's
 * connection: when the worker dies it drops, and another one goes on with what the database remembers.
 */
export function repeatAlone(
  deps: Pick<WorkerDeps, 'clock' | 'log'>,
  life: Membership,
  { lock, ...work }: SoleWork,
  round: () => Promise<void>,
): Promise<void> {
  let locked = false;
  return repeat(deps, life, work, async () => {
    locked ||= await tryLock(life, lock);
    if (locked) await round();
  });
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
