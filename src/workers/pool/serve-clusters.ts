import { pause, type Clock } from '../../clock.ts';
import { parseStoredName, QUEUE_POLICIES, type QueueName } from '../../jobs/catalogue.ts';
import type { JobQueue } from '../../jobs/queue.ts';
import type { Logger } from '../../logger.ts';
import { serves, type Binding } from './binding.ts';

/** How soon a worker finds the first job of a cluster that is new to it. */
const LOOK_MS = 1_000;

export interface ClusterService {
  readonly queue: JobQueue;
  readonly binding: Binding;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Begins to take a queue's jobs of one cluster. */
  readonly work: (queue: QueueName, cluster: string) => Promise<void>;
}

/** Takes the jobs at nodes: of the clusters that the worker is bound to, or of all, those that come later too. */
export async function serveClusters(service: ClusterService): Promise<void> {
  const { binding, clock, log, signal } = service;
  const own = binding.queues.filter((queue) => QUEUE_POLICIES[queue].perNode !== undefined);
  const taken = new Set<string>();
  const take = async (queue: QueueName, cluster: string): Promise<void> => {
    const key = `${queue} ${cluster}`;
    if (taken.has(key)) return;
    await service.work(queue, cluster);
    taken.add(key);
  };
  for (const cluster of binding.clusters) for (const queue of own) await take(queue, cluster);
  while (binding.clusters.length === 0 && own.length > 0 && !signal.aborted) {
    try {
      for (const { queue, cluster } of await clusterQueues(service))
        if (own.includes(queue)) await take(queue, cluster);
    } catch (error) {
      log.warn('the queues of clusters could not be read; looking again', { error: String(error) });
    }
    await pause(clock, LOOK_MS, signal);
  }
}

async function clusterQueues({
  queue,
  binding,
}: ClusterService): Promise<readonly { readonly queue: QueueName; readonly cluster: string }[]> {
  return (await queue.names()).flatMap((name) => {
    const parsed = parseStoredName(name);
    if (parsed?.cluster === undefined || !serves(binding, parsed.cluster)) return [];
    return [{ queue: parsed.queue, cluster: parsed.cluster }];
  });
}
