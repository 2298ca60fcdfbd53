import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { ProjectionName } from '../../src/store/projection.ts';
import { expectPastAsReplayed, somePositions } from '../support/as-of-law.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

let world: TestStore;
let now = new Date('2026-11-23T10:00:00.000Z');
beforeAll(async () => {
  world = await testStore({ clock: { ...systemClock, now: () => now } });
});
afterAll(() => world[Symbol.asyncDispose]());

const anyDefinition = fc.integer({ min: 0, max: 5 }).map((n) => `d${n}`);
const anyChange: fc.Arbitrary<{ readonly id: string; readonly event: DomainEvent }> = fc.oneof(
  fc
    .record({ id: anyDefinition, image: fc.constantFrom('web:1', 'web:2', 'db:1') })
    .map(({ id, image }) => ({ id, event: definitionSaved(id, image) })),
  anyDefinition.map((id) => ({ id, event: { type: 'DefinitionDeleted', data: { definitionId: id } } as const })),
);

test('after any history, every list as of any position is what a replay up to there gives', async () => {
  const { store, database } = world;
  const anyBatches = fc.array(fc.array(anyChange, { minLength: 1, maxLength: 6 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(anyBatches, async (batches) => {
      for (const batch of batches) {
        const appends = batch.map(({ id, event }) => ({
          stream: `definition/${id}`,
          expectedVersion: 'any' as const,
          events: [event],
        }));
        await store.append({ context: { actor: 'user/test', correlationId: 'test' }, appends });
      }
      const head = await store.head();
      await expectPastAsReplayed(database.db, PROJECTIONS, [...somePositions(head, 5), Math.max(0, head - 2)]);
      for (const { name } of PROJECTIONS) expect(await store.asOf(head).rows(name)).toEqual(await store.rows(name));
    }),
    { numRuns: 20 },
  );
});

test('a row that was true for very long is found at its beginning and at its end', async () => {
  const { store } = world;
  const { last: first } = await store.append(command('definition/long', 'any', [definitionSaved('long', 'old:1')]));
  for (let n = 0; n < 70; n += 1)
    await store.append(command('definition/other', 'any', [definitionSaved('other', `web:${n}`)]));
  const { last } = await store.append(command('definition/long', 'any', [definitionSaved('long', 'new:1')]));
  const imageAt = async (position: number): Promise<unknown> =>
    (await store.asOf(position).row<{ spec: { image: { name: string } } }>('definitions', 'long'))?.state.spec.image
      .name;
  expect(await imageAt(first - 1)).toBeUndefined();
  for (const position of [first, first + 1, first + 35, last - 1]) expect(await imageAt(position)).toBe('old:1');
  expect(await imageAt(last)).toBe('new:1');
});

test('filters mean for the past what they mean for the present', async () => {
  const filters: readonly (readonly [ProjectionName, string])[] = [
    ['replicas', 'deployment_id'],
    ['instances', 'deployment_id'],
  ];
  for (const [projection, column] of filters)
    expect(await world.store.asOf(await world.store.head()).rows(projection, { [column]: 'nobody' })).toEqual([]);
  await expect(world.store.asOf(1).rows('definitions', { nonsense: 'x' })).rejects.toThrow('nonsense');
});

test('a time is the position of the last event that had happened by then; an event is found by its id', async () => {
  const { store } = world;
  const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 24, 0, 0, seconds));
  const positions: number[] = [];
  for (const seconds of [10, 20, 20, 30]) {
    now = at(seconds);
    positions.push((await store.append(command('definition/timed', 'any', [definitionSaved('timed')]))).last);
  }
  const [ten = 0, , twenty, thirty] = positions;
  expect(await store.positionAt(new Date(0))).toBe(0);
  expect(await store.positionAt(at(9))).toBe(ten - 1);
  expect(await store.positionAt(at(10))).toBe(ten);
  expect(await store.positionAt(at(25))).toBe(twenty);
  expect(await store.positionAt(at(99))).toBe(thirty);
  const [event] = await store.read({ after: ten - 1, limit: 1 });
  expect(await store.positionOf(event?.id ?? '')).toBe(ten);
  expect(await store.positionOf('0198c7aa-1111-7777-8888-123456789abc')).toBeUndefined();
});
