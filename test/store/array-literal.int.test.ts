import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { sql, type Database } from '../../src/postgres/database.ts';
import { bareArray, jsonArray, textArray } from '../../src/store/array-literal.ts';
import { openTestDatabase } from '../support/database.ts';
import { freshDatabase } from '../support/postgres.ts';

const stack = new AsyncDisposableStack();
let database: Database;
beforeAll(async () => {
  database = stack.use(openTestDatabase(stack.use(await freshDatabase({ empty: true })).url));
});
afterAll(() => stack.disposeAsync());

/** All that PostgreSQL can store in a text: anything but NUL and lone surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed() && !value.includes('\0')),
  fc.constantFrom('', 'null', 'NULL', 'Null', ' ', '{}', '\\', '"', ',', 'a,b', '\n', '\\x00'),
);

test('texts arrive as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text, { nil: undefined })), async (values) => {
      const { rows } = await sql<{
        back: unknown;
        kept: string[];
      }>`select ${textArray(values)}::text[] as back`.execute(database.db);
      expect(rows[0]?.back).toEqual(values.map((value) => value ?? null));
    }),
  );
});

test('numbers arrive as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), async (numbers) => {
      const { rows } = await sql<{ numbers: number[] }>`select ${bareArray(numbers)}::int[] as numbers`.execute(
        database.db,
      );
      expect(rows[0]?.numbers).toEqual(numbers);
    }),
  );
});

test('documents arrive as they were', async () => {
  const document = fc.record({ name: text, lines: fc.array(text), count: fc.integer() });
  await fc.assert(
    fc.asyncProperty(fc.array(document), async (documents) => {
      const texts = documents.map((each) => JSON.stringify(each));
      const { rows } = await sql<{ back: unknown; kept: string[] }>`
        select array_to_json(${jsonArray('jsonb', texts)}::jsonb[]) as back,
               ${jsonArray('json', texts)}::json[]::text[] as kept
      `.execute(database.db);
      expect(rows[0]?.back).toEqual(texts.map((each): unknown => JSON.parse(each)));
      expect(rows[0]?.kept).toEqual(texts);
    }),
  );
});
