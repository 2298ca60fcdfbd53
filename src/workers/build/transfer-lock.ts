import { pause, type Clock } from '../../clock.ts';
import type { Membership } from '../membership.ts';

/** First key of the advisory locks of transfers; the second is a hash of image and engine. */
const TRANSFER_LOCK = 7_319;
const LOOK_MS = 250;

/** Keeps other workers from bringing the same image to the same node meanwhile. It ends with the worker's life. */
export async function transferLock(clock: Clock, life: Membership, key: string): Promise<{ release(): Promise<void> }> {
  for (;;) {
    life.ended.throwIfAborted();
    const { rows } = await life.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
      TRANSFER_LOCK,
      key,
    ]);
    if (rows[0]?.taken === true) break;
    await pause(clock, LOOK_MS, life.ended);
  }
  return {
    async release() {
      // The lock of a life that is over is gone with its connection.
      if (life.ended.aborted) return;
      await life.query('select pg_advisory_unlock($1, hashtext($2))', [TRANSFER_LOCK, key]);
    },
  };
}
