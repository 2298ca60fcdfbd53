import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DefinitionState } from '../../src/domain/definition/evolve.ts';
import type { LookUps } from '../../src/store/event-store.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

/** More than are told of on one side. */
const MANY = 70;

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
  const ids = Array.from({ length: MANY }, (_, n) => `many-${String(n).padStart(3, '0')}`);
  for (const id of ids) await world.store.append(command(`definition/${id}`, 0, [definitionSaved(id, `${id}:1`)]));
});
afterAll(() => world[Symbol.asyncDispose]());

/** The present, and the same as of the last position. */
async function readers(): Promise<readonly LookUps[]> {
  const { store } = world;
  return [store, store.asOf(await store.head())];
}

test('each look finds its own, in the order of the looks, and within one of the ids', async () => {
  for (const reader of await readers()) {
    const found = await reader.lookUp<[DefinitionState, DefinitionState, DefinitionState]>([
      { projection: 'definitions', where: { id: 'many-007' } },
      { projection: 'deployments', where: { id: 'many-007' } },
      { projection: 'definitions', where: { id: ['many-009', 'many-008'] } },
    ]);
    expect(found.map((rows) => rows.map(({ id }) => id))).toEqual([['many-007'], [], ['many-008', 'many-009']]);
    expect(found[0]?.[0]?.state.spec.image?.name).toBe('many-007:1');
    expect(await reader.lookUp<[DefinitionState]>([{ projection: 'definitions', where: { deleted: [] } }])).toEqual([
      [],
    ]);
  }
});

test('the ids near one are its neighbours on both sides, of each projection its own', async () => {
  for (const reader of await readers()) {
    const [deployments, definitions] = await reader.idsNear(['deployments', 'definitions'], 'many-060');
    expect(deployments).toEqual([]);
    // Fifty before it and all nine that come after it, and not the one itself.
    expect(definitions?.toSorted()).toEqual(
      Array.from({ length: 60 }, (_, n) => `many-${String(n + 10).padStart(3, '0')}`).filter((id) => id !== 'many-060'),
    );
  }
});

test('in the past, only those are near that there were', async () => {
  const { store } = world;
  const { last } = await store.append(command('definition/zz-old', 0, [definitionSaved('zz-old', 'old:1')]));
  await store.append(command('definition/zz-old', 1, [definitionSaved('zz-old', 'new:1')]));
  await store.append(command('definition/zz-young', 0, [definitionSaved('zz-young')]));
  const nearAt = async (position: number): Promise<readonly string[]> =>
    (await store.asOf(position).idsNear(['definitions'], 'zz')).flat().filter((id) => id.startsWith('zz-'));
  expect(await nearAt(last - 1)).toEqual([]);
  expect(await nearAt(last)).toEqual(['zz-old']);
  expect(await nearAt(last + 1)).toEqual(['zz-old']);
  expect(await nearAt(last + 2)).toEqual(['zz-old', 'zz-young']);
});
