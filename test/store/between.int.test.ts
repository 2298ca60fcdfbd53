import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DifferenceView } from '../../src/api/contract/difference.ts';
import { changesBetween } from '../../src/domain/deployment/diff/change.ts';
import { leavesOf } from '../../src/domain/deployment/diff/leaves.ts';
import { DIFFERENCE_KINDS, type DifferenceKind, faceOf } from '../../src/domain/difference/faces.ts';
import type { DomainEvent, EventType } from '../../src/domain/event.ts';
import { sql, type Tx } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { differenceService } from '../../src/services/difference/service.ts';
import { readRowsAt } from '../../src/store/as-of.ts';
import { readBetween } from '../../src/store/between.ts';
import type { ProjectionName } from '../../src/store/projection.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';
import { anyEvent } from './arbitrary-event.ts';

const TABLES: Readonly<Record<DifferenceKind, ProjectionName>> = {
  node: 'nodes',
  definition: 'definitions',
  deployment: 'deployments',
  replica: 'replicas',
  route: 'routes',
  secret: 'secrets',
  config: 'configs',
};
// Whether it fits its node is asked of another projection.
const projections = PROJECTIONS.filter(({ name }) => Object.values(TABLES).includes(name));

let world: TestStore;
beforeAll(async () => {
  // Events are taken away at the end.
  world = await testStore({ projections, tampered: true, inventsDecisions: true });
});
afterAll(() => world[Symbol.asyncDispose]());

/** Events of each kind, and the field that names whose they are. */
const TYPES: readonly (readonly [DifferenceKind, string, readonly EventType[]])[] = [
  ['node', 'nodeId', ['NodeRegistered', 'NodeLost', 'NodeReturned', 'NodeCordoned', 'NodeRemoved']],
  ['definition', 'definitionId', ['DefinitionSaved', 'DefinitionDeleted']],
  [
    'deployment',
    'deploymentId',
    ['DeploymentSaved', 'RevisionCreated', 'DeploymentStatusChanged', 'DeploymentRemoved'],
  ],
  ['replica', 'replicaId', ['ReplicaScheduled', 'ContainerCreated', 'ReplicaReady', 'ReplicaFailed', 'ReplicaStopped']],
  ['route', 'routeId', ['RouteSaved', 'RouteRemoved']],
  ['config', 'configKey', ['ConfigSaved']],
];

interface Change {
  readonly stream: string;
  readonly event: DomainEvent;
}

const anyId = fc.constantFrom('a', 'b', 'c');
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  ...TYPES.flatMap(([kind, field, types]) =>
    types.map((type) =>
      fc.tuple(anyId, anyEvent(type)).map(([id, { data }]) => ({
        stream: `${kind}/${id}`,
        // The type of the data is that of its type still.
        event: { type, data: { ...data, [field]: id } } as DomainEvent,
      })),
    ),
  ),
  fc.tuple(anyId, anyEvent('SecretSaved')).map(([id, { data }]) => ({
    stream: `secret/app/${id}`,
    event: { type: 'SecretSaved', data: { ...data, app: 'app', name: id } } as DomainEvent,
  })),
  anyId.map((id) => ({
    stream: `secret/app/${id}`,
    event: { type: 'SecretRemoved', data: { app: 'app', name: id } } as const,
  })),
);

type Faces = Readonly<Record<string, object>>;

async function diff(from: number, to: number): Promise<readonly DifferenceView[]> {
  const { store, database } = world;
  const request = { query: { from: String(from), to: String(to) }, params: undefined, body: undefined };
  const context = { caller: undefined, correlationId: 'test', idempotencyKey: undefined, address: '' };
  const { diffFleet } = differenceService({ store, db: database.db });
  return (await diffFleet({ ...context, ...request })).body.differences;
}

/** Everything that there is at a position, by kind and id. */
async function listAt(position: number): Promise<Faces> {
  const lists = DIFFERENCE_KINDS.map(async (kind) => {
    const rows = await readRowsAt(world.database.db, TABLES[kind], position);
    return rows.flatMap(({ id, state }) => {
      const face = faceOf(kind, state);
      return face === undefined ? [] : [[`${kind} ${id}`, Object.fromEntries(leavesOf(face))] as const];
    });
  });
  return Object.fromEntries((await Promise.all(lists)).flat());
}

/** The list after these differences. */
function applied(list: Faces, differences: readonly DifferenceView[]): Faces {
  const result = new Map(Object.entries(list));
  for (const { kind, id, change, fields } of differences) {
    const name = `${kind} ${id}`;
    expect(result.has(name), `${change} ${name}`).toBe(change !== 'added');
    const face = new Map<string, unknown>(Object.entries(result.get(name) ?? {}));
    for (const { field, after } of fields) {
      if (after === undefined) face.delete(field);
      else face.set(field, after);
    }
    // What was removed has nothing left.
    expect(change === 'removed' ? [...face.keys()] : []).toEqual([]);
    if (change === 'removed') result.delete(name);
    else result.set(name, Object.fromEntries(face));
  }
  return Object.fromEntries(result);
}

