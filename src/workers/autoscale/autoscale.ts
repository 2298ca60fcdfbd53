import { sql, type Db } from '../../postgres/database.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { repeatAlone } from '../sole-worker.ts';
import { evaluateAll } from './evaluate.ts';

/** Old telemetry is deleted so often. */
const PRUNE_MS = 60_000;

/**
 * Decides how many replicas deployments that scale themselves should have, again and again, when no other worker does.
 * What it goes on with is in the table of recommendations.
 */
export function autoscale(deps: WorkerDeps, life: Membership): Promise<void> {
  let prunedAt = performance.now();
  const late = 'the autoscaler could not look; it comes again';
  return repeatAlone(deps, life, { lock: 'autoscale', everyMs: deps.autoscaleIntervalMs, late }, async () => {
    await evaluateAll(deps);
    if (performance.now() - prunedAt <= PRUNE_MS) return;
    await prune(deps.database.db);
    prunedAt = performance.now();
  });
}

/** Samples are kept for a quarter of an hour, for whoever asks why; what deployments that are gone have left goes too. */
export async function prune(db: Db): Promise<void> {
  await sql`delete from replica_samples where at < now() - interval '15 minutes'`.execute(db);
  await sql`delete from scale_recommendations where at < now() - interval '65 minutes'`.execute(db);
  await sql`delete from scale_decisions where at < now() - interval '65 minutes'`.execute(db);
}
