import { parseStoredName, QUEUE_POLICIES, storedName, type QueueName } from '../../jobs/catalogue.ts';
import { serves, type Binding } from './binding.ts';

/** Work that no living worker takes. */
export type Unserved =
  | {
      readonly kind: 'cluster';
      readonly cluster: string;
      /** Of `start`, `stop` and `watch`: what nobody does there. */
      readonly lacks: readonly string[];
      readonly nodes: number;
      readonly jobsWaiting: number;
    }
  | { readonly kind: 'queue'; readonly queue: string; readonly jobsWaiting: number };

interface Worker extends Pick<Binding, 'clusters' | 'watches'> {
  readonly queues: readonly string[];
  readonly alive: boolean;
}

/** What nobody serves: clusters that have nodes or jobs, and queues. `waiting`: jobs by the stored name of their queue. */
export function unservedOf(
  workers: readonly Worker[],
  nodes: readonly { readonly cluster: string }[],
  waiting: ReadonlyMap<string, number>,
): readonly Unserved[] {
  const living = workers.filter(({ alive }) => alive);
  const clusters = new Set([
    ...nodes.map(({ cluster }) => cluster),
    ...[...waiting.keys()].flatMap((name) => parseStoredName(name)?.cluster ?? []),
  ]);
  return [
    ...[...clusters].sort().flatMap((cluster) => {
      const own = nodes.filter((node) => node.cluster === cluster).length;
      return ofCluster(living, cluster, own, waiting);
    }),
    ...queueNames(false)
      .filter((queue) => !living.some(({ queues }) => queues.includes(queue)))
      .map((queue): Unserved => ({ kind: 'queue', queue, jobsWaiting: waiting.get(queue) ?? 0 })),
  ];
}

function ofCluster(
  living: readonly Worker[],
  cluster: string,
  nodes: number,
  waiting: ReadonlyMap<string, number>,
): readonly Unserved[] {
  const there = living.filter((worker) => serves(worker, cluster));
  const idle = queueNames(true).filter((queue) => !there.some(({ queues }) => queues.includes(queue)));
  const lacks = [...idle, ...(nodes === 0 || there.some(({ watches }) => watches) ? [] : ['watch'])];
  if (lacks.length === 0) return [];
  const jobsWaiting = idle.reduce((sum, queue) => sum + (waiting.get(storedName(queue, cluster)) ?? 0), 0);
  return [{ kind: 'cluster', cluster, lacks, nodes, jobsWaiting }];
}

/** The queues that have a part for each cluster, or those that have none. */
function queueNames(perCluster: boolean): readonly QueueName[] {
  const all = Object.keys(QUEUE_POLICIES) as QueueName[];
  return all.filter((queue) => (QUEUE_POLICIES[queue].perNode !== undefined) === perCluster);
}
