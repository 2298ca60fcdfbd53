import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { Allotment } from '../../src/domain/node/allotment.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { openDatabase, sql, type Db } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import type { Projection } from '../../src/store/projection.ts';
import { command, definitionSaved, testStore } from '../support/store.ts';
import { firstBrokenLink } from './chain.ts';
import { seededRandom } from '../../src/engine/simulated/seeded-random.ts';
import { inventedDecision } from '../support/invented-decision.ts';

test('of commands under one key, sent by two processes at once, one takes effect and all get its answer', async () => {
  await using world = await testStore();
  const stores = [world.store, world.another()];
  const sends = Array.from({ length: 150 }, (_, key) =>
    Array.from({ length: 4 }, async (_, n) => {
      const id = `d${key}`;
      const events = [definitionSaved(id), definitionSaved(id, 'web:2')];
      const once = command(`definition/${id}`, 'any', events, { idempotencyKey: `key-${key}` });
      return stores[n % 2]?.append(once);
    }),
  );
  for (const answers of await Promise.all(sends.map((all) => Promise.all(all)))) {
    expect(answers.filter((answer) => answer?.repeated === false)).toHaveLength(1);
    expect(new Set(answers.map((answer) => `${answer?.first}-${answer?.last}`)).size).toBe(1);
  }
  expect(await world.store.head()).toBe(300);
});

test('a command that the database itself refuses harms no other of its batch', async () => {
  await using world = await testStore({ projections: PROJECTIONS.map(withoutViolation) });
  const { store, database } = world;
  await registerNode(store, 'node_1', 1_000);
  const results = await Promise.allSettled([
    store.append(command('definition/a', 0, [definitionSaved('a')])),
    store.append(command('replica/r1', 0, [scheduled('r1', 'node_1', 600)])),
    store.append(command('replica/r2', 0, [scheduled('r2', 'node_1', 600)])),
    store.append(command('definition/nul', 0, [definitionSaved('nul', 'web:\0')])),
    store.append(command('definition/b', 0, [definitionSaved('b')])),
  ]);
  const answers = results.map((result) => (result.status === 'fulfilled' ? 'stored' : String(result.reason)));
  expect(answers).toEqual([
    'stored',
    'stored',
    expect.stringContaining('never_overcommit_cpu'),
    expect.stringContaining('Unicode'),
    'stored',
  ]);
  const events = await store.read({ after: 0, limit: 10 });
  expect(events.map(({ stream }) => stream)).toEqual(['node/node_1', 'definition/a', 'replica/r1', 'definition/b']);
  expect(await firstBrokenLink(database.db)).toBeUndefined();
  // What was refused may be asked again with other words.
  await store.append(command('definition/nul', 0, [definitionSaved('nul')]));
});

/** The planner's guard gone: the database's own is the last one. */
function withoutViolation(projection: Projection): Projection {
  return { ...projection, violation: () => undefined };
}

test('commands that cross each other over many streams and shared rows, from eight processes, never lock each other out', async () => {
  await using world = await testStore();
  const { database } = world;
  await using processes = new AsyncDisposableStack();
  const stores = Array.from({ length: 8 }, () => {
    const own = processes.use(openDatabase({ url: database.url, applicationName: 'test', onError: () => undefined }));
    const effects = async (): Promise<void> => undefined;
    return processes.use(openStore({ database: own, clock: systemClock, projections: PROJECTIONS, effects }));
  });
  const nodes = ['node_1', 'node_2', 'node_3'];
  for (const node of nodes) await registerNode(world.store, node, 1_000_000);
  const before = await deadlocks(database.db);
  const random = seededRandom(11);
  const shuffled = (names: readonly string[]): string[] =>
    names
      .map((name) => ({ name, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name);
  const streams = Array.from({ length: 10 }, (_, n) => `crossing-${n}`);
  // Lanes wait for their own answers, so that every process has a transaction open all the time.
  const lane = async (store: EventStore | undefined, name: string): Promise<void> => {
    for (let n = 0; n < 15; n += 1) {
      const replicas = shuffled(nodes).map((node) => [`${name}-${n}-${node}`, node] as const);
      await store?.append({
        context: { actor: 'user/test', correlationId: 'test' },
        ...(n % 3 === 0 ? { idempotencyKey: `${name}-${n}` } : {}),
        appends: [
          ...shuffled(streams)
            .slice(0, 6)
            .map((id) => one(`definition/${id}`, definitionSaved(id, `${name}-${n}`))),
          ...replicas.map(([id, node]) => one(`replica/${id}`, scheduled(id, node, 1))),
        ],
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, n) => lane(stores[n % 8], `lane-${n}`)));
  // Connections tell their statistics when they end, at the latest.
  await processes.disposeAsync();
  expect(await deadlocks(database.db)).toBe(before);
  expect(await world.store.head()).toBe(3 + 16 * 15 * 9);
  for (const node of nodes) {
    const row = await world.store.row<Allotment>('allotments', node);
    expect(row?.state.reserved.cpuMillis).toBe(240);
  }
});

const one = (
  stream: string,
  event: DomainEvent,
): { stream: string; expectedVersion: 'any'; events: DomainEvent[] } => ({
  stream,
  expectedVersion: 'any',
  events: [event],
});

async function deadlocks(db: Db): Promise<number> {
  const { rows } = await sql<{ deadlocks: string }>`
    select deadlocks from pg_stat_database where datname = current_database()
  `.execute(db);
  return Number(rows[0]?.deadlocks);
}

async function registerNode(store: EventStore, nodeId: string, cpuMillis: number): Promise<void> {
  const capacity = { cpuMillis, memoryBytes: 0, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'c', zone: 'z', labels: {}, capacity };
  await store.append(command(`node/${nodeId}`, 0, [{ type: 'NodeRegistered', data }]));
}

function scheduled(replicaId: string, nodeId: string, cpuMillis: number): DomainEvent {
  const reservation = { nodeId, cpuMillis, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const attempt = { replicaId, deploymentId: 'web', generation: 1, ordinal: 0, revision: 1, reason: 'test' };
  const decision = inventedDecision(nodeId);
  return { type: 'ReplicaScheduled', data: { ...attempt, reservation, decision } };
}

test('of a removal of a node and a placement on it, from two processes at once, one is refused', async () => {
  await using world = await testStore();
  const other = world.another();
  for (let n = 0; n < 30; n += 1) {
    const nodeId = `node_${n}`;
    await registerNode(world.store, nodeId, 1_000);
    const results = await Promise.allSettled([
      world.store.append(command(`node/${nodeId}`, 1, [{ type: 'NodeRemoved', data: { nodeId } }])),
      other.append(command(`replica/r${n}`, 0, [scheduled(`r${n}`, nodeId, 0)])),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  }
});
