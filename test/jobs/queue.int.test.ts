import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { DEAD_LETTER_QUEUE, QUEUE_POLICIES, type Job } from '../../src/jobs/catalogue.ts';
import { handBackOrphans } from '../../src/jobs/orphans.ts';
import { openJobQueue, type ActiveJob, type JobQueue } from '../../src/jobs/queue.ts';
import { openDatabase, sql, type Database } from '../../src/postgres/database.ts';
import { AttemptPassed, claim, forgetEnded } from '../../src/workers/claims.ts';
import { queryRows } from '../support/database.ts';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const stack = new AsyncDisposableStack();
let database: Database;
let url: string;
beforeAll(async () => {
  ({ url } = stack.use(await freshDatabase()));
  database = stack.use(openDatabase({ url, applicationName: 'test', onError: () => undefined }));
  await using _declared = await openQueue();
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  await queryRows(database, 'delete from pgboss.job; delete from workers; delete from claims');
});

function openQueue(works = true): Promise<JobQueue> {
  return openJobQueue({ url, onError: () => undefined, works });
}

const cause = { correlationId: 'test' };
const register = (replicaId: string): Job => ({
  queue: 'register',
  data: { replicas: [{ replicaId, generation: 1, cause }] },
});
const plan = (deploymentId: string): Job => ({ queue: 'plan', key: deploymentId, data: { deploymentId, cause } });

const jobs = (columns: string) => queryRows(database, `select ${columns} from pgboss.job order by name, created_on`);

/** Makes a job look as if a worker had fetched it so many seconds ago. */
async function activate(seconds: number): Promise<ActiveJob<'register'>> {
  const [row] = await queryRows(
    database,
    `update pgboss.job set state = 'active', started_on = now() - interval '${seconds} seconds' returning id, retry_count`,
  );
  const data = { replicas: [{ replicaId: 'r', generation: 1, cause }] };
  const signal = new AbortController().signal;
  return { id: String(row?.['id']), queue: 'register', attempt: Number(row?.['retry_count']), data, signal };
}

test('a backlog is worked off without pauses', async () => {
  await using queue = await openQueue();
  await queue.send(Array.from({ length: 60 }, (_, index) => register(`r-${index}`)));
  const done = Promise.withResolvers<void>();
  let count = 0;
  const started = performance.now();
  await queue.work('register', async () => {
    count += 1;
    if (count === 60) done.resolve();
  });
  await done.promise;
  // By polls alone: one job per slot and second, half a minute.
  expect(performance.now() - started).toBeLessThan((60 / QUEUE_POLICIES.register.concurrency) * 1_000 * 0.5);
});

test('what a dead worker had is begun again at once, whatever its back-off would be', async () => {
  await using queue = await openQueue();
  await queue.send([register('r')]);
  await queryRows(database, 'update pgboss.job set retry_count = 4');
  await activate(2);
  const begun = Promise.withResolvers<number>();
  await queue.work('register', async ({ attempt }) => begun.resolve(attempt));
  const from = performance.now();
  expect(await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [] })).toHaveLength(1);
  expect(await begun.promise).toBe(5);
  expect(performance.now() - from).toBeLessThan(1_500);
});

test('a job whose worker may still be about to claim it is left alone, unless that worker is known to be dead', async () => {
  await using queue = await openQueue(false);
  await queue.send([register('r')]);
  const { id } = await activate(0);
  expect(await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [] })).toEqual([]);
  const handed = await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [id] });
  expect(handed).toEqual([{ queue: 'register', id, attempt: 0, last: false }]);
});

test('a claim and a hand-back exclude each other', async () => {
  await using queue = await openQueue(false);
  await queryRows(database, "insert into workers (id, host, pid) values ('wrk_a', 'h', 1)");
  await queue.send([register('r')]);
  const job = await activate(2);
  await claim(database.db, { workerId: 'wrk_a' }, job);
  expect(await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [job.id] })).toEqual([]);
  await queryRows(database, 'delete from claims');
  expect(await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [] })).toHaveLength(1);
  await expect(claim(database.db, { workerId: 'wrk_a' }, job)).rejects.toThrow(AttemptPassed);
});

