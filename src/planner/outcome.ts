import { allotmentOf, evolveAllotment, type AllotmentEvent } from '../domain/node/allotment.ts';
import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../domain/replica/evolve.ts';
import type { Action } from './plan.ts';
import { replicaEventOf } from './replica-event.ts';
import type { NodeView, Snapshot } from './snapshot.ts';

/** The replicas as they stand once the actions are carried out: what a plan says of the deployment has to hold then. */
export function replicasAfter(
  { deployment, replicas, now }: Pick<Snapshot, 'deployment' | 'replicas' | 'now'>,
  actions: readonly Action[],
): readonly ReplicaState[] {
  return told(replicas, eventsOf(actions, deployment.id), now);
}

/** The snapshot once the actions are carried out: its replicas, and what they give back to their nodes or take of them. */
export function afterActions(snapshot: Snapshot, actions: readonly Action[]): Snapshot {
  return afterEvents(snapshot, eventsOf(actions, snapshot.deployment.id));
}

/** The same once these events have happened. */
export function afterEvents(snapshot: Snapshot, events: readonly ReplicaEvent[]): Snapshot {
  const nodes = new Map(snapshot.nodes.map((view) => [view.node.id, view]));
  for (const event of events) if (isOfNode(event)) book(nodes, event);
  return { ...snapshot, replicas: told(snapshot.replicas, events, snapshot.now), nodes: [...nodes.values()] };
}

/** What the event gives away of a node, or gives back to it. */
export function book(nodes: Map<string, NodeView>, event: AllotmentEvent): void {
  const view = nodes.get(allotmentOf(event) ?? '');
  const allotment = view && evolveAllotment(view.allotment, event);
  if (view !== undefined && allotment !== undefined) nodes.set(view.node.id, { ...view, allotment });
}

function eventsOf(actions: readonly Action[], deploymentId: string): readonly ReplicaEvent[] {
  return actions.flatMap((action) => replicaEventOf(action, deploymentId) ?? []);
}

function told(
  replicas: readonly ReplicaState[],
  events: readonly ReplicaEvent[],
  now: number,
): readonly ReplicaState[] {
  const after = new Map(replicas.map((replica) => [replica.id, replica]));
  for (const event of events) {
    const state = evolveReplica(after.get(event.data.replicaId), event, now);
    if (state !== undefined) after.set(state.id, state);
  }
  return [...after.values()];
}

function isOfNode(event: ReplicaEvent): event is ReplicaEvent & AllotmentEvent {
  return event.type === 'ReplicaScheduled' || event.type === 'ReplicaFailed' || event.type === 'ReplicaStopped';
}
