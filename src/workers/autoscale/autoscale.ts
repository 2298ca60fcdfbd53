import { pause } from '../../clock.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { tryLock } from '../sole-worker.ts';
import { evaluateAll } from './evaluate.ts';

/** Old telemetry is deleted so often. */
const PRUNE_MS = 60_000;

/**
 * Decides how many replicas deployments that scale themselves should have, again and again, when no other worker does.
 * The lock belongs to the life's connection: when the worker dies it drops, and the next one goes on with what the table
 * of recommendations remembers.
 */
export async function autoscale(deps: WorkerDeps, life: Membership): Promise<void> {
  let decides = false;
  let prunedAt = performance.now();
  while (!life.ended.aborted) {
    try {
      decides ||= await tryLock(life, 'autoscale');
      if (decides) await evaluateAll(deps);
      if (decides && performance.now() - prunedAt > PRUNE_MS) {
        await prune(deps.database.db);
        prunedAt = performance.now();
      }
    } catch (error) {
      if (!life.ended.aborted) deps.log.warn('the autoscaler could not look; it comes again', { error: String(error) });
    }
    await pause(deps.clock, deps.autoscaleIntervalMs, life.ended);
  }
}

/** Samples are kept for a quarter of an hour, for whoever asks why; what deployments that are gone have left goes too. */
export async function prune(db: Db): Promise<void> {
  await sql`delete from replica_samples where at < now() - interval '15 minutes'`.execute(db);
  await sql`delete from scale_recommendations where at < now() - interval '65 minutes'`.execute(db);
  await sql`delete from scale_decisions where at < now() - interval '65 minutes'`.execute(db);
}
