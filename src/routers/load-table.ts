import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { ON_NODE } from '../domain/replica/status.ts';
import type { RouteState } from '../domain/route/evolve.ts';
import { buildRouting } from '../routing/build.ts';
import type { RoutingTable } from '../routing/table.ts';
import type { EventStore } from '../store/event-store.ts';

/** The table as of now, from the projections' rows at one position. */
export async function loadTable(store: Pick<EventStore, 'snapshot'>): Promise<RoutingTable> {
  return store.snapshot(async (reader) => {
    const { position } = reader;
    const deployments = await reader.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] });
    const replicas = await reader.rows<ReplicaState>('replicas', { present: 'true', status: ON_NODE });
    const nodes = await reader.rows<NodeState>('nodes', { removed: 'false' });
    const routes = await reader.rows<RouteState>('routes', { removed: 'false' });
    return buildRouting({
      position,
      deployments: deployments.map(({ state }) => state),
      replicas: replicas.map(({ state }) => state),
      nodes: nodes.map(({ state }) => state),
      routes: routes.map(({ state }) => state),
    });
  });
}
