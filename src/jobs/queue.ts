import { fromKysely, PgBoss, type JobInsert, type QueueResult } from 'pg-boss';

import type { Tx } from '../postgres/database.ts';
import {
  DEAD_LETTER_QUEUE,
  JOB_DATA,
  QUEUE_POLICIES,
  storedName,
  type Job,
  type JobData,
  type QueueName,
} from './catalogue.ts';
import { openDueLooks, type DueLooks } from './due-looks.ts';
import { routed, type Routed } from './routing.ts';
import { openSlots, type Slots } from './slots.ts';

/** The schema that the queues live in. */
export const QUEUE_SCHEMA = 'pgboss';
/** Between looks at a queue: they are the truth, NOTIFY is the hint. */
const LOOK_MS = 1_000;
/** Seconds between the looks of a slot that nobody wakes: one for all of a queue's slots is enough, and is what `LOOK_MS` is for. */
const OWN_LOOK_SECONDS = 30;
/** Connections of its own. */
const MOST_CONNECTIONS = 4;
/** For jobs that are still in hand at the end. A worker has given them their time before. */
const STOP_MS = 3_000;
/** Seconds that completed jobs are kept. */
const KEEP_COMPLETED_SECONDS = 600;

/** One attempt at a job, in a worker's hands. */
export interface ActiveJob<Q extends QueueName> {
  readonly id: string;
  readonly queue: Q;
  /** The cluster whose queue it came from; absent for a queue that has none, and for jobs that have still to be routed. */
  readonly cluster?: string | undefined;
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
  /**
   * Carries out jobs of a queue, or of one cluster's queue, until `rest` or disposal. A handler that throws sends the job
   * back for a retry.
   */
  work<Q extends QueueName>(queue: Q, handler: JobHandler<Q>, cluster?: string): Promise<void>;
  /** The stored names of all queues: those of clusters come with the first job for one of their nodes. */
  names(): Promise<readonly string[]>;
  /** Takes no more jobs and waits until those in hand are done. */
  rest(): Promise<void>;
  /** Fails attempts whose worker is gone, in the caller's transaction. Those that were settled in the meantime stay as they are. */
  failIn(tx: Tx, name: string, attempts: readonly AttemptId[]): Promise<void>;
  /** Has this process look for jobs of a queue, by its stored name, now. */
  wake(name: string): void;
  /** How many jobs each queue has, by its stored name, as the queues' own monitor counted them last: seconds old, and free. */
  counts(): Promise<readonly QueueCount[]>;
  /** Sends dead letters back to the queues that they came from, with all their attempts anew. Returns how many were there to be sent. */
  retryDead(ids: readonly string[]): Promise<number>;
}

export interface QueueCount {
  readonly name: string;
  /** To be begun now, and later. */
  readonly ready: number;
  readonly deferred: number;
  readonly active: number;
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
async function startBoss({ url, onError, works }: JobQueueOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: url,
    schema: QUEUE_SCHEMA,
    application_name: 'deploy-svc jobs',
    max: works ? MOST_CONNECTIONS : 2,
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
  return boss;
}

/** The queues, with those of the catalogue declared. */
export async function openJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const boss = await startBoss(options);
  const queues = new Map<string, Slots>();
  const looks = setInterval(() => queues.forEach((slots) => slots.look()), LOOK_MS).unref();
  const wake = (name: string): void => queues.get(name)?.look();
  const dueLooks = openDueLooks(wake);
  const { declare, insert } = senderOf(boss, dueLooks);
  return {
    sendIn: (tx, jobs) => insert(jobs, fromKysely(tx)),
    send: (jobs) => insert(jobs, boss.getDb()),
    async work(queue, handler, cluster) {
      const name = await declare(queue, cluster);
      const slots = openSlots((id) => boss.notifyWorker(id));
      queues.set(name, slots);
      await work(boss, { queue, cluster }, slots, handler);
    },
    names: async () => (await boss.getQueues()).map(({ name }) => name),
    async rest() {
      clearInterval(looks);
      await Promise.all([...queues.keys()].map((name) => boss.offWork(name, { wait: true })));
    },
    async failIn(tx, name, attempts) {
      const lost = attempts.map(({ id, attempt }) => ({ id, retryCount: attempt }));
      await boss.fail(name, lost, { message: 'the worker that had it is gone' }, { db: fromKysely(tx) });
    },
    wake,
    counts: async () => (await boss.getQueues()).map(toCount),
    async retryDead(ids) {
      if (ids.length === 0) return 0;
      const sent = await boss.redrive(DEAD_LETTER_QUEUE, { ids: [...ids], limit: ids.length });
      for (const name of queues.keys()) wake(name);
      return sent;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(looks);
      dueLooks[Symbol.dispose]();
      await boss.stop({ graceful: true, timeout: STOP_MS, close: true });
    },
  };
}

function toCount({ name, readyCount, deferredCount, activeCount }: QueueResult): QueueCount {
  return { name, ready: readyCount, deferred: deferredCount, active: activeCount };
}

