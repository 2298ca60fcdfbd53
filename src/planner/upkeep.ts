import type { ReplicaState } from '../domain/replica/evolve.ts';
import { candidatesOf } from './placement/candidate.ts';
import { demandOf } from './placement/demand.ts';
import { fill, type Filled } from './fill.ts';
import { budgetOf, recoveryOf } from './recovery.ts';
import { siblingsOf } from './siblings.ts';
import type { Snapshot } from './snapshot.ts';

export interface Upkeep extends Filled {
  /** Plan again then, milliseconds since the epoch. */
  readonly wakeAt: number | undefined;
}

/**
 * What a Failed deployment still gets: no step of a rollout, but what ran before goes on running. A replica that dies is
 * started again from the template of its own revision; what failed for good is left for the next save.
 */
export function upkeepOf(snapshot: Snapshot): Upkeep {
  const { deployment, replicas, nodes, now, seed, images } = snapshot;
  const active = replicas.filter(({ status }) => status !== 'Stopped');
  const exclusive = deployment.spec.strategy?.type === 'Recreate';
  if (exclusive && revisionsOf(active).length > 1) return { actions: [], unplaced: [], wakeAt: undefined };
  const { due, wakeAt } = recoveryOf(active, now, budgetOf(deployment));
  const candidates = candidatesOf(nodes, siblingsOf(replicas));
  const filled = revisionsOf(due.map(({ replica }) => replica)).map((revision) => {
    const template = templateOf(snapshot, revision);
    const wanted = due.filter(({ replica }) => replica.revision === revision);
    return fill(wanted, candidates, demandOf(template, deployment.spec, images), { revision, seed });
  });
  return {
    actions: filled.flatMap(({ actions }) => actions),
    unplaced: filled.flatMap(({ unplaced }) => unplaced),
    wakeAt,
  };
}

function revisionsOf(replicas: readonly ReplicaState[]): readonly number[] {
  return [...new Set(replicas.map(({ revision }) => revision))].sort((left, right) => left - right);
}

function templateOf({ deployment, earlier }: Snapshot, revision: number): Parameters<typeof demandOf>[0] {
  const own = revision === deployment.revision ? deployment : earlier.find((each) => each.revision === revision);
  if (own?.template === undefined) throw new Error(`revision ${revision} of ${deployment.id} is not in the snapshot`);
  return own.template;
}