function expectSame(one: Faces, other: Faces): void {
  expect(Object.keys(one).toSorted()).toEqual(Object.keys(other).toSorted());
  // Equal amounts are equal, whatever their unit.
  for (const [name, face] of Object.entries(one)) expect(changesBetween(face, other[name] ?? {}), name).toEqual([]);
}

const mirrored = ({ kind, id, change, fields }: DifferenceView): object => ({
  kind,
  id,
  change: { added: 'removed', removed: 'added', changed: 'changed' }[change],
  fields: fields.map(({ field, before, after }) => ({ field, before: after, after: before })),
});
const bare = ({ kind, id, change, fields }: DifferenceView): object => ({
  kind,
  id,
  change,
  fields: fields.map(({ field, before, after }) => ({ field, before, after })),
});

test('after any history: the list of one moment and what differs give the list of the other, and the way back is its mirror', async () => {
  const { store } = world;
  const anyBatches = fc.array(fc.array(anyChange, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
  let moved = 0;
  await fc.assert(
    fc.asyncProperty(
      anyBatches,
      fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 3 }),
      async (batches, backs) => {
        for (const batch of batches) {
          const appends = batch.map(({ stream, event }) => ({
            stream,
            expectedVersion: 'any' as const,
            events: [event],
          }));
          await store.append({ context: { actor: 'user/test', correlationId: 'test' }, appends });
        }
        const head = await store.head();
        for (const [one, other] of [[0, 0] as const, ...backs]) {
          const [from, to] = [Math.max(0, head - one), Math.max(0, head - other)];
          const differences = await diff(from, to);
          expectSame(applied(await listAt(from), differences), await listAt(to));
          expect((await diff(to, from)).map(bare)).toEqual(differences.map(mirrored));
          expect(await diff(from, from)).toEqual([]);
          moved += differences.length;
        }
      },
    ),
    { numRuns: 15 },
  );
  expect(moved).toBeGreaterThan(50);
});

test('the whole history is the list', async () => {
  // One of each that no chance has removed.
  const arrivals: readonly (readonly [string, string, EventType, object])[] = [
    ...TYPES.map(([kind, field, [type = 'RouteSaved']]) => [kind, 'sure', type, { [field]: 'sure' }] as const),
    ['secret', 'app/sure', 'SecretSaved', { app: 'app', name: 'sure' }],
  ];
  for (const [kind, id, type, named] of arrivals) {
    const [sample] = fc.sample(anyEvent(type), 1);
    const event = { type, data: { ...sample?.data, ...named } } as DomainEvent;
    await world.store.append(command(`${kind}/${id}`, 'any', [event]));
  }
  const head = await world.store.head();
  const differences = await diff(0, head);
  expect(new Set(differences.map(({ kind }) => kind))).toEqual(new Set(DIFFERENCE_KINDS));
  expectSame(applied({}, differences), await listAt(head));
});

test('what it costs is what happened in between, however much there is', async () => {
  const { store, database } = world;
  const head = await store.head();
  await sql`
    insert into definitions (id, since, version, state)
    select 'many-' || n, 1, 1, jsonb_build_object('id', 'many-' || n, 'deleted', false, 'spec', '{}'::jsonb)
    from generate_series(1, 20000) as n
  `.execute(database.db);
  await sql`analyze definitions`.execute(database.db);
  const { last } = await store.append(command('definition/one-more', 'any', [definitionSaved('one-more')]));
  const { found, read } = await database.db.transaction().execute(async (tx) => {
    const owned = [{ stream: 'definition', projection: 'definitions' }] as const;
    const before = await tuplesRead(tx);
    const between = await readBetween(tx, owned, { from: head, to: last });
    return { found: between.get('definitions'), read: (await tuplesRead(tx)) - before };
  });
  expect(found).toMatchObject([{ id: 'one-more', before: undefined, after: { deleted: false } }]);
  expect(read).toBeLessThan(10);
});

/** Rows of `definitions` that this connection has read and has not yet reported: those of transactions before may be among them. */
async function tuplesRead(tx: Tx): Promise<number> {
  const { rows } = await sql<{ read: string }>`
    select pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid) as read
    from pg_class where oid = 'definitions'::regclass
  `.execute(tx);
  return Number(rows[0]?.read);
}

test('where events of the range are gone, the lists themselves are compared', async () => {
  const { store, database } = world;
  const head = await store.head();
  const before = await diff(head - 20, head);
  expect(before.length).toBeGreaterThan(0);
  await sql`alter table events disable trigger user`.execute(database.db);
  await sql`delete from events where position between ${head - 15} and ${head - 5}`.execute(database.db);
  expect(await diff(head - 20, head)).toEqual(before);
});
