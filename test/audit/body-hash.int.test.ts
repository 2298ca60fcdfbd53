import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { bodyHash, canonical, type HashedBody } from '../../src/domain/audit/body-hash.ts';
import { sql, type Database } from '../../src/postgres/database.ts';
import { anyText } from '../store/arbitrary-event.ts';
import { openTestDatabase } from '../support/database.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { anyBody } from './arbitrary-body.ts';

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openTestDatabase(fresh.url);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

const anyData = fc.dictionary(
  anyText.filter((key) => key !== '__proto__'),
  fc.oneof(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(true, null)),
  { maxKeys: 4 },
);
const storable = anyBody(anyText, anyData);

/** What the database makes of rows that say the same; their times with something added, in microseconds. */
async function hashesOfRows(bodies: readonly HashedBody[], microseconds = 0): Promise<readonly string[]> {
  const rows = bodies.map((body) => ({ ...body, data: canonical(body.data), at: body.at.toISOString() }));
  const { rows: hashed } = await sql<{ hash: string }>`
    select encode(body_hash(row(
      n, (e ->> 'id')::uuid, e ->> 'stream', (e ->> 'version')::int, e ->> 'type', (e ->> 'schemaVersion')::int, (e ->> 'data')::json,
      e ->> 'actor', e ->> 'correlationId', e ->> 'causationId',
      (e ->> 'at')::timestamptz + make_interval(secs => ${microseconds}::float8 / 1000000), '')::events), 'hex') as hash
    from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as list(e, n) order by n
  `.execute(database.db);
  return hashed.map(({ hash }) => hash);
}

const hashesOf = (bodies: readonly HashedBody[]): readonly string[] =>
  bodies.map((body) => bodyHash(body).toString('hex'));

test('the database hashes a row as this process hashes its event, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(storable, { minLength: 1, maxLength: 50 }), async (bodies) => {
      expect(await hashesOfRows(bodies)).toEqual(hashesOf(bodies));
    }),
    { numRuns: 20 },
  );
});

const [body] = fc.sample(storable, 1);
const everyMillisecond = Array.from({ length: 1_000 }, (_, millisecond) => ({
  ...body,
  at: new Date(Date.UTC(2030, 0, 1) + millisecond),
})) as readonly HashedBody[];

test('at every millisecond of a second', async () => {
  expect(await hashesOfRows(everyMillisecond)).toEqual(hashesOf(everyMillisecond));
});

test('a time between two milliseconds gives no hash that an event has', async () => {
  const known = new Set(hashesOf(everyMillisecond));
  for (const microseconds of [1, 9, 10, 100, 500, 990, 998, 999]) {
    const hashes = await hashesOfRows(everyMillisecond, microseconds);
    expect(hashes.filter((hash) => known.has(hash))).toEqual([]);
  }
});
