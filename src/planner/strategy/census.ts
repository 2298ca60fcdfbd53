import type { ReplicaState } from '../../domain/replica/evolve.ts';

/** The replicas of a deployment by what they mean to a rollout. Stopped ones are in none of them. */
export interface Census {
  /** The one that is converged on; undefined where replicas of all revisions may stay. */
  readonly revision: number | undefined;
  /** Of that revision, not stopping, and where they may stay. */
  readonly current: readonly ReplicaState[];
  /** Not stopping yet, but to be replaced: of other revisions, on nodes that are drained, or moved to better homes. */
  readonly old: readonly ReplicaState[];
  /** On their way out; their containers may still exist. */
  readonly stopping: readonly ReplicaState[];
  /** All of these: what exists or may exist. */
  readonly total: number;
  /** Those of `old` that go to better homes, by `attemptKey`. */
  readonly moving: ReadonlySet<string>;
  /** Those of `old` that have used their restart budget up, and make room for what begins anew, by `attemptKey`. */
  readonly renewed: ReadonlySet<string>;
}

export function censusOf(
  replicas: readonly ReplicaState[],
  revision: number | undefined,
  draining: ReadonlySet<string> = new Set(),
  moving: ReadonlySet<string> = new Set(),
  renewed: ReadonlySet<string> = new Set(),
): Census {
  const active = replicas.filter(({ status }) => status !== 'Stopped');
  const staying = active.filter(({ status }) => status !== 'Stopping');
  // A failed replica holds no node any more.
  const mayStay = (replica: ReplicaState): boolean =>
    (revision === undefined || replica.revision === revision) &&
    !renewed.has(attemptKey(replica)) &&
    (replica.status === 'Failed' || !(draining.has(replica.nodeId) || moving.has(attemptKey(replica))));
  return {
    revision,
    current: staying.filter(mayStay),
    old: staying.filter((replica) => !mayStay(replica)),
    stopping: active.filter(({ status }) => status === 'Stopping'),
    total: active.length,
    moving,
    renewed,
  };
}

/** Names one generation of a replica. */
export function attemptKey({ id, generation }: Pick<ReplicaState, 'id' | 'generation'>): string {
  return `${id} ${generation}`;
}

/** Why a replica of `old` has to go. */
export function reasonToGo({ revision, moving, renewed }: Census, replica: ReplicaState): string {
  if (renewed.has(attemptKey(replica))) return 'past its restart budget, which a save has renewed,';
  if (revision === undefined || replica.revision === revision) {
    return moving.has(attemptKey(replica)) ? 'moved to a better home' : `node ${replica.nodeId} is drained`;
  }
  return replica.revision < revision ? 'of an earlier revision' : `of revision ${replica.revision}, which is given up`;
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
