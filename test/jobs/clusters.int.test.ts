import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { QUEUE_POLICIES, type Job } from '../../src/jobs/catalogue.ts';
import { handBackOrphans } from '../../src/jobs/orphans.ts';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue.ts';
import type { Database } from '../../src/postgres/database.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { queryRows } from '../support/database.ts';
import { command, testStore, type TestStore } from '../support/store.ts';
import { until } from '../support/until.ts';

const stack = new AsyncDisposableStack();
let world: TestStore;
let database: Database;
let queue: JobQueue;
let other: JobQueue;
beforeAll(async () => {
  world = stack.use(await testStore());
  ({ database } = world);
  await register('node_a', 'east');
  await register('node_b', 'east');
  await register('node_c', 'west');
});
afterAll(() => stack.disposeAsync());

/** Queues of two processes; what one test works on, the next must not. */
beforeEach(async () => {
  const open = (): Promise<JobQueue> => openJobQueue({ url: database.url, onError: () => undefined, works: true });
  [queue, other] = await Promise.all([open(), open()]);
  await queryRows(database, 'delete from pgboss.job; delete from workers; delete from claims');
  return async () => {
    await Promise.all([queue[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
  };
});

async function register(nodeId: string, cluster: string): Promise<void> {
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster, zone: 'z', labels: {}, capacity };
  const event: DomainEvent = { type: 'NodeRegistered', data };
  await world.store.append(command(`node/${nodeId}`, 'any', [event]));
}

const start = (nodeId: string, replicaId: string): Job => ({
  queue: 'start',
  data: { nodeId, replicas: [{ replicaId, generation: 1, cause: { correlationId: 'test' } }] },
});

const waiting = async (): Promise<readonly string[]> =>
  (await queryRows(database, "select name from pgboss.job where state < 'active' order by name")).map(({ name }) =>
    String(name),
  );

test('work at a node goes to the queue of its cluster as it is now, and waits to be routed where the node is not known', async () => {
  await queue.send([start('node_a', 'r-1'), start('node_c', 'r-2'), start('nobody', 'r-3')]);
  expect(await waiting()).toEqual(['start', 'start.east', 'start.west']);
  await register('node_a', 'west');
  await queue.send([start('node_a', 'r-4')]);
  expect(await waiting()).toEqual(['start', 'start.east', 'start.west', 'start.west']);
  await register('node_a', 'east');
});

test('whoever works for one cluster gets no job of another', async () => {
  const got: string[] = [];
  await queue.work('start', async ({ data, cluster }) => void got.push(`${cluster} ${data.nodeId}`), 'east');
  await queue.send([start('node_c', 'r-1'), start('node_b', 'r-2'), start('node_a', 'r-3')]);
  await until('both jobs of the east are done', 5_000, async () => got.length === 2);
  expect(got.toSorted()).toEqual(['east node_a', 'east node_b']);
  expect(await waiting()).toEqual(['start.west']);
});

test('of one node so many jobs are in hand at once over all workers; others pass them by', async () => {
  const { perNode = 0, concurrency } = QUEUE_POLICIES.start;
  const inHand = new Map<string, number>();
  let most = 0;
  const hung = Promise.withResolvers<void>();
  const passed: string[] = [];
  const handle: Parameters<typeof queue.work<'start'>>[1] = async ({ data }) => {
    const now = (inHand.get(data.nodeId) ?? 0) + 1;
    inHand.set(data.nodeId, now);
    if (data.nodeId === 'node_b') return void passed.push(data.nodeId);
    most = Math.max(most, now);
    await hung.promise;
    inHand.set(data.nodeId, (inHand.get(data.nodeId) ?? 0) - 1);
  };
  await queue.send(Array.from({ length: 3 * concurrency }, (_, index) => start('node_a', `r-${index}`)));
  await Promise.all([queue.work('start', handle, 'east'), other.work('start', handle, 'east')]);
  await until('the hung node has its share', 5_000, async () => (inHand.get('node_a') ?? 0) >= perNode);
  await queue.send(Array.from({ length: 5 }, (_, index) => start('node_b', `s-${index}`)));
  await until('the other node is served', 5_000, async () => passed.length === 5);
  // Two that fetch at the very same moment may both see the last free place.
  expect(most).toBeLessThanOrEqual(perNode + 1);
  hung.resolve();
  await until('all is done', 15_000, async () => (await waiting()).length === 0);
});

test('what a dead worker had of a cluster goes back to that cluster', async () => {
  await queue.send([start('node_c', 'r')]);
  await queryRows(database, "update pgboss.job set state = 'active', started_on = now() - interval '5 seconds'");
  expect(await handBackOrphans(database.db, queue, { claimSeconds: 1, abandoned: [] })).toMatchObject([
    { queue: 'start.west', attempt: 0, last: false },
  ]);
  expect(await waiting()).toEqual(['start.west']);
});
