import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { bodyHash, canonical, type HashedBody } from '../../src/domain/audit/body-hash.ts';
import { sql, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { anyText } from '../store/arbitrary-event.ts';
import { firstBrokenLink } from '../store/chain.ts';
import { openTestDatabase } from '../support/database.ts';
import { freshDatabase } from '../support/postgres.ts';

const MIGRATIONS = resolve(import.meta.dirname, '../../migrations');
const THIS = '0017_log_as_text.sql';

let before: string;

/** The schema as it was while the data of an event was jsonb. */
beforeAll(async () => {
  before = await mkdtemp(join(tmpdir(), 'deploy-svc-migrations-'));
  for (const name of (await readdir(MIGRATIONS)).filter((each) => each < THIS))
    await cp(join(MIGRATIONS, name), join(before, name));
});
afterAll(() => rm(before, { recursive: true, force: true }));

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1e-7, 1.5e-7, 1e-6, 1e20, 1e21, 1.25e22, 0.1, -3.5e-9, 5e-324, Number.MAX_VALUE),
);
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyText,
    anyNumber,
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      anyText.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}));
const anyData = fc.dictionary(
  fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).filter((key) => key !== '__proto__'),
  anyValue,
);

async function appendAsBefore(database: Database, data: Record<string, unknown>, n: number): Promise<void> {
  const id = `0198c7aa-1111-7777-8888-${String(n).padStart(12, '0')}`;
  const at = new Date(1_700_000_000_000 + n);
  const event: HashedBody = {
    id,
    stream: `s/${n}`,
    version: 1,
    type: 'T',
    schemaVersion: 1,
    data,
    at,
    actor: 'a',
    correlationId: 'c',
  };
  const hash = bodyHash(event).toString('hex');
  await sql`
    select append_events(array[${id}]::uuid[], array[${event.stream}], array[1], array['T'], array[1], array[${canonical(data)}::jsonb],
      array['a'], array['c'], array[null]::text[], array[${at}]::timestamptz[], array[decode(${hash}, 'hex')])
  `.execute(database.db);
}

test('the log of a release that kept jsonb reads and proves the same after the upgrade', async () => {
  await using fresh = await freshDatabase({ empty: true });
  await using database = openTestDatabase(fresh.url);
  await migrate(database, before);
  const all = fc.sample(anyData, 300);
  for (const [index, data] of all.entries()) await appendAsBefore(database, data, index + 1);
  await migrate(database);
  const { rows } = await sql<{ text: string }>`select data::text as text from events order by position`.execute(
    database.db,
  );
  expect(rows.map(({ text }) => text)).toEqual(all.map(canonical));
  expect(await firstBrokenLink(database.db)).toBeUndefined();
});

test('a log that somebody has changed is not upgraded, and nothing has happened to it', async () => {
  await using fresh = await freshDatabase({ empty: true });
  await using database = openTestDatabase(fresh.url);
  await migrate(database, before);
  for (let n = 1; n <= 5; n += 1) await appendAsBefore(database, { n }, n);
  await sql`alter table events disable trigger events_are_append_only`.execute(database.db);
  await sql`update events set data = '{"n": 30}' where position = 3`.execute(database.db);
  await expect(migrate(database)).rejects.toThrow('the log does not hold at position 3');
  const { rows } = await sql<{ type: string }>`select pg_typeof(data)::text as type from events limit 1`.execute(
    database.db,
  );
  expect(rows).toEqual([{ type: 'jsonb' }]);
});
