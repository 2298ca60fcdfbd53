import { QUEUE_POLICIES, type QueueName } from '../../jobs/catalogue.ts';

/** The part of the work that one worker process takes: the pool that it belongs to. */
export interface Binding {
  /** It starts, stops and watches nodes of these clusters only; empty: of all, also of those that come later. */
  readonly clusters: readonly string[];
  readonly queues: readonly QueueName[];
  /** Whether it watches nodes. */
  readonly watches: boolean;
}

/** Takes everything. */
export const UNBOUND: Binding = { clusters: [], queues: Object.keys(QUEUE_POLICIES) as QueueName[], watches: true };

/** Whether nodes of this cluster are the worker's business. */
export function serves({ clusters }: Pick<Binding, 'clusters'>, cluster: string): boolean {
  return clusters.length === 0 || clusters.includes(cluster);
}
