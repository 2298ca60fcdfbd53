import { afterAll, beforeAll, expect, test } from 'vitest';

import type { ReplicaEvent, ReplicaState } from '../../src/domain/replica/evolve.ts';
import { streamOf } from '../../src/domain/stream.ts';
import { sql } from '../../src/postgres/database.ts';
import { presentReplica, record, type KnownReplica } from '../../src/workers/replica-log.ts';
import { command, testStore, type TestStore } from '../support/store.ts';
import { inventedDecision } from '../support/invented-decision.ts';

const WORKER = 'worker-of-the-test';

let own: TestStore;
beforeAll(async () => {
  own = await testStore();
  await sql`insert into workers (id, host, pid) values (${WORKER}, 'test', 1)`.execute(own.database.db);
});
afterAll(() => own[Symbol.asyncDispose]());

function deps(): Parameters<typeof record>[0] {
  const never = new AbortController().signal;
  const query = async (): Promise<never> => {
    throw new Error('no session is needed here');
  };
  return { store: own.store, membership: { present: { fence: { workerId: WORKER }, ended: never, query } } };
}

const attemptOf = (replicaId: string) => ({ replicaId, generation: 1, cause: { correlationId: 'test' } });
const idsOf = (replicaId: string) => ({ replicaId, deploymentId: 'd', generation: 1 });

async function schedule(replicaId: string): Promise<void> {
  const reservation = { nodeId: 'n', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const decision = inventedDecision('n');
  const data = { ...idsOf(replicaId), ordinal: 0, revision: 1, reservation, decision, reason: 'wanted' };
  await own.store.append(command(streamOf('replica', replicaId), 0, [{ type: 'ReplicaScheduled', data }]));
}

const created = (replicaId: string) => (): [ReplicaEvent] => {
  return [{ type: 'ContainerCreated', data: { ...idsOf(replicaId), containerId: 'c', adopted: false } }];
};

const up = (replicaId: string) => (): [ReplicaEvent, ReplicaEvent] => [
  { type: 'ContainerStarted', data: { ...idsOf(replicaId), containerId: 'c', ports: [{ internal: 80, host: 1_080 }] } },
  { type: 'ReplicaReady', data: idsOf(replicaId) },
];

const stored = (replicaId: string) => own.store.row<ReplicaState>('replicas', replicaId);

test('what is carried on from append to append is the row as it is stored', async () => {
  await schedule('a');
  const known: KnownReplica = { row: await presentReplica(deps(), attemptOf('a')) };
  await record(deps(), attemptOf('a'), created('a'), known);
  expect(known.row).toEqual(await stored('a'));
  await record(deps(), attemptOf('a'), up('a'), known);
  // An absent key and one that is undefined are the same in what is stored.
  expect(JSON.parse(JSON.stringify(known.row))).toEqual(await stored('a'));
  expect(known.row?.state.status).toBe('Ready');
});

test('who knows an earlier state is refused by the version, and asks what is true now', async () => {
  await schedule('b');
  const attempt = attemptOf('b');
  const known: KnownReplica = { row: await presentReplica(deps(), attempt) };
  await record(deps(), attempt, created('b'), known);
  await record(deps(), attempt, () => [
    { type: 'ReplicaStopping', data: { ...idsOf('b'), nodeId: 'n', reason: 'test' } },
  ]);
  expect(await record(deps(), attempt, up('b'), known)).toBeUndefined();
  expect((await stored('b'))?.state.status).toBe('Stopping');
});

test('a belief that would not allow the event is looked at again before it counts', async () => {
  await schedule('c');
  const attempt = attemptOf('c');
  const early: KnownReplica = { row: await presentReplica(deps(), attempt) };
  // Another hand creates the container; ours believes that there is none yet.
  await record(deps(), attempt, created('c'));
  expect(await record(deps(), attempt, up('c'), early)).toBeDefined();
  expect((await stored('c'))?.state.status).toBe('Ready');
});

test('what goes beside is stored with the events, or left out when its stream has moved on', async () => {
  for (const [replicaId, exists] of [
    ['d', false],
    ['e', true],
  ] as const) {
    await schedule(replicaId);
    await record(deps(), attemptOf(replicaId), created(replicaId));
    const instanceId = `inst_${replicaId}-g1`;
    const data = { instanceId, url: 'http://h:1', slug: 's', status: 'Healthy', replicaId } as const;
    const stream = streamOf('instance', instanceId);
    const beside = [{ stream, expectedVersion: 0, events: [{ type: 'InstanceRegistered', data } as const] }];
    if (exists) await own.store.append(command(stream, 0, [{ type: 'InstanceRegistered', data }]));
    expect(await record(deps(), attemptOf(replicaId), up(replicaId), undefined, beside)).toBeDefined();
    expect((await stored(replicaId))?.state.status).toBe('Ready');
    expect((await own.store.row('instances', instanceId))?.version).toBe(1);
  }
});
