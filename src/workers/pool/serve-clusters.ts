import { pause, type Clock } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { parseStoredName, QUEUE_POLICIES, type QueueName } from '../../jobs/catalogue.ts';
import type { JobQueue } from '../../jobs/queue.ts';
import type { Logger } from '../../logger.ts';
import type { EventStore } from '../../store/event-store.ts';
import { serves, type Binding } from './binding.ts';

/** A look all the same, for what no signal tells: jobs that are left of clusters without nodes. */
const POLL_MS = 30_000;
const RETRY_MS = 1_000;

export interface ClusterService {
  readonly store: Pick<EventStore, 'rows' | 'touched'>;
  readonly queue: Pick<JobQueue, 'names'>;
  readonly binding: Binding;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Begins to take a queue's jobs of one cluster. */
  readonly work: (queue: QueueName, cluster: string) => Promise<void>;
  readonly pollMs?: number;
}

/**
 * Takes the jobs at nodes: of the clusters that the worker is bound to, or of all, those that come later too. A cluster's
 * queues are taken when its first node is there, so that its first job is not waited for. Resolves when those of the
 * present are; `done` is over when the signal aborts.
 */
export async function serveClusters(service: ClusterService): Promise<{ readonly done: Promise<void> }> {
  const { binding } = service;
  const own = binding.queues.filter((queue) => QUEUE_POLICIES[queue].perNode !== undefined);
  const taken = new Set<string>();
  const take = async (cluster: string): Promise<void> => {
    if (taken.has(cluster) || !serves(binding, cluster)) return;
    for (const queue of own) {
      if (taken.has(`${queue} ${cluster}`)) continue;
      await service.work(queue, cluster);
      taken.add(`${queue} ${cluster}`);
    }
    taken.add(cluster);
  };
  for (const cluster of binding.clusters) await take(cluster);
  if (binding.clusters.length > 0 || own.length === 0) return { done: Promise.resolve() };
  const first = Promise.withResolvers<void>();
  const done = follow(service, take, first.resolve);
  await Promise.race([first.promise, done]);
  return { done };
}

/** Looks at once, and whenever a node may have come; tells of the first look. */
async function follow(
  service: ClusterService,
  take: (cluster: string) => Promise<void>,
  looked: () => void,
): Promise<void> {
  const { store, clock, log, signal, pollMs = POLL_MS } = service;
  for await (const _ of store.touched({ kind: 'node', pollMs, signal })) {
    while (!signal.aborted) {
      try {
        for (const cluster of await presentClusters(service)) await take(cluster);
        break;
      } catch (error) {
        log.warn('the clusters could not be read; looking again', { error: String(error) });
        await pause(clock, RETRY_MS, signal);
      }
    }
    looked();
  }
}

/** Those of nodes, and those that have only jobs left. */
async function presentClusters({ store, queue }: ClusterService): Promise<ReadonlySet<string>> {
  const nodes = await store.rows<NodeState>('nodes', { removed: 'false' });
  const names = (await queue.names()).flatMap((name) => parseStoredName(name)?.cluster ?? []);
  return new Set([...nodes.map(({ state }) => state.cluster), ...names]);
}
