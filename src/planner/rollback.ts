import { rollbackText, type Rollback } from '../domain/deployment/rollout-state.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';
import type { Verdict } from './verdict.ts';

/** What the rollout of this target goes back to when it has failed for that reason; undefined where it may not, or cannot. */
export function rollbackFor({ deployment }: Snapshot, { revision }: Target, reason: string): Rollback | undefined {
  const { stable, spec } = deployment;
  if (spec.strategy?.autoRollback === false || stable === undefined || stable === revision) return undefined;
  return { revision, backTo: stable, reason, by: 'planner' };
}

/** How a deployment stands that went back: Failed until somebody saves, and in brackets what is still to do. */
export function verdictAfter(rollback: Rollback, { status, details }: Verdict): Verdict {
  const rest = status === 'OK' ? '' : ` (${details})`;
  return { status: 'Failed', details: `${rollbackText(rollback)}${rest}` };
}
