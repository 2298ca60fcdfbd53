import type { DeploymentState } from '../domain/deployment/evolve.ts';
import { foundationOf } from '../domain/deployment/rollout-state.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';

/**
 * The revisions that a plan may start replicas of, beside a new one: the present one, what runs, and what is gone back to. Of
 * all others, it needs no slots. `present`: the replicas that are not stopped.
 */
export function startableRevisions(deployment: DeploymentState, present: readonly ReplicaState[]): readonly number[] {
  const { revision, stable, rollback } = deployment;
  const running = present.map((replica) => replica.revision);
  const all = [revision, stable, rollback?.backTo, foundationOf(deployment), ...running];
  return [...new Set(all.filter((each) => each !== undefined))];
}
