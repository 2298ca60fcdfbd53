import type { Job, QueueName } from './catalogue.ts';

/** A job with the node that it is to be done at, where it is. */
export type Routed = Job & { readonly nodeId: string | undefined };

/** Jobs that go to one queue. `cluster` absent: the queue has none, or the node is not known. */
export interface Route {
  readonly queue: QueueName;
  readonly cluster: string | undefined;
  readonly jobs: readonly Routed[];
}

/** What runs a statement: in the transaction of the jobs' events where they have one. */
export interface Statements {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * Sorts jobs by the queue that they go to. Work at a node goes to the queue of the node's cluster as it is now, by the same
 * transaction's rows: an event or a reservation that named the cluster would be wrong once the node has moved.
 */
export async function routed(db: Statements, jobs: readonly Job[]): Promise<readonly Route[]> {
  const known = jobs.map((job): Routed => ({ ...job, nodeId: nodeIdOf(job) }));
  const nodeIds = [...new Set(known.flatMap(({ nodeId }) => nodeId ?? []))];
  const clusters = nodeIds.length === 0 ? new Map<string, string>() : await clustersOf(db, nodeIds);
  const clusterOf = ({ nodeId }: Routed): string | undefined => (nodeId === undefined ? nodeId : clusters.get(nodeId));
  const groups = Map.groupBy(known, (job) => `${job.queue} ${clusterOf(job) ?? ''}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ queue: first.queue, cluster: clusterOf(first), jobs: own }];
  });
}

function nodeIdOf(job: Job): string | undefined {
  return 'nodeId' in job.data ? job.data.nodeId : undefined;
}

async function clustersOf(db: Statements, nodeIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.executeSql(`select id, state ->> 'cluster' as cluster from nodes where id = any($1)`, [
    nodeIds,
  ]);
  return new Map((rows as { id: string; cluster: string }[]).map(({ id, cluster }) => [id, cluster]));
}
