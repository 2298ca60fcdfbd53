import { allotmentOf, evolveAllotment } from '../domain/node/allotment.ts';
import { evolveReplica, type ReplicaState } from '../domain/replica/evolve.ts';
import type { Action } from './plan.ts';
import { replicaEventOf } from './replica-event.ts';
import type { NodeView, Snapshot } from './snapshot.ts';

/** The replicas as they stand once the actions are carried out: what a plan says of the deployment has to hold then. */
export function replicasAfter(
  { deployment, replicas, now }: Pick<Snapshot, 'deployment' | 'replicas' | 'now'>,
  actions: readonly Action[],
): readonly ReplicaState[] {
  const after = new Map(replicas.map((replica) => [replica.id, replica]));
  for (const action of actions) {
    const event = replicaEventOf(action, deployment.id);
    if (event === undefined) continue;
    const state = evolveReplica(after.get(event.data.replicaId), event, now);
    if (state !== undefined) after.set(state.id, state);
  }
  return [...after.values()];
}

/** The nodes as they stand once these losses are noted. */
export function nodesAfter({ nodes, deployment }: Snapshot, losses: readonly Action[]): readonly NodeView[] {
  const after = new Map(nodes.map((view) => [view.node.id, view]));
  for (const action of losses) {
    const event = replicaEventOf(action, deployment.id);
    if (event?.type !== 'ReplicaFailed') continue;
    const view = after.get(allotmentOf(event) ?? '');
    const allotment = view && evolveAllotment(view.allotment, event);
    if (view !== undefined && allotment !== undefined) after.set(view.node.id, { ...view, allotment });
  }
  return [...after.values()];
}
