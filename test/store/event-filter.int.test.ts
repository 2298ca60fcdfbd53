import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { conditionOf, passes } from '../../src/store/event-filter.ts';
import type { EventFilter } from '../../src/store/event-store.ts';
import { sql } from '../../src/postgres/database.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { definitionSaved, testStore, type TestStore } from '../support/store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await testStore({ inventsDecisions: true });
  for (let n = 0; n < 60; n += 1) await append(n);
});
afterAll(() => world[Symbol.asyncDispose]());

async function append(n: number): Promise<void> {
  const id = `x${n % 3}`;
  const details = `event ${n}`;
  const status = { type: 'DeploymentStatusChanged', data: { deploymentId: id, status: 'OK', details } } as const;
  const removed: DomainEvent = { type: 'DefinitionDeleted', data: { definitionId: id } };
  const [stream, event] = [
    [`definition/${id}`, definitionSaved(id, `web:${n}`)] as const,
    [`definition/${id}`, removed] as const,
    [`deployment/${id}`, status] as const,
  ][n % 5 === 0 ? 1 : n % 2 === 0 ? 2 : 0] ?? [`definition/${id}`, removed];
  await world.store.append({
    context: { actor: `user/${n % 4}`, correlationId: `c${n % 7}` },
    appends: [{ stream, expectedVersion: 'any', events: [event] }],
  });
}

const anyFilter: fc.Arbitrary<EventFilter> = fc.record(
  {
    types: fc.subarray(['Def*', 'DefinitionSaved', '*Changed', 'D?finition*', '*', '', "'; --", '.*'], {
      minLength: 1,
    }),
    actor: fc.constantFrom('user/0', 'user/3', 'nobody'),
    correlationId: fc.constantFrom('c0', 'c6', 'none'),
    entity: fc.constantFrom('x0', 'x1', 'x2', 'other', "x'"),
    within: fc.record({
      kinds: fc.subarray(['definition', 'deployment', 'secret'] as const),
      streams: fc.subarray(['definition/x0', 'deployment/x1', 'deployment/x', "x'"]).map((each) => new Set(each)),
    }),
  },
  { requiredKeys: [] },
);

test('a filter means the same in the database and in a stream, for every page', async () => {
  const all = await world.store.read({ after: 0, limit: 1000 });
  await fc.assert(
    fc.asyncProperty(
      anyFilter,
      fc.nat(70),
      fc.nat(70),
      fc.integer({ min: 1, max: 70 }),
      async (filter, after, until, limit) => {
        const found = await world.store.read({ after, until, limit, filter });
        const wanted = all.filter(
          (event) => event.position > after && event.position <= until && passes(event, filter),
        );
        expect(found).toEqual(wanted.slice(0, limit));
      },
    ),
    { numRuns: 200 },
  );
});

test('globs, entities, actors and correlations choose what they name', async () => {
  const count = async (filter: EventFilter): Promise<number> =>
    (await world.store.read({ after: 0, limit: 1000, filter })).length;
  expect(await count({})).toBe(60);
  expect(await count({ types: ['*Changed'] })).toBe(24);
  expect(await count({ types: ['DefinitionDeleted', '*Changed'] })).toBe(36);
  expect(await count({ actor: 'user/1' })).toBe(15);
  expect(await count({ correlationId: 'c6' })).toBe(8);
  expect(await count({ entity: 'x1' })).toBe(20);
  expect(await count({ entity: 'x1', actor: 'user/1' })).toBe(5);
});

test('an entity is found by the indexes, not by a walk over the log', async () => {
  const { db } = world.database;
  const plan = await db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return sql<{
      'QUERY PLAN': string;
    }>`explain select position from events where ${conditionOf({ entity: 'x1' })}`.execute(tx);
  });
  const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).toContain('events_stream_version_key');
  expect(text).toContain('events_by_deployment');
});
