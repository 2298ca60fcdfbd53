import { fromKysely, PgBoss, type JobInsert } from 'pg-boss';

import type { Tx } from '../postgres/database.ts';
import { DEAD_LETTER_QUEUE, JOB_DATA, QUEUE_POLICIES, type Job, type JobData, type QueueName } from './catalogue.ts';

/** The schema that the queues live in. */
export const QUEUE_SCHEMA = 'pgboss';
/** Seconds between looks at a queue while NOTIFY works; it is the truth, NOTIFY the hint. */
const POLL_SECONDS = 1;
/** Seconds that completed jobs are kept. */
const KEEP_COMPLETED_SECONDS = 600;

/** One attempt at a job, in a worker's hands. */
export interface ActiveJob<Q extends QueueName> {
  readonly id: string;
  readonly queue: Q;
  /** Counts attempts from 0. With the id it names this attempt and no other. */
  readonly attempt: number;
  readonly data: JobData<Q>;
  /** Aborts when the attempt has expired or the process is stopping. */
  readonly signal: AbortSignal;
}

export type JobHandler<Q extends QueueName> = (job: ActiveJob<Q>) => Promise<void>;

/** The job queues. pg-boss carries them; nothing outside this folder knows it. */
export interface JobQueue extends AsyncDisposable {
  /** Sends jobs in the caller's transaction. */
  sendIn(tx: Tx, jobs: readonly Job[]): Promise<void>;
  /** Sends jobs at once. */
  send(jobs: readonly Job[]): Promise<void>;
  /** Carries out jobs of a queue until disposed. A handler that throws sends the job back for a retry. */
  work<Q extends QueueName>(queue: Q, handler: JobHandler<Q>): Promise<void>;
  /** Hands attempts back whose worker is gone: they are retried at once by whoever is free. */
  handBack(queue: string, attempts: readonly { readonly id: string; readonly attempt: number }[]): Promise<void>;
}

export interface JobQueueOptions {
  readonly url: string;
  readonly onError: (error: Error) => void;
  /** False for a process that only sends, and for tests that want no maintenance to interfere. */
  readonly works: boolean;
}

/** Starts pg-boss, which creates or upgrades its schema, and declares the catalogue's queues. */
export async function openJobQueue({ url, onError, works }: JobQueueOptions): Promise<JobQueue> {
  const boss = new PgBoss({
    connectionString: url,
    schema: QUEUE_SCHEMA,
    application_name: 'deploy-svc jobs',
    max: works ? 8 : 2,
    useListenNotify: works,
    supervise: works,
    schedule: false,
    monitorIntervalSeconds: 10,
    superviseIntervalSeconds: 10,
    registerInstance: false,
  });
  boss.on('error', onError);
  await boss.start();
  await declareQueues(boss);
  return {
    sendIn: (tx, jobs) => insert(boss, jobs, { db: fromKysely(tx) }),
    send: (jobs) => insert(boss, jobs, {}),
    work: (queue, handler) => work(boss, queue, handler),
    async handBack(queue, attempts) {
      const lost = attempts.map(({ id, attempt }) => ({ id, retryCount: attempt }));
      await boss.fail(queue, lost, { message: 'the worker that had it is gone' });
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: true, timeout: 10_000, close: true }),
  };
}

async function declareQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(DEAD_LETTER_QUEUE);
  for (const [name, { concurrency: _, ...policy }] of Object.entries(QUEUE_POLICIES)) {
    await boss.createQueue(name, {
      ...policy,
      retryBackoff: true,
      deleteAfterSeconds: KEEP_COMPLETED_SECONDS,
      deadLetter: DEAD_LETTER_QUEUE,
      notify: true,
    });
  }
}

async function insert(
  boss: PgBoss,
  jobs: readonly Job[],
  options: { db?: ReturnType<typeof fromKysely> },
): Promise<void> {
  const byQueue = Map.groupBy(jobs, ({ queue }) => queue);
  for (const [queue, own] of byQueue) {
    await boss.insert(queue, own.map(toInsert), options);
  }
}

function toInsert({ data, key, startAfter }: Job): JobInsert {
  return {
    data,
    ...(key === undefined ? {} : { singletonKey: key }),
    ...(startAfter === undefined ? {} : { startAfter }),
  };
}

async function work<Q extends QueueName>(boss: PgBoss, queue: Q, handler: JobHandler<Q>): Promise<void> {
  const options = {
    batchSize: 1,
    localConcurrency: QUEUE_POLICIES[queue].concurrency,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: POLL_SECONDS,
  };
  await boss.work<unknown>(queue, options, async ([job]) => {
    if (job === undefined) return;
    const { id, retryCount: attempt, signal } = job;
    // What is in the queue was written by `toInsert`, or by an older release: parse it.
    const data = JOB_DATA[queue].parse(job.data) as JobData<Q>;
    await handler({ id, queue, attempt, data, signal });
  });
}
