import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import { sql } from '../../src/postgres/database.ts';
import { prune } from '../../src/workers/autoscale/autoscale.ts';
import { evaluateAll } from '../../src/workers/autoscale/evaluate.ts';
import { latestDecision } from '../../src/workers/autoscale/latest-decision.ts';
import { storeSamples } from '../../src/workers/autoscale/samples.ts';
import { command, testStore, type TestStore } from '../support/store.ts';
import { inventedDecision } from '../support/invented-decision.ts';

const CPU_MILLIS = 500;
const NODE = 'node_a';
const NOTHING = { cpuMillis: 0, memoryBytes: 0, vramBytes: 0 };
const RESERVATION = { ...NOTHING, nodeId: NODE, cpuMillis: CPU_MILLIS, hostPorts: [] };
const AUTO = { minReplicas: 1, maxReplicas: 10, cpuThreshold: 50, scaleDownWindowSeconds: 300 };

let world: TestStore;
let counter = 0;
let id: string;

beforeAll(async () => {
  world = await testStore({ inventsDecisions: true });
  const capacity = { cpuMillis: 100_000, memoryBytes: 2 ** 34, gpus: [] };
  const node = { nodeId: NODE, url: 'simulated://a', cluster: 'c', zone: '', labels: {}, capacity };
  await append(`node/${NODE}`, { type: 'NodeRegistered', data: node });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  counter += 1;
  id = `web${counter}`;
});

async function append(stream: string, ...events: readonly DomainEvent[]): Promise<void> {
  await world.store.append(command(stream, 'any', events));
}

/** A worker as the store knows it, and what it evaluates with. */
async function worker(name: string): Promise<Parameters<typeof evaluateAll>[0]> {
  const workerId = `wrk_${id}_${name}`;
  await sql`insert into workers (id, host, pid) values (${workerId}, 'test', 1)`.execute(world.database.db);
  const present = { fence: { workerId } };
  return {
    store: world.store,
    database: world.database,
    clock: systemClock,
    autoscaleIntervalMs: 5_000,
    membership: { present },
  } as Parameters<typeof evaluateAll>[0];
}

/** A deployment with so many ready replicas of its first revision. */
async function upWith(count: number, change: Partial<DeploymentSpec> = { autoScaling: AUTO }): Promise<void> {
  const spec = { id, definitionId: 'def', replicas: count, resources: { cpu: '500m' }, ...change };
  const template = { definitionId: 'def', image: 'web:1', ports: [], env: {}, cpuMillis: CPU_MILLIS };
  await append(
    `deployment/${id}`,
    { type: 'DeploymentSaved', data: { deploymentId: id, spec } },
    { type: 'RevisionCreated', data: { deploymentId: id, revision: 1, template, fingerprint: 'f' } },
    {
      type: 'DeploymentPlanned',
      data: { deploymentId: id, snapshotPosition: 1, seed: 1, now: 1, actions: [], report: [] },
    },
  );
  for (let ordinal = 0; ordinal < count; ordinal += 1) await startReplica(ordinal, 1);
}

async function startReplica(ordinal: number, generation: number): Promise<void> {
  const replicaId = `${id}-r1-${ordinal}`;
  const ids = { replicaId, deploymentId: id, generation };
  const decision = inventedDecision(RESERVATION.nodeId);
  const containerId = `c-${replicaId}`;
  await append(
    `replica/${replicaId}`,
    {
      type: 'ReplicaScheduled',
      data: { ...ids, ordinal, revision: 1, reservation: RESERVATION, decision, reason: 'test' },
    },
    { type: 'ContainerCreated', data: { ...ids, containerId, adopted: false } },
    { type: 'ContainerStarted', data: { ...ids, containerId, ports: [] } },
    { type: 'ReplicaReady', data: ids },
  );
}

/** Every ready replica uses so much now, as a worker would have measured it. */
async function measure(cpuMillis: number, change: { since?: number; steps?: number } = {}): Promise<void> {
  const rows = await world.store.rows<ReplicaState>('replicas', { deployment_id: id, status: 'Ready' });
  const deployment = await world.store.row<DeploymentState>('deployments', id);
  const steps = deployment?.state.scaled?.steps ?? 0;
  const used = { cpuMillis, memoryBytes: 0 };
  await storeSamples(
    world.database.db,
    rows.map(({ id: replicaId, since }) => ({ replicaId, deploymentId: id, since, steps, used, ...change })),
  );
}

/** What was measured and recommended becomes older. */
async function age(table: 'replica_samples' | 'scale_recommendations', seconds: number): Promise<void> {
  await sql`
    update ${sql.table(table)} set at = at - make_interval(secs => ${seconds}) where deployment_id = ${id}
  `.execute(world.database.db);
}

async function steps(): Promise<readonly (readonly [number, number])[]> {
  const events = await world.store.read({ after: 0, limit: 10_000, deploymentId: id });
  return events
    .filter((event): event is Extract<RecordedEvent, { type: 'DeploymentScaled' }> => event.type === 'DeploymentScaled')
    .map(({ data }) => [data.from, data.to] as const);
}

async function thought(): Promise<string | undefined> {
  return (await latestDecision(world.database.db, id))?.sentence;
}

