import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { virtualClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { Job } from '../../src/jobs/catalogue.ts';
import type { ActiveJob } from '../../src/jobs/queue.ts';
import { createLogger } from '../../src/logger.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { atNode } from '../../src/workers/pool/node-job.ts';
import { command, testStore, type TestStore } from '../support/store.ts';

let world: TestStore;
const sent: Job[] = [];
let names = 0;
let nodeId = '';
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  names += 1;
  nodeId = `node_${names}`;
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'east', zone: 'z', labels: {}, capacity };
  await append({ type: 'NodeRegistered', data });
});

async function append(event: DomainEvent): Promise<void> {
  await world.store.append(command(`node/${nodeId}`, 'any', [event]));
}

const lose = (): Promise<void> => append({ type: 'NodeLost', data: { nodeId, silentMs: 4_600, reason: 'test' } });

/** Carries a start job out as a worker of another process does, whose polls are never due. */
function carryOut(handle: (signal: AbortSignal) => Promise<void>, cluster = 'east'): Promise<void> {
  const queue = { send: async (jobs: readonly Job[]) => void sent.push(...jobs) };
  const store = world.another({ clock: virtualClock() });
  const deps = { store, queue, log: createLogger('silent') } as unknown as WorkerDeps;
  const data = { nodeId, replicas: [] };
  const job: ActiveJob<'start'> = {
    id: 'job',
    queue: 'start',
    cluster,
    attempt: 0,
    data,
    signal: AbortSignal.timeout(10_000),
  };
  return atNode<'start'>((_, { signal }) => handle(signal))(deps, job);
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

test('when its node is lost a job ends by the signal of the log', async () => {
  await carryOut(async (signal) => {
    expect(signal.aborted).toBe(false);
    await lose();
    expect(String(await aborted(signal))).toContain(`node ${nodeId} was lost`);
  });
});

test('what happens to other nodes does not end it', async () => {
  const own = nodeId;
  await carryOut(async (signal) => {
    nodeId = `${own}_other`;
    const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
    const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'east', zone: 'z', labels: {}, capacity };
    await append({ type: 'NodeRegistered', data });
    await lose();
    nodeId = own;
    expect(signal.aborted).toBe(false);
    await lose();
    expect(String(await aborted(signal))).toContain(`node ${own} was lost`);
  });
});

test('a job at a node that is lost already does not wait for its engine', async () => {
  await lose();
  let reason: unknown;
  await carryOut(async (signal) => {
    expect(signal.aborted).toBe(true);
    reason = signal.reason;
  });
  expect(String(reason)).toContain(`node ${nodeId} was lost`);
});

test('a job from the queue of another cluster goes to that of the node, and is not carried out', async () => {
  let carried = false;
  await carryOut(async () => {
    carried = true;
  }, 'west');
  expect(carried).toBe(false);
  expect(sent).toEqual([{ queue: 'start', data: { nodeId, replicas: [] } }]);
});
