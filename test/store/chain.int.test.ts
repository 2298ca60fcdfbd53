import fc from 'fast-check';
import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { EVENT_SCHEMAS, type DomainEvent, type EventType, type RecordedEvent } from '../../src/domain/event.ts';
import { sql } from '../../src/postgres/database.ts';
import type { UpcastTable } from '../../src/store/upcast.ts';
import { command, definitionSaved, testStore } from '../support/store.ts';
import { anyEvent, anyText } from './arbitrary-event.ts';
import { firstBrokenLink } from './chain.ts';

const TYPES = Object.keys(EVENT_SCHEMAS) as EventType[];

test('the chain over any event of any type is the same from the rows as at writing', async () => {
  let now = new Date();
  await using world = await testStore({
    inventsDecisions: true,
    projections: [],
    clock: { ...systemClock, now: () => now },
  });
  const { store, database } = world;
  const anyEvents = fc.tuple(...TYPES.map(anyEvent));
  const anyContext = fc.record({
    actor: anyText,
    correlationId: anyText,
    causationId: fc.option(anyText, { nil: undefined }),
  });
  const anyTime = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(anyEvents, anyContext, anyTime, anyText, async (events, context, time, name) => {
      now = time;
      const { first, last } = await store.append(command(`test/${name}`, 'any', events, { context }));
      const read = await store.read({ after: first - 1, limit: last - first + 1 });
      expect(read.map(({ type, at, actor }) => ({ type, at, actor }))).toEqual(
        events.map(({ type }) => ({ type, at: time, actor: context.actor })),
      );
      expect(read.map(({ data }) => data)).toEqual(events.map(asStored));
    }),
    { numRuns: 60 },
  );
  expect(await firstBrokenLink(database.db)).toBeUndefined();
  const types = await sql<{ n: string }>`select count(distinct type) as n from events`.execute(database.db);
  expect(Number(types.rows[0]?.n)).toBe(TYPES.length);
});

/** Without undefined fields and with 0 for -0: what JSON says of it. */
function asStored({ data }: DomainEvent): unknown {
  return JSON.parse(JSON.stringify(data));
}

test('whoever changes a row behind the back of the log breaks the chain there', async () => {
  await using world = await testStore();
  const { store, database } = world;
  for (let n = 1; n <= 5; n += 1) await store.append(command(`definition/d${n}`, 0, [definitionSaved(`d${n}`)]));
  expect(await firstBrokenLink(database.db)).toBeUndefined();
  await sql`alter table events disable trigger user`.execute(database.db);
  await sql`update events set actor = 'user/nobody' where position = 3`.execute(database.db);
  expect(await firstBrokenLink(database.db)).toBe(3);
});

test('events of earlier schema versions read as of the present one, and stay stored as they were', async () => {
  const upcasts: UpcastTable = {
    DefinitionSaved: [
      (data) => ({ ...data, spec: { ...(data['spec'] as object), envars: [{ key: 'UP', value: '2' }] } }),
    ],
  };
  await using world = await testStore({ tampered: true });
  const { store, database } = world;
  const later = world.another({ upcasts });
  await store.append(command('definition/old', 0, [definitionSaved('old')]));
  await later.append(command('definition/new', 0, [definitionSaved('new')]));

  const spec = (event: RecordedEvent | undefined): unknown => event?.type === 'DefinitionSaved' && event.data.spec;
  const [old, fresh] = await later.read({ after: 0, limit: 10 });
  expect(spec(old)).toMatchObject({ id: 'old', envars: [{ key: 'UP', value: '2' }] });
  expect(spec(fresh)).toEqual({ id: 'new', image: { name: 'web:1', internalPorts: [8080] } });
  for await (const event of later.subscribe({ from: 0, signal: AbortSignal.timeout(10_000) })) {
    expect(spec(event)).toMatchObject({ envars: [{ value: '2' }] });
    break;
  }
  const { rows } =
    await sql`select schema_version, data #> '{spec,envars}' as envars from events order by position`.execute(
      database.db,
    );
  expect(rows).toEqual([
    { schema_version: 1, envars: null },
    { schema_version: 2, envars: null },
  ]);
  // The release before does not guess what it cannot know.
  await expect(store.read({ after: 1, limit: 10 })).rejects.toThrow('schema version 2; this release reads up to 1');
  expect(await firstBrokenLink(database.db)).toBeUndefined();
});

test('what a schema does not know does not enter the log', async () => {
  await using world = await testStore();
  const { store } = world;
  const event = definitionSaved('d');
  const more = Object.assign(structuredClone(event), { data: { ...event.data, password: 'secret' } });
  await store.append(command('definition/d', 0, [more]));
  expect((await store.read({ after: 0, limit: 1 }))[0]?.data).toEqual(event.data);
});
