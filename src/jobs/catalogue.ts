import { z } from 'zod';

const cause = z.object({
  eventId: z.string().optional(),
  correlationId: z.string(),
  /** The trace that it is part of, where there is one. */
  traceparent: z.string().optional(),
});
/** The event that led to a job, absent where no event did; what the job appends carries it on. */
export type Cause = z.infer<typeof cause>;

const attempt = z.object({ replicaId: z.string(), generation: z.number().int(), cause });
/** One generation of a replica: all that a job says; the handler reads the rest as it is now. */
export type Attempt = z.infer<typeof attempt>;

/** What each queue's jobs carry: ids and generations, never state; and the event that caused them. */
export const JOB_DATA = {
  /** Decide what a deployment needs now. */
  plan: z.object({ deploymentId: z.string(), cause }),
  /** Something that many deployments depend on has changed. */
  replan: z.object({
    reason: z.enum(['definition', 'secret', 'capacity', 'node', 'build', 'sweep']),
    id: z.string(),
    cause,
  }),
  /** Plan a deployment when its back-off is over. */
  wake: z.object({ deploymentId: z.string(), cause }),
  /** Find out which commit a deployment's repository stands for. */
  resolve: z.object({ deploymentId: z.string(), ask: z.number().int(), cause }),
  /** Make an image from a commit, on some node. */
  build: z.object({ buildId: z.string(), cause }),
  /** Bring replicas of one node up. */
  start: z.object({ nodeId: z.string(), replicas: z.array(attempt) }),
  /** Stop and remove the containers of generations that are not wanted any more. */
  stop: z.object({ nodeId: z.string(), replicas: z.array(attempt) }),
  /** Ask replicas of one node whether they answer as they should, before they get requests. */
  smoke: z.object({ nodeId: z.string(), replicas: z.array(attempt) }),
  /** Bring the registry's instances of replicas in line with the replicas. Earlier releases sent one replica by itself. */
  register: z.union([
    z.object({ replicas: z.array(attempt) }),
    attempt.transform((one): { replicas: Attempt[] } => ({ replicas: [one] })),
  ]),
} as const;

export type QueueName = keyof typeof JOB_DATA;

export type JobData<Q extends QueueName> = z.infer<(typeof JOB_DATA)[Q]>;

export type Job = {
  [Q in QueueName]: {
    readonly queue: Q;
    readonly data: JobData<Q>;
    /** At most one queued job per key where the queue's policy says so. */
    readonly key?: string | undefined;
    readonly startAfter?: Date | undefined;
  };
}[QueueName];

/** How one queue treats its jobs. */
export interface QueuePolicy {
  /**
   * `stately`: per key one queued and one active job, so two workers never plan one deployment at the same time.
   * `short`: per key one queued job. `standard`: every job counts.
   */
  readonly policy: 'standard' | 'short' | 'stately';
  readonly retryLimit: number;
  /** Seconds before the first retry; doubles up to `retryDelayMax`. */
  readonly retryDelay: number;
  readonly retryDelayMax: number;
  /** Seconds that one attempt may take. */
  readonly expireInSeconds: number;
  /** Seconds without a sign of life after which an attempt is given up; the worker's own lock is faster, this is the net below it. */
  readonly heartbeatSeconds: number;
  /** Jobs of this queue that one worker process carries out side by side; of each cluster where the queue has one per cluster. */
  readonly concurrency: number;
  /**
   * The work is at a node, so there is one such queue per cluster: a worker that is bound to clusters takes no other's jobs.
   * The number bounds the jobs of one node that are in hand over all workers, so that a node that hangs leaves places to others.
   */
  readonly perNode?: number;
}

const DEFAULTS = { retryDelay: 1, retryDelayMax: 30, heartbeatSeconds: 10 } as const;

export const QUEUE_POLICIES: Readonly<Record<QueueName, QueuePolicy>> = {
  plan: { ...DEFAULTS, policy: 'stately', retryLimit: 50, expireInSeconds: 60, concurrency: 2 },
  replan: { ...DEFAULTS, policy: 'short', retryLimit: 50, expireInSeconds: 60, concurrency: 1 },
  wake: { ...DEFAULTS, policy: 'short', retryLimit: 50, expireInSeconds: 30, concurrency: 1 },
  resolve: { ...DEFAULTS, policy: 'stately', retryLimit: 50, expireInSeconds: 120, concurrency: 2 },
  build: { ...DEFAULTS, policy: 'stately', retryLimit: 50, expireInSeconds: 7_200, concurrency: 2 },
  start: { ...DEFAULTS, policy: 'standard', retryLimit: 5, expireInSeconds: 1_800, concurrency: 8, perNode: 3 },
  stop: { ...DEFAULTS, policy: 'standard', retryLimit: 100, expireInSeconds: 300, concurrency: 8, perNode: 3 },
  smoke: { ...DEFAULTS, policy: 'standard', retryLimit: 20, expireInSeconds: 600, concurrency: 4, perNode: 2 },
  register: { ...DEFAULTS, policy: 'standard', retryLimit: 50, expireInSeconds: 30, concurrency: 1 },
};

/** Where jobs go that have failed for good; they are kept for a person to look at. */
export const DEAD_LETTER_QUEUE = 'dead-letters';

/** The name under which a queue's jobs of one cluster are kept: `start.us-west1`. Without a cluster: jobs that have still to be routed. */
export function storedName(queue: QueueName, cluster?: string): string {
  return cluster === undefined ? queue : `${queue}.${cluster}`;
}

/** The queue and the cluster of a stored name; undefined for what is none of ours. */
export function parseStoredName(
  name: string,
): { readonly queue: QueueName; readonly cluster: string | undefined } | undefined {
  const dot = name.indexOf('.');
  const [queue, cluster] = dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
  return Object.hasOwn(QUEUE_POLICIES, queue) ? { queue: queue as QueueName, cluster } : undefined;
}
