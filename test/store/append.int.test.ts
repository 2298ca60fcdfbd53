import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DefinitionState } from '../../src/domain/definition/evolve.ts';
import { sql } from '../../src/postgres/database.ts';
import { InvariantViolated, VersionConflict } from '../../src/store/command.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';
import { inventedDecision } from '../support/invented-decision.ts';

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('append', () => {
  test('gives events gapless positions and their stream versions, and writes the row', async () => {
    const { store } = world;
    const before = await store.head();
    const { first, last, events } = await store.append(
      command('definition/def_a', 0, [definitionSaved('def_a'), definitionSaved('def_a', 'web:2')]),
    );
    expect([first, last]).toEqual([before + 1, before + 2]);
    expect(events.map(({ version }) => version)).toEqual([1, 2]);
    const row = await store.row<DefinitionState>('definitions', 'def_a');
    expect(row).toMatchObject({ since: last, version: 2, state: { spec: { image: { name: 'web:2' } } } });
    expect(await store.read({ after: before, limit: 10 })).toEqual(events);
  });

  test('refuses a stale version alone, not its neighbours in the batch', async () => {
    const { store } = world;
    await store.append(command('definition/def_b', 0, [definitionSaved('def_b')]));
    const results = await Promise.allSettled([
      store.append(command('definition/def_c', 0, [definitionSaved('def_c')])),
      store.append(command('definition/def_b', 0, [definitionSaved('def_b', 'stale')])),
      store.append(command('definition/def_b', 1, [definitionSaved('def_b', 'fresh')])),
      store.append(command('definition/def_b', 1, [definitionSaved('def_b', 'late')])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: expect.any(VersionConflict) });
    expect(await store.row('definitions', 'def_b')).toMatchObject({
      version: 2,
      state: { spec: { image: { name: 'fresh' } } },
    });
  });

  test('what no JSON can hold is refused alone', async () => {
    const { store } = world;
    await store.append(command('definition/def_there', 0, [definitionSaved('def_there')]));
    const unpaired = command('definition/def_half', 'any', [definitionSaved('def_half', 'half \ud800')]);
    const results = await Promise.allSettled([
      store.append(command('definition/def_there', 'any', [definitionSaved('def_there', 'one')])),
      // It creates one stream, and locks another after that.
      store.append({
        ...unpaired,
        appends: [...unpaired.appends, ...command('definition/def_there', 'any', []).appends],
      }),
      store.append(command('definition/def_whole', 0, [definitionSaved('def_whole')])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(String((results[1] as PromiseRejectedResult).reason)).toContain('Lone surrogate');
    expect(await store.row('definitions', 'def_half')).toBeUndefined();
  });

  test('keeps the states that gave way in history, with their range of positions', async () => {
    const { store, database } = world;
    const one = await store.append(command('definition/def_h', 0, [definitionSaved('def_h', '1')]));
    const two = await store.append(
      command('definition/def_h', 1, [definitionSaved('def_h', '2'), definitionSaved('def_h', '3')]),
    );
    const { rows } = await sql<{ from: string; until: string; image: string }>`
      select lower(valid) as from, upper(valid) as until, state #>> '{spec,image,name}' as image
      from history where id = 'def_h' order by 1
    `.execute(database.db);
    expect(rows).toEqual([
      { from: String(one.first), until: String(two.first), image: '1' },
      { from: String(two.first), until: String(two.last), image: '2' },
    ]);
  });

  test('a repeated idempotency key has no effect and gets the first answer, also within one batch', async () => {
    const { store } = world;
    const send = (key: string): ReturnType<typeof store.append> =>
      store.append(command('definition/def_i', 'any', [definitionSaved('def_i')], { idempotencyKey: key }));
    const [one, two] = await Promise.all([send('k1'), send('k1')]);
    const three = await send('k1');
    expect([one.repeated, two.repeated, three.repeated]).toEqual([false, true, true]);
    expect([two.first, three.first]).toEqual([one.first, one.first]);
    expect(await store.row('definitions', 'def_i')).toMatchObject({ version: 1 });
  });

  test('the key of a refused command is free again', async () => {
    const { store } = world;
    const stale = command('definition/def_j', 7, [definitionSaved('def_j')], { idempotencyKey: 'k2' });
    await expect(store.append(stale)).rejects.toThrow('version 0');
    const { repeated } = await store.append(
      command('definition/def_j', 0, [definitionSaved('def_j')], { idempotencyKey: 'k2' }),
    );
    expect(repeated).toBe(false);
  });

  test('refuses what breaks the invariant of a row, and the database refuses the row itself', async () => {
    const { store, database } = world;
    const capacity = { cpuMillis: 1000, memoryBytes: 1000, gpus: [] };
    const node = { nodeId: 'node_1', url: 'simulated://1', cluster: 'c', zone: 'z', labels: {}, capacity };
    await store.append(command('node/node_1', 0, [{ type: 'NodeRegistered', data: node }]));
    const place = (replicaId: string, cpuMillis: number): ReturnType<typeof store.append> =>
      store.append(
        command(`replica/${replicaId}`, 0, [
          {
            type: 'ReplicaScheduled',
            data: {
              replicaId,
              deploymentId: 'depl_1',
              generation: 1,
              ordinal: 0,
              revision: 1,
              reason: 'test',
              reservation: { nodeId: 'node_1', cpuMillis, memoryBytes: 1, vramBytes: 0, hostPorts: [] },
              decision: inventedDecision('node_1'),
            },
          },
        ]),
      );
    const results = await Promise.allSettled([place('r1', 600), place('r2', 600), place('r3', 400)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: expect.any(InvariantViolated) });
    await expect(
      sql`update allotments set state = jsonb_set(state, '{reserved,cpuMillis}', '1001')`.execute(database.db),
    ).rejects.toThrow('never_overcommit_cpu');
  });

  test('nothing enters the log that its schema does not describe', async () => {
    const { store } = world;
    const head = await store.head();
    // @ts-expect-error a definition without spec
    const wrong = command('definition/def_w', 0, [{ type: 'DefinitionSaved', data: { definitionId: 'def_w' } }]);
    await expect(store.append(wrong)).rejects.toThrow('spec');
    expect(await store.head()).toBe(head);
  });

  test.each(['update events set actor = $$x$$', 'delete from events', 'truncate events'])(
    'the database refuses: %s',
    async (statement) => {
      await expect(sql.raw(statement).execute(world.database.db)).rejects.toThrow('append-only');
    },
  );
});
