import type { TrafficShare } from '../../src/domain/deployment/traffic.ts';
import { routed, type RoutedDeployment, type RoutedReplica, type RoutingTable } from '../../src/routing/table.ts';

const NODES = new Map([['node_a', '127.0.0.1']]);

/** A replica that is ready at a port of this machine, or whatever else is said of it. */
export function at(port: number, more: Partial<RoutedReplica> & { readonly id: string }): RoutedReplica {
  return { generation: 1, revision: 1, nodeId: 'node_a', port, ready: true, ...more };
}

export interface TableParts {
  readonly position?: number;
  readonly routes?: Readonly<Record<string, string>>;
  readonly deployments: Readonly<
    Record<string, { readonly replicas: readonly RoutedReplica[]; readonly shares?: readonly TrafficShare[] }>
  >;
}

let positions = 0;

/** A table with these parts, at a later position than any before. */
export function tableOf({ position = (positions += 1), routes = {}, deployments }: TableParts): RoutingTable {
  const all = Object.entries(deployments).map(([id, { replicas, shares }]): [string, RoutedDeployment] => {
    const own = new Map(replicas.map((replica) => [replica.id, replica]));
    return [id, routed({ id, ...(shares && { shares }), replicas: own }, NODES)];
  });
  return { position, nodes: NODES, routes: new Map(Object.entries(routes)), deployments: new Map(all) };
}
