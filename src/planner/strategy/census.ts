import type { ReplicaState } from '../../domain/replica/evolve.ts';

/** The replicas of a deployment by what they mean to a rollout. Stopped ones are in none of them. */
export interface Census {
  /** Of the latest revision and not stopping. */
  readonly current: readonly ReplicaState[];
  /** Of earlier revisions and not stopping. */
  readonly old: readonly ReplicaState[];
  /** On their way out; their containers may still exist. */
  readonly stopping: readonly ReplicaState[];
  /** All of these: what exists or may exist. */
  readonly total: number;
}

export function censusOf(replicas: readonly ReplicaState[], revision: number): Census {
  const active = replicas.filter(({ status }) => status !== 'Stopped');
  const staying = active.filter(({ status }) => status !== 'Stopping');
  return {
    current: staying.filter((replica) => replica.revision === revision),
    old: staying.filter((replica) => replica.revision !== revision),
    stopping: active.filter(({ status }) => status === 'Stopping'),
    total: active.length,
  };
}

export function isReady({ status }: ReplicaState): boolean {
  return status === 'Ready';
}

/** Cheapest to lose first: not ready before ready, earlier revisions before later, higher ordinals before lower. */
export function byExpendability(left: ReplicaState, right: ReplicaState): number {
  return (
    Number(isReady(left)) - Number(isReady(right)) || left.revision - right.revision || right.ordinal - left.ordinal
  );
}
