import type { Rollback } from '../domain/deployment/rollout-state.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import type { Verdict } from './verdict.ts';

/** What the rollout of this target goes back to when it has failed for that reason; undefined where it may not, or cannot. */
export function rollbackFor({ deployment }: Snapshot, { revision }: Target, reason: string): Rollback | undefined {
  const { stable, spec } = deployment;
  if (spec.strategy?.autoRollback === false || stable === undefined || stable === revision) return undefined;
  return { revision, backTo: stable, reason, by: 'planner' };
}

/** How a deployment stands that went back: Failed until somebody saves. The reason comes first: tables show only the beginning. */
export function verdictAfter({ revision, backTo, reason, by }: Rollback, { status, details }: Verdict): Verdict {
  const aborted = `revision ${revision} was aborted by ${by}${reason === '' ? '' : `: ${reason}`}`;
  const why = by === 'planner' ? `revision ${revision} failed: ${reason}` : aborted;
  const rest = status === 'OK' ? '' : ` (${details})`;
  return { status: 'Failed', details: `${why}; rolled back to revision ${backTo}${rest}` };
}
