import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { QueueName } from '../../src/jobs/catalogue.ts';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue.ts';
import { jobsFor } from '../../src/jobs/reactions.ts';
import { createLogger } from '../../src/logger.ts';
import { UNBOUND, type Binding } from '../../src/workers/pool/binding.ts';
import { serveClusters } from '../../src/workers/pool/serve-clusters.ts';
import { command, testStore, type TestStore } from '../support/store.ts';
import { until } from '../support/until.ts';

/** Whoever waits for the poll fails. */
const POLL_MS = 3_600_000;
const DEADLINE_MS = 10_000;
const stack = new AsyncDisposableStack();
let world: TestStore;
let queue: JobQueue;
beforeAll(async () => {
  world = stack.use(await testStore());
  queue = stack.use(await openJobQueue({ url: world.database.url, onError: () => undefined, works: true }));
});
afterAll(() => stack.disposeAsync());

async function register(nodeId: string, cluster: string): Promise<void> {
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster, zone: 'z', labels: {}, capacity };
  await world.store.append(command(`node/${nodeId}`, 'any', [{ type: 'NodeRegistered', data }]));
}

/** A worker's service of clusters, in a process of its own as far as the store goes; it notes what it takes, and what it is given. */
async function serve(stop: AbortSignal, binding: Binding = UNBOUND) {
  const taken: string[] = [];
  const given: string[] = [];
  const work = async (name: QueueName, cluster: string): Promise<void> => {
    await queue.work(name, async (job) => void given.push(`${job.queue}.${job.cluster}`), cluster);
    taken.push(`${name}.${cluster}`);
  };
  const log = createLogger('silent');
  const store = world.another();
  let looks = 0;
  const names = async (): Promise<readonly string[]> => {
    looks += 1;
    return queue.names();
  };
  const { done } = await serveClusters({
    store,
    queue: { names },
    binding,
    clock: systemClock,
    log,
    signal: stop,
    work,
    pollMs: POLL_MS,
  });
  // The second look is that of the connection which hears the signal: after it nothing but the signal tells.
  if (binding === UNBOUND) await until('it listens', DEADLINE_MS, async () => looks === 2);
  return { taken, given, done };
}

test('the queues of the present clusters are taken before the worker says that it works, without a job in them', async () => {
  await register('node_a', 'here');
  const stop = new AbortController();
  const { taken, done } = await serve(stop.signal);
  expect(taken).toEqual(['start.here', 'stop.here', 'smoke.here']);
  stop.abort();
  await done;
});

test('those of a new cluster are taken when its first node is registered, and its first job is begun', async () => {
  const stop = new AbortController();
  const { taken, given, done } = await serve(stop.signal);
  await register('node_b', 'there');
  await until('the queues are taken by the signal', DEADLINE_MS, async () => taken.includes('stop.there'));
  const event = {
    type: 'ReplicaStopping',
    data: { replicaId: 'r', deploymentId: 'd', generation: 1, nodeId: 'node_b', reason: 'scale-down' },
  };
  expect(given).toEqual([]);
  const [recorded] = await world.store.read({ after: (await world.store.head()) - 1, limit: 1 });
  const stopping = jobsFor([{ ...recorded, ...event } as NonNullable<typeof recorded>]);
  await queue.send(stopping.filter((job) => job.queue === 'stop'));
  await until('the job is begun', DEADLINE_MS, async () => given.includes('stop.there'));
  stop.abort();
  await done;
});

test('a node that goes to another cluster brings that cluster; a bound worker takes its own alone', async () => {
  const stop = new AbortController();
  const unbound = await serve(stop.signal);
  const bound = await serve(stop.signal, { ...UNBOUND, clusters: ['elsewhere'] });
  await register('node_b', 'moved');
  await until('it is taken', DEADLINE_MS, async () => unbound.taken.includes('start.moved'));
  expect(bound.taken).toEqual(['start.elsewhere', 'stop.elsewhere', 'smoke.elsewhere']);
  stop.abort();
  await Promise.all([unbound.done, bound.done]);
});