test('a claim that is being written keeps its job from being handed back', async () => {
  await using queue = await openQueue(false);
  await queryRows(database, "insert into workers (id, host, pid) values ('wrk_a', 'h', 1)");
  await queue.send([register('r')]);
  const job = await activate(2);
  await database.db.transaction().execute(async (tx) => {
    await claim(tx, { workerId: 'wrk_a' }, job);
    expect(await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [] })).toEqual([]);
  });
  expect(await jobs('state')).toEqual([{ state: 'active' }]);
});

test('claims are forgotten when their job has ended, and not before', async () => {
  await using queue = await openQueue(false);
  await queryRows(database, "insert into workers (id, host, pid) values ('wrk_a', 'h', 1)");
  await queue.send([register('r')]);
  await claim(database.db, { workerId: 'wrk_a' }, await activate(2));
  await forgetEnded(database.db);
  expect(await queryRows(database, 'select attempt from claims')).toEqual([{ attempt: 0 }]);
  await queryRows(database, "update pgboss.job set state = 'completed', completed_on = now()");
  await forgetEnded(database.db);
  expect(await queryRows(database, 'select attempt from claims')).toEqual([]);
});

test('a job that fails for good is kept as a dead letter, with its queue and its error', async () => {
  await using queue = await openQueue();
  await queue.send([register('r')]);
  await queryRows(database, 'update pgboss.job set retry_limit = 0');
  await queue.work('register', async () => {
    throw new Error('hopeless');
  });
  const dead = () =>
    queryRows(
      database,
      `select source_name, source_output ->> 'message' as message, data #>> '{replicas,0,replicaId}' as replica, state from pgboss.job where name = '${DEAD_LETTER_QUEUE}'`,
    );
  await until('the job is a dead letter', 10_000, async () => (await dead()).length > 0);
  expect(await dead()).toEqual([{ source_name: 'register', message: 'hopeless', replica: 'r', state: 'created' }]);
});

test('of one deployment there is one plan under way and one waiting, and a retry beside them is not stuck', async () => {
  await using queue = await openQueue();
  await queue.send([plan('d'), plan('d'), plan('other')]);
  expect(await jobs('state')).toEqual([{ state: 'created' }, { state: 'created' }]);
  let underWay = 0;
  let most = 0;
  const attempts: number[] = [];
  await queue.work('plan', async ({ data, attempt }) => {
    if (data.deploymentId !== 'd') return;
    underWay += 1;
    most = Math.max(most, underWay);
    // One more for the same deployment, while this one is under way; its first attempt fails.
    if (attempts.push(attempt) === 1) await queue.send([plan('d'), plan('d')]);
    await systemClock.sleep(50);
    underWay -= 1;
    if (attempts.length === 1) throw new Error('once');
  });
  const open = async () => (await jobs('state')).every(({ state }) => state === 'completed');
  await until('no plan is left', 15_000, open);
  expect(most).toBe(1);
  expect(attempts).toHaveLength(3);
  expect(Math.max(...attempts)).toBe(1);
});

test("a queue's settings follow the catalogue", async () => {
  await queryRows(
    database,
    "update pgboss.queue set retry_limit = 1, heartbeat_seconds = 99, dead_letter = null where name = 'stop'",
  );
  await using _reopened = await openQueue(false);
  const { rows } = await sql`
    select retry_limit, heartbeat_seconds, dead_letter from pgboss.queue where name = 'stop'
  `.execute(database.db);
  const { retryLimit, heartbeatSeconds } = QUEUE_POLICIES.stop;
  expect(rows).toEqual([
    { retry_limit: retryLimit, heartbeat_seconds: heartbeatSeconds, dead_letter: DEAD_LETTER_QUEUE },
  ]);
});

test('a queue whose policy cannot follow the catalogue stops the start, in words', async () => {
  await queryRows(database, "update pgboss.queue set policy = 'standard' where name = 'plan'");
  try {
    await expect(openQueue(false)).rejects.toThrow('queue plan has the policy standard, which cannot become stately');
  } finally {
    await queryRows(database, "update pgboss.queue set policy = 'stately' where name = 'plan'");
  }
});
