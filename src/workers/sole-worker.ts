import type { Membership } from './membership.ts';

/** What one worker at a time does for all, with the keys of its advisory lock. One table, so that no two share a lock. */
export const SOLE_LOCKS = {
  autoscale: [7_313, 1],
  signCheckpoints: [7_313, 2],
  drainReplicas: [7_313, 3],
  deliverWebhooks: [7_313, 4],
  analyseRollouts: [7_313, 5],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

/**
 * Takes the advisory lock of such work; false while another has it. It belongs to the life's connection:
 * when the worker dies it drops.
 */
export async function tryLock(life: Membership, work: keyof typeof SOLE_LOCKS): Promise<boolean> {
  const [first, second] = SOLE_LOCKS[work];
  const { rows } = await life.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
    first,
    second,
  ]);
  return rows[0]?.locked === true;
}
