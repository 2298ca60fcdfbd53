import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { signCheckpoint } from '../../src/domain/audit/checkpoint.ts';
import { sql, type Tx } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { auditKeysOf } from '../../src/services/audit/keys.ts';
import { verifyPart, type Verified } from '../../src/services/audit/verify.ts';
import { hashesAt, keepCheckpoint } from '../../src/store/audit.ts';
import { replayProjections } from '../../src/store/replay.ts';
import { keyRing } from '../../src/vault/key-ring.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

const EVENTS = 40;
const SIGNED = [10, 20, 30] as const;
const LAST_SIGNED = 30;
const KEYS = auditKeysOf(keyRing(randomBytes(32)));

let world: TestStore;

beforeAll(async () => {
  world = await testStore({ tampered: true });
  for (let n = 1; n <= EVENTS; n += 1)
    await world.store.append(command(`definition/d${n % 9}`, 'any', [definitionSaved(`d${n % 9}`, `web:${n}`)]));
  const { db } = world.database;
  const hashes = await hashesAt(db, SIGNED);
  const [key] = KEYS.all;
  if (key === undefined) throw new Error('no key');
  for (const position of SIGNED) {
    const statement = { installation: 'i', position, hash: hashes.get(position) ?? '', at: '2026-11-23T00:00:00.000Z' };
    // The database says which installation it is.
    const { rows } = await sql<{ id: string }>`select id from installation`.execute(db);
    await keepCheckpoint(db, signCheckpoint({ ...statement, installation: rows[0]?.id ?? '' }, key));
  }
  for (const table of ['events', 'checkpoints'] as const)
    await sql`alter table ${sql.table(table)} disable trigger user`.execute(db);
});
afterAll(() => world[Symbol.asyncDispose]());

/** What somebody with the database's password may do. */
type Deed =
  | { readonly kind: 'edit'; readonly column: keyof typeof EDITS; readonly at: number }
  | { readonly kind: 'hash' | 'delete'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly with: number }
  | { readonly kind: 'truncate'; readonly after: number; readonly mendHead: boolean }
  | { readonly kind: 'append' }
  | { readonly kind: 'forge'; readonly from: number }
  | {
      readonly kind: 'checkpoint';
      readonly at: (typeof SIGNED)[number];
      readonly column: 'hash' | 'at' | 'signature' | 'key_id';
    };

/** Each column, and another value of it. */
const EDITS = {
  id: sql`gen_random_uuid()`,
  stream: sql`stream || 'x'`,
  version: sql`version + 1000`,
  type: sql`'DefinitionDeleted'`,
  schema_version: sql`schema_version + 1`,
  data: sql`replace(data::text, 'web:', 'bad:')::json`,
  // The same to whoever parses it.
  spacing: sql`replace(data::text, ':', ': ')::json`,
  actor: sql`'user/nobody'`,
  correlation_id: sql`correlation_id || ' '`,
  causation_id: sql`'somebody'`,
  at: sql`at + interval '1 millisecond'`,
  microseconds: sql`at + interval '1 microsecond'`,
} as const;
const COLUMN: Partial<Record<keyof typeof EDITS, string>> = { spacing: 'data', microseconds: 'at' };

const position = fc.integer({ min: 1, max: EVENTS });
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('edit' as const),
    column: fc.constantFrom(...(Object.keys(EDITS) as (keyof typeof EDITS)[])),
    at: position,
  }),
  fc.record({ kind: fc.constantFrom('hash' as const, 'delete' as const), at: position }),
  fc
    .record({ kind: fc.constant('swap' as const), at: fc.integer({ min: 1, max: EVENTS - 1 }), with: position })
    .map((deed) => ({
      ...deed,
      with: deed.with === deed.at ? deed.at + 1 : deed.with,
    })),
  fc.record({
    kind: fc.constant('truncate' as const),
    after: fc.integer({ min: 1, max: EVENTS - 1 }),
    mendHead: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('append' as const) }),
  fc.record({ kind: fc.constant('forge' as const), from: fc.integer({ min: 1, max: LAST_SIGNED }) }),
  fc.record({
    kind: fc.constant('checkpoint' as const),
    at: fc.constantFrom(...SIGNED),
    column: fc.constantFrom('hash' as const, 'at' as const, 'signature' as const, 'key_id' as const),
  }),
);

async function carryOut(tx: Tx, deed: Deed): Promise<void> {
  switch (deed.kind) {
    case 'edit':
      await sql`
        update events set ${sql.ref(COLUMN[deed.column] ?? deed.column)} = ${EDITS[deed.column]} where position = ${deed.at}
      `.execute(tx);
      return;
    case 'hash':
      await sql`update events set hash = sha256(hash) where position = ${deed.at}`.execute(tx);
      return;
    case 'delete':
      await sql`delete from events where position = ${deed.at}`.execute(tx);
      return;
    case 'swap':
      await sql`update events set position = -position where position in (${deed.at}, ${deed.with})`.execute(tx);
      await sql`
        update events set position = ${deed.at}::bigint + ${deed.with}::bigint + position where position < 0
      `.execute(tx);
      return;
    case 'truncate':
      await sql`delete from events where position > ${deed.after}`.execute(tx);
      if (deed.mendHead)
        await sql`
          update log_head set position = ${deed.after}, hash = (select hash from events where position = ${deed.after})
        `.execute(tx);
      return;
    case 'append':
      await sql`
        insert into events select position + 1, gen_random_uuid(), stream, version + 1, type, schema_version, data, actor,
          correlation_id, causation_id, at, hash from events where position = ${EVENTS}
      `.execute(tx);
      return;
    case 'forge':
      return forge(tx, deed.from);
    case 'checkpoint':
      await sql`
        update checkpoints set ${sql.ref(deed.column)} = ${CHECKPOINT_EDITS[deed.column]} where position = ${deed.at}
      `.execute(tx);
      return;
    default:
      deed satisfies never;
  }
}

