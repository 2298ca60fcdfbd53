import type { Membership } from './membership.ts';

/**
 * Takes an advisory lock for what one worker does for all; false while another has it. It belongs to the life's connection:
 * when the worker dies it drops.
 */
export async function tryLock(life: Membership, [first, second]: readonly [number, number]): Promise<boolean> {
  const { rows } = await life.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
    first,
    second,
  ]);
  return rows[0]?.locked === true;
}
