import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { sql, type Database } from '../../src/postgres/database.ts';
import { bareArray, byteaArray, jsonArray, textArray } from '../../src/store/array-literal.ts';
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

test('bytes and numbers arrive as they were', async () => {
  const bytes = fc.array(fc.uint8Array({ maxLength: 40 }));
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.integer()), async (blobs, numbers) => {
      const hexes = blobs.map((blob) => Buffer.from(blob).toString('hex'));
      const { rows } = await sql<{ bytes: Buffer[]; numbers: number[] }>`
        select ${byteaArray(hexes)}::bytea[] as bytes, ${bareArray(numbers)}::int[] as numbers
      `.execute(database.db);
      expect(rows[0]?.bytes.map((blob) => blob.toString('hex'))).toEqual(hexes);
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
