import { evolveDeployment, type DeploymentEvent } from '../../domain/deployment/evolve.ts';
import { allotmentOf, evolveAllotment, type AllotmentEvent } from '../../domain/node/allotment.ts';
import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../../domain/replica/evolve.ts';
import type { Action, Plan } from '../plan.ts';
import { replicaEventOf } from '../replica-event.ts';
import type { NodeView, Snapshot } from '../snapshot.ts';

/** The snapshot once a plan is decided: what its actions say of the deployment, its replicas and the nodes. */
export function afterPlan(snapshot: Snapshot, plan: Plan): Snapshot {
  const { id: deploymentId } = snapshot.deployment;
  const events = plan.actions.flatMap((action) => replicaEventOf(action, deploymentId) ?? []);
  const told = withReplicaEvents(snapshot, events);
  const own = [...plan.actions.flatMap((action) => deploymentEventOf(action, deploymentId)), plannedOf(snapshot, plan)];
  const deployment = own.reduce<Snapshot['deployment'] | undefined>(evolveDeployment, snapshot.deployment);
  return { ...told, deployment: { ...(deployment ?? snapshot.deployment), status: plan.status } };
}

/** The snapshot once everything that is under way has come off well: what starts is ready, what stops is gone. */
export function afterWork(snapshot: Snapshot): Snapshot {
  return withReplicaEvents(snapshot, snapshot.replicas.flatMap(endOf));
}

function endOf(replica: ReplicaState): readonly ReplicaEvent[] {
  const { id: replicaId, deploymentId, generation, status, reservation } = replica;
  const ids = { replicaId, deploymentId, generation };
  const containerId = replica.containerId ?? '';
  switch (status) {
    case 'Stopping':
      return [
        { type: 'ReplicaStopped', data: { ...ids, ...(reservation === undefined ? {} : { released: reservation }) } },
      ];
    case 'Scheduled':
    case 'Created':
    case 'Running':
      return [
        { type: 'ContainerStarted', data: { ...ids, containerId, ports: [] } },
        { type: 'ReplicaReady', data: ids },
      ];
    case 'Ready':
    case 'Failed':
    case 'Stopped':
      return [];
    default:
      return status satisfies never;
  }
}

function deploymentEventOf(action: Action, deploymentId: string): readonly DeploymentEvent[] {
  if (action.type !== 'revise') return [];
  const { revision, template, fingerprint } = action;
  return [{ type: 'RevisionCreated', data: { deploymentId, revision, template, fingerprint } }];
}

function plannedOf({ deployment, position, seed, now }: Snapshot, { actions }: Plan): DeploymentEvent {
  const begun = actions.flatMap((action) => (action.type === 'schedule' ? (action.moves ?? []) : []));
  const data = { deploymentId: deployment.id, snapshotPosition: position, seed, now, actions: [], report: [], begun };
  return { type: 'DeploymentPlanned', data };
}

function withReplicaEvents(snapshot: Snapshot, events: readonly ReplicaEvent[]): Snapshot {
  const replicas = new Map(snapshot.replicas.map((replica) => [replica.id, replica]));
  const nodes = new Map(snapshot.nodes.map((view) => [view.node.id, view]));
  for (const event of events) {
    const state = evolveReplica(replicas.get(event.data.replicaId), event, snapshot.now);
    if (state !== undefined) replicas.set(state.id, state);
    if (isOfNode(event)) book(nodes, event);
  }
  return { ...snapshot, replicas: [...replicas.values()], nodes: [...nodes.values()] };
}

function isOfNode(event: ReplicaEvent): event is ReplicaEvent & AllotmentEvent {
  return event.type === 'ReplicaScheduled' || event.type === 'ReplicaFailed' || event.type === 'ReplicaStopped';
}

/** What the event gives away of a node, or gives back to it. */
export function book(nodes: Map<string, NodeView>, event: AllotmentEvent): void {
  const view = nodes.get(allotmentOf(event) ?? '');
  const allotment = view && evolveAllotment(view.allotment, event);
  if (view !== undefined && allotment !== undefined) nodes.set(view.node.id, { ...view, allotment });
}