const CHECKPOINT_EDITS = {
  hash: sql`sha256(hash)`,
  at: sql`at + interval '1 second'`,
  signature: sql`set_byte(signature, 3, (get_byte(signature, 3) + 1) % 256)`,
  key_id: sql`'0123456789abcdef'`,
} as const;

/** Another actor from there on, with hashes and a head that follow on one another as they should. */
async function forge(tx: Tx, from: number): Promise<void> {
  await sql`update events set actor = 'user/nobody' where position >= ${from}`.execute(tx);
  await sql`
    do $$
    declare
      event events%rowtype;
      link  bytea := coalesce((select hash from events where position = ${sql.lit(from - 1)}), sha256('deploy-svc event log, version 1'));
    begin
      for event in select * from events where position >= ${sql.lit(from)} order by position loop
        link := sha256(link || int8send(event.position) || body_hash(event));
        update events set hash = link where position = event.position;
      end loop;
      update log_head set hash = link;
    end $$
  `.execute(tx);
}

function foundAt(deed: Deed): number | undefined {
  switch (deed.kind) {
    case 'edit':
    case 'hash':
    case 'delete':
    case 'checkpoint':
      return deed.at;
    case 'swap':
      return Math.min(deed.at, deed.with);
    case 'truncate':
      return deed.after + 1;
    case 'append':
      return EVENTS + 1;
    case 'forge':
      return SIGNED.find((each) => each >= deed.from);
    default:
      return deed satisfies never;
  }
}

/** Does it, looks, and undoes it. */
async function afterDeed<Result>(deed: Deed, look: (tx: Tx) => Promise<Result>): Promise<Result> {
  const tx = await world.database.db.startTransaction().execute();
  try {
    await carryOut(tx, deed);
    return await look(tx);
  } finally {
    await tx.rollback().execute();
  }
}

const verify = (db: Tx | typeof world.database.db): Promise<Verified> => verifyPart(db, KEYS, 0, 1_000);

test('an honest log holds, whole and in parts', async () => {
  const { db } = world.database;
  expect(await verify(db)).toMatchObject({ until: EVENTS, checkpoints: 3, fault: undefined });
  expect(await verifyPart(db, KEYS, 15, 10)).toMatchObject({ until: 25, checkpoints: 1, fault: undefined });
});

test('1,000 tamperings of a database are found, each at its position', { timeout: 120_000 }, async () => {
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyDeed, async (deed) => {
      kinds.add(deed.kind === 'edit' ? deed.column : deed.kind);
      const { fault } = await afterDeed(deed, verify);
      expect(fault?.position, fault?.what).toBe(foundAt(deed));
    }),
    { numRuns: 1_000 },
  );
  expect([...kinds].sort()).toEqual(
    [...Object.keys(EDITS), 'append', 'checkpoint', 'delete', 'forge', 'hash', 'swap', 'truncate'].sort(),
  );
});

test('a part is verified without the others, and finds its own faults alone', async () => {
  const part = await afterDeed({ kind: 'edit', column: 'data', at: 7 }, (tx) => verifyPart(tx, KEYS, 10, 10));
  expect(part).toMatchObject({ until: 20, fault: undefined });
});

test('who signs with the key that everybody knows, after there was one of its own, is found', async () => {
  const weak = auditKeysOf(keyRing()).all[0];
  if (weak === undefined) throw new Error('no key');
  const tx = await world.database.db.startTransaction().execute();
  try {
    const { rows } = await sql<{ id: string }>`select id from installation`.execute(tx);
    const hash = (await hashesAt(tx, [35])).get(35) ?? '';
    const statement = { installation: rows[0]?.id ?? '', position: 35, hash, at: '2026-11-23T00:00:00.000Z' };
    await keepCheckpoint(tx, signCheckpoint(statement, weak));
    expect((await verify(tx)).fault).toEqual({ position: 35, what: expect.stringContaining('everybody knows') });
  } finally {
    await tx.rollback().execute();
  }
});

test('an edited row, and a tail that was forged after the last checkpoint, differ from what the log says', async () => {
  const { db } = world.database;
  const before = await replayProjections(db, PROJECTIONS, { swap: false });
  expect(before.differences).toEqual([]);
  await sql`update definitions set state = jsonb_set(state, '{spec,image,name}', '"bad:1"') where id = 'd3'`.execute(
    db,
  );
  const { differences } = await replayProjections(db, PROJECTIONS, { swap: true });
  expect(differences.map(({ table, id }) => [table, id])).toEqual([['definitions', 'd3']]);
  await sql`update events set data = replace(data::text, 'web:', 'bad:')::json where position = 38`.execute(db);
  const forged = await replayProjections(db, PROJECTIONS, { swap: false });
  expect(forged.differences.map(({ table, id }) => [table, id])).toEqual([['definitions', 'd2']]);
});
