import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { backoffMs } from './backoff.ts';
import { avoidOf } from './placement/avoid.ts';
import type { Slot } from './slots.ts';
import type { Snapshot } from './snapshot.ts';
import { attemptKey } from './strategy/census.ts';

/** A failed replica whose back-off is over. */
export interface Due {
  readonly replica: ReplicaState;
  readonly slot: Slot;
  readonly reason: string;
  /** Nodes on which it has failed too often to go there while another will do. */
  readonly avoid: ReadonlyMap<string, number>;
}

/** Failed replicas: those to try again now, and when the next one's back-off ends. */
export interface Recovery {
  readonly due: readonly Due[];
  readonly wakeAt: number | undefined;
}

/** Failures in a row of one replica after which nobody tries again. */
export function budgetOf({ spec }: DeploymentState): number {
  return spec.restart?.maxFailures ?? Infinity;
}

/**
 * Replicas whose budget is used up, in the plan that answers a save, by `attemptKey`: they make room for what begins anew.
 * The stop is part of that plan, so a save is not spent on a slot that no node has room for.
 */
export function renewedOf({ deployment, replicas }: Pick<Snapshot, 'deployment' | 'replicas'>): ReadonlySet<string> {
  if (deployment.saves === deployment.savedAtPlan) return new Set();
  return new Set(replicas.filter((replica) => isUsedUp(replica, budgetOf(deployment))).map(attemptKey));
}

/** When a failed replica is tried again, milliseconds since the epoch; undefined: not before somebody saves. */
export function retryAt(replica: ReplicaState, maxFailures: number): number | undefined {
  const { status, failure, failures, failedAt = 0, id } = replica;
  if (status !== 'Failed' || failure?.terminal === true || failures >= maxFailures) return undefined;
  return failedAt + backoffMs(failures, id);
}

/** What failed for good, or has used its budget up, is in neither. `now`: milliseconds since the epoch. */
export function recoveryOf(replicas: readonly ReplicaState[], now: number, maxFailures: number): Recovery {
  const timed = replicas.flatMap((replica) => {
    const at = retryAt(replica, maxFailures);
    return at === undefined ? [] : [{ replica, at }];
  });
  const waiting = timed.filter(({ at }) => at > now).map(({ at }) => at);
  const due = timed
    .filter(({ at }) => at <= now)
    .map(({ replica }) => ({
      replica,
      slot: {
        replicaId: replica.id,
        ordinal: replica.ordinal,
        generation: replica.generation + 1,
      },
      avoid: avoidOf(replica),
      reason: `replaces generation ${replica.generation}: ${replica.failure?.message ?? 'failed'}`,
    }));
  return { due, wakeAt: waiting.length === 0 ? undefined : Math.min(...waiting) };
}

/** True when a replica has failed as often in a row as it may. */
export function isUsedUp({ status, failure, failures }: ReplicaState, maxFailures: number): boolean {
  return status === 'Failed' && failure?.terminal !== true && failures >= maxFailures;
}
