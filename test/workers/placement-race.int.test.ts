import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { Allotment } from '../../src/domain/node/allotment.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import type { Reservation } from '../../src/domain/template.ts';
import { plan } from '../../src/planner/planner.ts';
import { sql } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { InvariantViolated, VersionConflict } from '../../src/store/command.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { loadSnapshot } from '../../src/workers/plan/load-snapshot.ts';
import { planCommand } from '../../src/workers/plan/plan-command.ts';
import { scheduled } from '../support/node-view.ts';
import { command, testStore } from '../support/store.ts';

const NODES = ['node_1', 'node_2', 'node_3', 'node_4'];

async function registerNodes(store: EventStore): Promise<void> {
  for (const nodeId of NODES) {
    const gpus = [0, 1].map((index) => ({ name: 'L4', vramBytes: 10, index }));
    const capacity = { cpuMillis: 8_000, memoryBytes: 1_000, gpus };
    const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'c', zone: 'z', labels: {}, capacity };
    await store.append(command(`node/${nodeId}`, 0, [{ type: 'NodeRegistered', data }]));
  }
}

async function save(store: EventStore, spec: DeploymentSpec): Promise<void> {
  const events: DomainEvent[] = [{ type: 'DeploymentSaved', data: { deploymentId: spec.id, spec } }];
  await store.append(command(`deployment/${spec.id}`, 0, events));
}

/** As a worker plans: a refused version or reservation means a new plan. Returns how often it was refused. */
async function planUntilAccepted(store: EventStore, deploymentId: string): Promise<number> {
  for (let refusals = 0; refusals < 500; refusals += 1) {
    const loaded = await loadSnapshot(store, deploymentId, 0);
    if (loaded === undefined) throw new Error(`there is no ${deploymentId}`);
    const decided = plan(loaded.snapshot);
    expect(plan(structuredClone(loaded.snapshot))).toEqual(decided);
    const accepted = planCommand(decided, loaded, { actor: 'worker/test', correlationId: 'race' }, { workerId: '' });
    if (accepted === undefined) return refusals;
    try {
      await store.append({ ...accepted, fence: undefined });
      return refusals;
    } catch (error) {
      if (!(error instanceof VersionConflict || error instanceof InvariantViolated)) throw error;
    }
  }
  throw new Error(`${deploymentId} was refused 500 times`);
}

