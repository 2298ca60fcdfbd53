import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { backoffMs } from './backoff.ts';
import { avoidOf } from './placement/avoid.ts';
import type { Slot } from './slots.ts';

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

/** How often a replica of the deployment may fail in a row, and whether somebody has saved since the planner last looked. */
export interface Budget {
  readonly maxFailures: number;
  readonly renewed: boolean;
}

/** A save gives a budget that is used up anew: the plan that answers it tries again. */
export function budgetOf({ spec, saves, savedAtPlan }: DeploymentState): Budget {
  return { maxFailures: spec.restart?.maxFailures ?? Infinity, renewed: saves !== savedAtPlan };
}

/** When a failed replica is tried again, milliseconds since the epoch; undefined: not before somebody saves. */
export function retryAt(replica: ReplicaState, maxFailures: number): number | undefined {
  const { status, failure, failures, failedAt = 0, id } = replica;
  if (status !== 'Failed' || failure?.terminal === true || failures >= maxFailures) return undefined;
  return failedAt + backoffMs(failures, id);
}

/** What failed for good, or has used its budget up, is in neither. `now`: milliseconds since the epoch. */
export function recoveryOf(replicas: readonly ReplicaState[], now: number, { maxFailures, renewed }: Budget): Recovery {
  const timed = replicas.flatMap((replica) => {
    const fresh = renewed && isUsedUp(replica, maxFailures);
    const at = fresh ? now : retryAt(replica, maxFailures);
    return at === undefined ? [] : [{ replica, at, fresh }];
  });
  const waiting = timed.filter(({ at }) => at > now).map(({ at }) => at);
  const due = timed
    .filter(({ at }) => at <= now)
    .map(({ replica, fresh }) => ({
      replica,
      slot: {
        replicaId: replica.id,
        ordinal: replica.ordinal,
        generation: replica.generation + 1,
        ...(fresh ? { fresh } : {}),
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
