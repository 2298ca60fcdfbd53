import type { TrafficShare } from '../domain/deployment/traffic.ts';
import type { DomainEvent, EventOf, EventPlace } from '../domain/event.ts';
import { nodeHost } from '../domain/node/host.ts';
import { routed, type RoutedDeployment, type RoutedReplica, type RoutingTable } from './table.ts';

/** An event and where the log has it: all that routing looks at. */
export type PlacedEvent = DomainEvent & Pick<EventPlace, 'position'>;

/**
 * The table one event further. What says nothing of routing changes the position alone: then every other part is the same
 * object as before, by which it is seen that there is nothing to do.
 */
export function evolveRouting(table: RoutingTable, event: PlacedEvent): RoutingTable {
  const { position } = event;
  switch (event.type) {
    case 'DeploymentSaved':
      return withDeployment(table, event, (deployment) => deployment ?? fresh(event.data.deploymentId));
    case 'DeploymentDeleted':
      return withDeployment(table, event, (deployment) => deployment && divided(deployment, []));
    case 'TrafficShifted':
      return withDeployment(table, event, (deployment) => deployment && divided(deployment, event.data.shares));
    case 'DeploymentRemoved':
      return { ...table, position, deployments: without(table.deployments, event.data.deploymentId) };
    case 'ReplicaScheduled':
    case 'ContainerCreated':
    case 'ContainerStarted':
    case 'ReplicaReady':
    case 'ReplicaUnready':
    case 'ReplicaFailed':
    case 'ReplicaStopping':
      return withDeployment(table, event, (deployment) => deployment && withReplica(deployment, event));
    case 'NodeRegistered':
      return withNodes(table, position, new Map(table.nodes).set(event.data.nodeId, nodeHost(event.data.url)));
    case 'NodeRemoved':
      return withNodes(table, position, without(table.nodes, event.data.nodeId));
    case 'RouteSaved':
      return { ...table, position, routes: new Map(table.routes).set(event.data.routeId, event.data.target) };
    case 'RouteRemoved':
      return { ...table, position, routes: without(table.routes, event.data.routeId) };
    default:
      return { ...table, position };
  }
}

/** Whether they send requests to different places. */
export function routesDiffer(before: RoutingTable, after: RoutingTable): boolean {
  return before.deployments !== after.deployments || before.routes !== after.routes || before.nodes !== after.nodes;
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([each]) => each !== key));
}

/** Nodes are few and change seldom: everything is looked at again. */
function withNodes(table: RoutingTable, position: number, nodes: RoutingTable['nodes']): RoutingTable {
  const deployments = new Map([...table.deployments].map(([id, each]) => [id, routed(each, nodes)]));
  return { ...table, position, nodes, deployments };
}

type Unweighed = Omit<RoutedDeployment, 'backends'>;

function withDeployment(
  table: RoutingTable,
  { data, position }: { readonly data: { readonly deploymentId: string }; readonly position: number },
  change: (deployment: RoutedDeployment | undefined) => Unweighed | undefined,
): RoutingTable {
  const before = table.deployments.get(data.deploymentId);
  const after = change(before);
  if (after === undefined || after === before) return { ...table, position };
  const deployments = new Map(table.deployments).set(data.deploymentId, routed(after, table.nodes));
  return { ...table, position, deployments };
}

function fresh(id: string): Unweighed {
  return { id, replicas: new Map() };
}

function divided(deployment: Unweighed, shares: readonly TrafficShare[]): Unweighed {
  const { shares: _, ...rest } = deployment;
  return shares.length === 0 ? rest : { ...rest, shares };
}

type ReplicaEvent = EventOf<
  | 'ReplicaScheduled'
  | 'ContainerCreated'
  | 'ContainerStarted'
  | 'ReplicaReady'
  | 'ReplicaUnready'
  | 'ReplicaFailed'
  | 'ReplicaStopping'
>;

function withReplica(deployment: Unweighed, event: ReplicaEvent): Unweighed {
  const { replicaId: id } = event.data;
  const before = deployment.replicas.get(id);
  const after = evolveReplica(before, event);
  if (after === before) return deployment;
  const replicas = new Map(deployment.replicas);
  if (after === undefined) replicas.delete(id);
  else replicas.set(id, after);
  return { ...deployment, replicas };
}

/** What the replica's own fold says of it, as far as routing goes; what an earlier generation says late changes nothing. */
function evolveReplica(state: RoutedReplica | undefined, event: ReplicaEvent): RoutedReplica | undefined {
  if (event.type === 'ReplicaScheduled') {
    const { replicaId: id, generation, revision, reservation } = event.data;
    return { id, generation, revision, nodeId: reservation.nodeId, ready: false };
  }
  if (state === undefined || state.generation !== event.data.generation) return state;
  switch (event.type) {
    case 'ContainerCreated':
    case 'ReplicaUnready':
      return { ...state, ready: false };
    case 'ContainerStarted': {
      const { port: _, ...rest } = state;
      const [first] = event.data.ports;
      return { ...rest, ...(first === undefined ? {} : { port: first.host }), ready: false };
    }
    case 'ReplicaReady':
      return { ...state, ready: true };
    case 'ReplicaFailed':
    case 'ReplicaStopping':
      return undefined;
    default:
      return event satisfies never;
  }
}