test('planners that race for cards, ports and CPU place everything that fits and nothing over', async () => {
  await using world = await testStore();
  const { store } = world;
  await registerNodes(store);
  for (const [id, ports] of [
    ['plain', []],
    ['port', [{ internal: 80, host: 8080 }]],
  ] as const) {
    const spec = { id, image: { name: `${id}:1`, internalPorts: [80] }, ports: [...ports] };
    await store.append(command(`definition/${id}`, 0, [{ type: 'DefinitionSaved', data: { definitionId: id, spec } }]));
  }
  const one = (definitionId: string, vram?: string) => (n: number) => ({
    id: `${definitionId}-${vram ?? 'none'}-${n}`,
    definitionId,
    replicas: 1,
    resources: { cpu: '100m', ...(vram && { vram }) },
  });
  // Of 6 bytes one fits on a card of 10, so 8 on 8 cards; of a port one on each of 4 nodes.
  const cards = Array.from({ length: 11 }, (_, n) => one('plain', '6')(n));
  const ports = Array.from({ length: 7 }, (_, n) => one('port')(n));
  const plain = [{ ...one('plain')(0), replicas: 40 }];
  const all = [...cards, ...ports, ...plain];
  for (const spec of all) await save(store, spec);
  const stores = [store, world.another(), world.another(), world.another()];
  const refusals = await Promise.all(all.map(({ id }, n) => planUntilAccepted(stores[n % 4] ?? store, id)));
  // They did race.
  expect(refusals.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  const replicas = (await store.rows<ReplicaState>('replicas')).map(({ state }) => state);
  const placed = (prefix: string): number =>
    replicas.filter(({ deploymentId }) => deploymentId.startsWith(prefix)).length;
  expect([placed('plain-6-'), placed('port-'), placed('plain-none-')]).toEqual([8, 4, 40]);
  const held = replicas.flatMap(({ reservation }) =>
    (reservation?.cards ?? []).map(({ index }) => `${reservation?.nodeId}/${index}`),
  );
  expect(new Set(held).size).toBe(8);
  for (const { state } of await store.rows<Allotment>('allotments')) {
    expect(state.cards?.map(({ reservedBytes }) => reservedBytes)).toEqual([6, 6]);
    expect(state.hostPorts).toEqual([8080]);
  }
});

test('the database itself refuses a card twice, whatever the planner and the store believed', async () => {
  const projections = PROJECTIONS.map((each) => ({ ...each, violation: () => undefined }));
  await using world = await testStore({ projections });
  await registerNodes(world.store);
  const holding: Reservation = {
    nodeId: 'node_1',
    cpuMillis: 0,
    memoryBytes: 0,
    vramBytes: 6,
    cards: [{ index: 1, vramBytes: 6 }],
    hostPorts: [],
  };
  await world.store.append(command('replica/r1', 0, [scheduled(1, holding)]));
  await expect(world.store.append(command('replica/r2', 0, [scheduled(2, holding)]))).rejects.toThrow(
    'never_overcommit_card',
  );
  const other = { ...holding, cards: [{ index: 0, vramBytes: 6 }] };
  await world.store.append(command('replica/r2', 0, [scheduled(2, other)]));
});

test('a snapshot knows which nodes have pulled the image', async () => {
  await using world = await testStore();
  const { store } = world;
  const definition = { id: 'web', image: { name: 'web:1', internalPorts: [80] } };
  await store.append(
    command('definition/web', 0, [{ type: 'DefinitionSaved', data: { definitionId: 'web', spec: definition } }]),
  );
  await save(store, { id: 'd', definitionId: 'web', replicas: 1 });
  const pulled = (image: string, nodeId?: string): DomainEvent => {
    const attempt = { replicaId: 'r', deploymentId: 'd', generation: 1, milliseconds: 1 };
    return { type: 'ImagePulled', data: { ...attempt, image, ...(nodeId && { nodeId }) } };
  };
  const pulls = [pulled('web:1', 'node_1'), pulled('web:2', 'node_2'), pulled('web:1'), pulled('web:1', 'node_3')];
  await store.append(command('replica/r', 0, pulls));
  const loaded = await loadSnapshot(store, 'd', 0);
  expect(loaded?.snapshot.images).toEqual({ 'web:1': ['node_3', 'node_1'] });
});

test('rows from before cards were told apart become what their log says', async () => {
  await using world = await testStore();
  await registerNodes(world.store);
  await world.store.append(
    command('replica/r', 0, [
      scheduled(1, { nodeId: 'node_1', cpuMillis: 1, memoryBytes: 0, vramBytes: 7, hostPorts: [] }),
    ]),
  );
  const { db } = world.database;
  const read = async (): Promise<unknown> =>
    (
      await sql`select 'now' as at, id, state from allotments union all select 'then', id, state from history where projection = 'allotments' order by 1, 2`.execute(
        db,
      )
    ).rows;
  const before = await read();
  expect(JSON.stringify(before)).toContain('"cards"');
  await sql`update allotments set state = state - 'cards'`.execute(db);
  await sql`update history set state = state - 'cards' where projection = 'allotments'`.execute(db);
  expect(JSON.stringify(await read())).not.toContain('"cards"');
  const migration = await readFile(join(import.meta.dirname, '../../migrations/0006_placement.sql'), 'utf8');
  const updates = migration.split(';').filter((statement) => /^\s*(--.*\s)*update /.test(statement));
  expect(updates).toHaveLength(2);
  for (const update of updates) await sql.raw(update).execute(db);
  expect(await read()).toEqual(before);
});
