import type { TrafficShare } from '../domain/deployment/traffic.ts';
import { weightsOf } from './weights.ts';

/** Where requests go, as of one position of the log. Every router keeps one in force. */
export interface RoutingTable {
  /** The last event of the log that it knows. */
  readonly position: number;
  readonly deployments: ReadonlyMap<string, RoutedDeployment>;
  /** Routes of proxy-svc: host, or host and path, -> the URL that its requests go to. */
  readonly routes: ReadonlyMap<string, string>;
  /** Node -> the host that its published ports are reached at. */
  readonly nodes: ReadonlyMap<string, string>;
}

/** A deployment that has not been removed, with everything that may get its requests. */
export interface RoutedDeployment {
  readonly id: string;
  /** How its requests are divided between revisions; absent: evenly over `backends`. */
  readonly shares?: readonly TrafficShare[];
  /** Those that count on their nodes, ready or not. What is stopping, has stopped or has failed is not among them. */
  readonly replicas: ReadonlyMap<string, RoutedReplica>;
  /** The ready ones that have a port, in the order of their ids; weights sum to `WHOLE` whenever there is one. */
  readonly backends: readonly Backend[];
}

export interface RoutedReplica {
  readonly id: string;
  readonly generation: number;
  readonly revision: number;
  readonly nodeId: string;
  /** The published port of its first port, once it has one. */
  readonly port?: number;
  readonly ready: boolean;
}

/** One generation of a replica that may get requests. */
export interface Backend {
  readonly replicaId: string;
  readonly generation: number;
  readonly revision: number;
  readonly host: string;
  readonly port: number;
  /** Of `WHOLE`; 0 is possible: it is there, and gets nothing now. */
  readonly weight: number;
}

/** Names one generation of a replica: `depl_web-r1-0/2`. */
export function backendKey({ replicaId, generation }: Pick<Backend, 'replicaId' | 'generation'>): string {
  return `${replicaId}/${generation}`;
}

/** Before the first event. */
export const EMPTY_TABLE: RoutingTable = { position: 0, deployments: new Map(), routes: new Map(), nodes: new Map() };

/** The deployment with the backends that follow from the rest of it. */
export function routed(deployment: Omit<RoutedDeployment, 'backends'>, nodes: RoutingTable['nodes']): RoutedDeployment {
  const ready = [...deployment.replicas.values()]
    .flatMap((replica) => backendOf(replica, nodes) ?? [])
    .toSorted((a, b) => (a.replicaId < b.replicaId ? -1 : 1));
  const weights = weightsOf(
    ready.map(({ revision }) => revision),
    deployment.shares,
  );
  return { ...deployment, backends: ready.map((backend, index) => ({ ...backend, weight: weights[index] ?? 0 })) };
}

function backendOf(
  { id, generation, revision, nodeId, port, ready }: RoutedReplica,
  nodes: RoutingTable['nodes'],
): Backend | undefined {
  const host = nodes.get(nodeId);
  if (!ready || port === undefined || host === undefined) return undefined;
  return { replicaId: id, generation, revision, host, port, weight: 0 };
}

/** Every backend of a table, by its key. */
export function backendsOf(table: Pick<RoutingTable, 'deployments'>): ReadonlyMap<string, Backend> {
  return new Map(
    [...table.deployments.values()].flatMap(({ backends }) =>
      backends.map((each) => [backendKey(each), each] as const),
    ),
  );
}
