import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import { nodeHost } from '../domain/node/host.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { ON_NODE } from '../domain/replica/status.ts';
import type { RouteState } from '../domain/route/evolve.ts';
import { routed, type RoutedDeployment, type RoutedReplica, type RoutingTable } from './table.ts';

/** Rows of the projections, all at one position; those that say nothing of routing may be left out. */
export interface RoutingRows {
  readonly position: number;
  readonly deployments: readonly DeploymentState[];
  readonly replicas: readonly ReplicaState[];
  readonly nodes: readonly NodeState[];
  readonly routes: readonly RouteState[];
}

/** The table that follows from rows. `evolveRouting` leads to the same, event by event. */
export function buildRouting({ position, deployments, replicas, nodes, routes }: RoutingRows): RoutingTable {
  const hosts = new Map(nodes.filter(({ removed }) => !removed).map(({ id, url }) => [id, nodeHost(url)]));
  const byDeployment = Map.groupBy(
    replicas.filter(({ status }) => ON_NODE.includes(status)),
    ({ deploymentId }) => deploymentId,
  );
  return {
    position,
    nodes: hosts,
    routes: new Map(routes.filter(({ removed }) => !removed).map(({ id, target }) => [id, target])),
    deployments: new Map(
      deployments
        .filter(({ phase }) => phase !== 'removed')
        .map((state) => [state.id, deploymentOf(state, byDeployment.get(state.id) ?? [], hosts)]),
    ),
  };
}

function deploymentOf(
  { id, traffic }: DeploymentState,
  replicas: readonly ReplicaState[],
  nodes: RoutingTable['nodes'],
): RoutedDeployment {
  const own = new Map(replicas.map((replica) => [replica.id, replicaOf(replica)]));
  return routed({ id, ...(traffic && { shares: traffic.shares }), replicas: own }, nodes);
}

function replicaOf({ id, generation, revision, nodeId, ports, status }: ReplicaState): RoutedReplica {
  const port = ports[0]?.host;
  return { id, generation, revision, nodeId, ...(port === undefined ? {} : { port }), ready: status === 'Ready' };
}
