import type { DeploymentState, MoveState } from '../../domain/deployment/evolve.ts';
import type { Action } from '../plan.ts';
import { attemptKey } from '../strategy/census.ts';
import type { Target } from '../target.ts';

/** The generations that a rebalancing moves away, by `attemptKey`. */
export function movingOf({ moves = [] }: DeploymentState): ReadonlySet<string> {
  return new Set(moves.map(({ replicaId, generation }) => attemptKey({ id: replicaId, generation })));
}

/**
 * Moves whose replacement is still to be scheduled, in their order. Where the strategy stops first and starts then, what was
 * moved may be gone already. A new revision's replicas are placed by their own scores.
 */
export function openMovesOf({ moves = [] }: DeploymentState, { revise }: Target): readonly MoveState[] {
  return revise.length === 0 ? moves.filter(({ begun }) => !begun) : [];
}

/** The replicas whose moves these actions begin: their replacements are scheduled. */
export function begunMoves(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => (action.type === 'schedule' ? (action.moves ?? []) : []));
}
