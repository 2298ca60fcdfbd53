import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, queryRows } from '../../test/support/database.ts';
import { freshDatabase } from '../../test/support/postgres.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-migrations-'));
  // Several statements, one of them with a semicolon of its own.
  await writeFile(
    join(folder, '9001_things.sql'),
    `create table thing (id int primary key);
     create function answer() returns int language plpgsql as $$ begin return 42; end $$;
     insert into thing select answer();`,
  );
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<{ database: Database; [Symbol.asyncDispose](): Promise<void> }> {
  await using stack = new AsyncDisposableStack();
  // A database without the project's own migrations: kysely refuses a folder that lacks what was run before.
  const fresh = stack.use(await freshDatabase({ empty: true }));
  const database = stack.use(openTestDatabase(fresh.url));
  const whole = stack.move();
  return { database, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

test('each file runs once, whole, and under its own name', async () => {
  await using opened = await open();
  expect(await migrate(opened.database, folder)).toEqual(['9001_things.sql']);
  await writeFile(join(folder, '9002_more.sql'), 'insert into thing values (43)');
  expect(await migrate(opened.database, folder)).toEqual(['9002_more.sql']);
  expect(await migrate(opened.database, folder)).toEqual([]);
  const rows = await queryRows(opened.database, 'select id from thing order by id');
  expect(rows).toEqual([{ id: 42 }, { id: 43 }]);
});

test('many processes may migrate at once', async () => {
  await using opened = await open();
  const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(opened.database, folder)));
  expect(runs.flat()).toEqual(['9001_things.sql']);
});

test('a failing file is named and leaves nothing behind', async () => {
  await using opened = await open();
  await writeFile(join(folder, '9002_broken.sql'), 'create table other (id int); select no_such_function()');
  await expect(migrate(opened.database, folder)).rejects.toThrow(/9002_broken\.sql failed: .*no_such_function/);
  const rows = await queryRows(opened.database, `select to_regclass('thing') as thing, to_regclass('other') as other`);
  expect(rows).toEqual([{ thing: null, other: null }]);
});

test('a file out of the numbering is refused', async () => {
  await using opened = await open();
  await writeFile(join(folder, 'later.sql'), 'select 1');
  await expect(migrate(opened.database, folder)).rejects.toThrow(/later\.sql is not named like/);
});

test("the project's own migrations have run in a fresh database, and run again without effect", async () => {
  await using fresh = await freshDatabase();
  await using database = openTestDatabase(fresh.url);
  expect(await migrate(database)).toEqual([]);
});