type Db = ReturnType<typeof fromKysely>;

interface Sender {
  /** Has the queue, or the cluster's part of it, made where it is not there yet. Returns its stored name. */
  readonly declare: (queue: QueueName, cluster: string | undefined) => Promise<string>;
  readonly insert: (jobs: readonly Job[], db: Db) => Promise<void>;
}

/** A cluster's queue is made by whoever needs it first. */
function senderOf(boss: PgBoss, dueLooks: DueLooks): Sender {
  const declared = new Set<string>(Object.keys(QUEUE_POLICIES));
  const declare: Sender['declare'] = async (queue, cluster) => {
    const name = storedName(queue, cluster);
    if (!declared.has(name)) await declareQueue(boss, name, queue);
    declared.add(name);
    return name;
  };
  return {
    declare,
    async insert(jobs, db) {
      for (const own of await routed(db, jobs)) {
        const name = await declare(own.queue, own.cluster);
        await boss.insert(name, own.jobs.map(toInsert), { db });
        for (const { startAfter } of own.jobs) if (startAfter !== undefined) dueLooks.at(name, startAfter);
      }
    },
  };
}

/** Creates what is missing and brings the settings of what is there up to date: creating leaves those as they were. */
async function declareQueues(boss: PgBoss): Promise<void> {
  const stored = new Map((await boss.getQueues()).map((each) => [each.name, each]));
  if (!stored.has(DEAD_LETTER_QUEUE)) await boss.createQueue(DEAD_LETTER_QUEUE);
  for (const name of Object.keys(QUEUE_POLICIES) as QueueName[]) {
    if (!isDeclared(stored.get(name), name)) await declareQueue(boss, name, name);
  }
}

/** A process that starts beside others finds the queues as it wants them. */
function isDeclared(stored: QueueResult | undefined, queue: QueueName): boolean {
  if (stored === undefined) return false;
  const wanted = Object.entries({ ...settingsOf(queue), policy: QUEUE_POLICIES[queue].policy });
  return wanted.every(([setting, value]) => stored[setting as keyof QueueResult] === value);
}

function settingsOf(queue: QueueName) {
  const { concurrency: _, perNode: __, policy: ___, ...retries } = QUEUE_POLICIES[queue];
  return {
    ...retries,
    retryBackoff: true,
    deleteAfterSeconds: KEEP_COMPLETED_SECONDS,
    deadLetter: DEAD_LETTER_QUEUE,
    notify: true,
  };
}

async function declareQueue(boss: PgBoss, name: string, queue: QueueName): Promise<void> {
  const { policy } = QUEUE_POLICIES[queue];
  const settings = settingsOf(queue);
  await boss.createQueue(name, { ...settings, policy });
  await boss.updateQueue(name, settings);
  const stored = await boss.getQueue(name);
  if (stored?.policy !== policy) {
    throw new Error(
      `queue ${name} has the policy ${stored?.policy}, which cannot become ${policy}: give it a new name`,
    );
  }
}

function toInsert({ data, key, startAfter, nodeId }: Routed): JobInsert {
  return {
    data,
    ...(key === undefined ? {} : { singletonKey: key }),
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(nodeId === undefined ? {} : { group: { id: nodeId } }),
  };
}

/** A queue, or one cluster's part of it. */
interface Source<Q extends QueueName> {
  readonly queue: Q;
  readonly cluster: string | undefined;
}

/** Starts as many slots as the queue allows. */
async function work<Q extends QueueName>(
  boss: PgBoss,
  source: Source<Q>,
  slots: Slots,
  handler: JobHandler<Q>,
): Promise<void> {
  const { concurrency, perNode } = QUEUE_POLICIES[source.queue];
  // What has still to be routed is only passed on.
  const count = perNode !== undefined && source.cluster === undefined ? 1 : concurrency;
  await Promise.all(Array.from({ length: count }, () => openSlot(boss, source, slots, handler)));
}

async function openSlot<Q extends QueueName>(
  boss: PgBoss,
  { queue, cluster }: Source<Q>,
  slots: Slots,
  handler: JobHandler<Q>,
): Promise<void> {
  const { perNode } = QUEUE_POLICIES[queue];
  const options = {
    batchSize: 1,
    pollingIntervalSeconds: OWN_LOOK_SECONDS,
    notifyPollingIntervalSeconds: OWN_LOOK_SECONDS,
    ...(perNode === undefined ? {} : { groupConcurrency: perNode }),
  };
  const slot = await boss.work<unknown>(storedName(queue, cluster), options, async ([job]) => {
    if (job === undefined) return;
    const { id, retryCount: attempt, signal } = job;
    slots.begins(slot);
    try {
      // What is in the queue was written by `toInsert`, or by an older release: parse it.
      const data = JOB_DATA[queue].parse(job.data) as JobData<Q>;
      await handler({ id, queue, cluster, attempt, data, signal });
    } finally {
      slots.ends(slot);
    }
  });
  slots.add(slot);
}
