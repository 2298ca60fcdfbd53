import { fromKysely, PgBoss, type JobInsert } from 'pg-boss';

import type { Tx } from '../postgres/database.ts';
import { DEAD_LETTER_QUEUE, JOB_DATA, QUEUE_POLICIES, type Job, type JobData, type QueueName } from './catalogue.ts';

/** The schema that the queues live in. */
export const QUEUE_SCHEMA = 'pgboss';
/** Seconds between looks at a queue while NOTIFY works; it is the truth, NOTIFY the hint. */
const POLL_SECONDS = 1;
/** For jobs that are still in hand at the end. A worker has given them their time before. */
const STOP_MS = 3_000;
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
  /** Carries out jobs of a queue until `rest` or disposal. A handler that throws sends the job back for a retry. */
  work<Q extends QueueName>(queue: Q, handler: JobHandler<Q>): Promise<void>;
  /** Takes no more jobs and waits until those in hand are done. */
  rest(): Promise<void>;
  /** Fails attempts whose worker is gone, in the caller's transaction. Those that were settled in the meantime stay as they are. */
  failIn(tx: Tx, queue: QueueName, attempts: readonly AttemptId[]): Promise<void>;
  /** Has this process look for jobs of a queue now. */
  wake(queue: QueueName): void;
}

/** Names one attempt at a job. */
export interface AttemptId {
  readonly id: string;
  readonly attempt: number;
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
  try {
    await declareQueues(boss);
  } catch (error) {
    await boss.stop({ graceful: false, close: true });
    throw error;
  }
  const slots = new Map<QueueName, readonly string[]>();
  return {
    sendIn: (tx, jobs) => insert(boss, jobs, { db: fromKysely(tx) }),
    send: (jobs) => insert(boss, jobs, {}),
    async work(queue, handler) {
      slots.set(queue, await work(boss, queue, handler));
    },
    async rest() {
      await Promise.all([...slots.keys()].map((queue) => boss.offWork(queue, { wait: true })));
    },
    async failIn(tx, queue, attempts) {
      const lost = attempts.map(({ id, attempt }) => ({ id, retryCount: attempt }));
      await boss.fail(queue, lost, { message: 'the worker that had it is gone' }, { db: fromKysely(tx) });
    },
    wake(queue) {
      for (const slot of slots.get(queue) ?? []) boss.notifyWorker(slot);
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: true, timeout: STOP_MS, close: true }),
  };
}

/** Creates what is missing and brings the settings of what is there up to date: creating leaves those as they were. */
async function declareQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(DEAD_LETTER_QUEUE);
  for (const [name, { concurrency: _, policy, ...retries }] of Object.entries(QUEUE_POLICIES)) {
    const settings = {
      ...retries,
      retryBackoff: true,
      deleteAfterSeconds: KEEP_COMPLETED_SECONDS,
      deadLetter: DEAD_LETTER_QUEUE,
      notify: true,
    };
    await boss.createQueue(name, { ...settings, policy });
    await boss.updateQueue(name, settings);
    const stored = await boss.getQueue(name);
    if (stored?.policy !== policy) {
      throw new Error(
        `queue ${name} has the policy ${stored?.policy}, which cannot become ${policy}: give it a new name`,
      );
    }
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

/** Starts as many slots as the queue allows, each with one job at a time. Returns their names. */
async function work<Q extends QueueName>(boss: PgBoss, queue: Q, handler: JobHandler<Q>): Promise<readonly string[]> {
  const count = QUEUE_POLICIES[queue].concurrency;
  return Promise.all(Array.from({ length: count }, () => openSlot(boss, queue, handler)));
}

async function openSlot<Q extends QueueName>(boss: PgBoss, queue: Q, handler: JobHandler<Q>): Promise<string> {
  const options = { batchSize: 1, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: POLL_SECONDS };
  const slot = await boss.work<unknown>(queue, options, async ([job]) => {
    if (job === undefined) return;
    const { id, retryCount: attempt, signal } = job;
    try {
      // What is in the queue was written by `toInsert`, or by an older release: parse it.
      const data = JOB_DATA[queue].parse(job.data) as JobData<Q>;
      await handler({ id, queue, attempt, data, signal });
    } finally {
      // Where one job was there may be more: without this a slot rests until its next look, and a backlog drains by one per second.
      boss.notifyWorker(slot);
    }
  });
  return slot;
}