async function remembered(): Promise<readonly number[]> {
  const { rows } = await sql<{ replicas: number }>`
    select replicas from scale_recommendations where deployment_id = ${id} order by at, replicas desc
  `.execute(world.database.db);
  return rows.map(({ replicas }) => replicas);
}

test('however many look at once, one decides', async () => {
  await upWith(2);
  await measure(CPU_MILLIS);
  const workers = await Promise.all(Array.from({ length: 8 }, (_, index) => worker(String(index))));
  await Promise.all(workers.map(evaluateAll));
  expect(await steps()).toEqual([[2, 4]]);
});

test('after a step nothing measured before it counts', async () => {
  await upWith(2);
  await measure(CPU_MILLIS);
  const deps = await worker('a');
  await evaluateAll(deps);
  expect(await steps()).toEqual([[2, 4]]);
  await evaluateAll(deps);
  // One that was under way when the count changed says what was before.
  await measure(CPU_MILLIS, { steps: 0 });
  await evaluateAll(deps);
  expect(await thought()).toBe('CPU of 2 ready not measured yet: 4 kept');
  await measure(CPU_MILLIS);
  await evaluateAll(deps);
  // Two starting ones count as using nothing: 100 % of two is 50 % of four.
  expect(await thought()).toBe('CPU 100 % of 500m over 2 replicas (2 starting), target 50 %: 4 wanted');
  expect(await steps()).toEqual([[2, 4]]);
});

test('what was measured of a replica before it was ready anew does not count, nor what is old', async () => {
  await upWith(1);
  await measure(CPU_MILLIS);
  const released = RESERVATION;
  const failure = { kind: 'exit' as const, message: 'exited', terminal: false };
  const replicaId = `${id}-r1-0`;
  await append(`replica/${replicaId}`, {
    type: 'ReplicaFailed',
    data: { replicaId, deploymentId: id, generation: 1, failure, released },
  });
  await startReplica(0, 2);
  const deps = await worker('a');
  await evaluateAll(deps);
  expect(await thought()).toBe('CPU of 1 ready not measured yet: 1 kept');
  await measure(CPU_MILLIS);
  await age('replica_samples', 16);
  await evaluateAll(deps);
  expect(await steps()).toEqual([]);
  await measure(CPU_MILLIS);
  await evaluateAll(deps);
  expect(await steps()).toEqual([[1, 2]]);
});

test('a worker that takes over goes on with the windows of the one before', async () => {
  await upWith(4);
  const first = await worker('first');
  await measure(10);
  await evaluateAll(first);
  expect(await remembered()).toEqual([4, 1]);
  await age('scale_recommendations', 150);
  const second = await worker('second');
  await measure(10);
  await evaluateAll(second);
  expect(await thought()).toMatch(/: 1 wanted; 4 for now: 4 were wanted within the last 300 s$/);
  await age('scale_recommendations', 151);
  await measure(10);
  await evaluateAll(second);
  expect(await steps()).toEqual([[4, 1]]);
  // What no window reaches any more is gone.
  expect(await remembered()).toEqual([1, 1]);
});

test('after a long silence the window begins anew', async () => {
  await upWith(4);
  const deps = await worker('a');
  await measure(10);
  await evaluateAll(deps);
  await age('scale_recommendations', 301);
  await measure(10);
  await evaluateAll(deps);
  expect(await steps()).toEqual([]);
  expect(await remembered()).toEqual([4, 1]);
});

test('a deployment that has Failed is left alone, and one that is deleted is not looked at', async () => {
  await upWith(2);
  await measure(CPU_MILLIS);
  const status = { deploymentId: id, status: 'Failed' as const, details: 'image' };
  await append(`deployment/${id}`, { type: 'DeploymentStatusChanged', data: status });
  const deps = await worker('a');
  await evaluateAll(deps);
  expect(await thought()).toMatch(/^2 kept: the deployment is Failed/);
  await append(`deployment/${id}`, { type: 'DeploymentDeleted', data: { deploymentId: id } });
  await sql`delete from scale_decisions`.execute(world.database.db);
  await evaluateAll(deps);
  expect([await thought(), await steps()]).toEqual([undefined, []]);
});

test('without autoscaling nothing is read, written or decided', async () => {
  await upWith(2, {});
  await measure(CPU_MILLIS);
  await evaluateAll(await worker('a'));
  expect([await thought(), await remembered(), await steps()]).toEqual([undefined, [], []]);
  const { rows } = await world.database.db.transaction().execute(async (tx) => {
    // A table of a few rows is read whole, were it not for this.
    await sql`set local enable_seqscan = off`.execute(tx);
    return sql<{ 'QUERY PLAN': string }>`
    explain select id from deployments where (state -> 'spec') ? 'autoScaling' and phase = 'live'
  `.execute(tx);
  });
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('deployments_autoscaled');
});

test('old telemetry is deleted', async () => {
  await upWith(1);
  await measure(10);
  await evaluateAll(await worker('a'));
  await age('replica_samples', 16 * 60);
  await age('scale_recommendations', 66 * 60);
  await prune(world.database.db);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int from replica_samples where deployment_id = ${id}
  `.execute(world.database.db);
  expect([rows[0]?.count, await remembered()]).toEqual([0, []]);
});
