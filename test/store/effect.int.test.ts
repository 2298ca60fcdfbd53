import { afterAll, beforeAll, expect, test } from 'vitest';

import { sql, type Tx } from '../../src/postgres/database.ts';
import { VersionConflict } from '../../src/store/command.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
  await sql`create table beside (id text primary key)`.execute(world.database.db);
});
afterAll(() => world[Symbol.asyncDispose]());

const writing =
  (id: string) =>
  async (tx: Tx): Promise<void> =>
    void (await sql`insert into beside (id) values (${id})`.execute(tx));

async function isBeside(id: string): Promise<boolean> {
  const { rows } = await sql`select 1 from beside where id = ${id}`.execute(world.database.db);
  return rows.length === 1;
}

const saved = async (id: string): Promise<boolean> => (await world.store.row('definitions', id)) !== undefined;

test('what a command writes beside the log is stored with its events', async () => {
  await world.store.append(command('definition/with', 0, [definitionSaved('with')], { effect: writing('with') }));
  expect([await saved('with'), await isBeside('with')]).toEqual([true, true]);
});

test('a refused command writes nothing beside the log either, nor does it keep its neighbours from it', async () => {
  const { store } = world;
  const [good, stale] = await Promise.allSettled([
    store.append(command('definition/good', 0, [definitionSaved('good')], { effect: writing('good') })),
    store.append(command('definition/stale', 7, [definitionSaved('stale')], { effect: writing('stale') })),
  ]);
  expect(good.status).toBe('fulfilled');
  expect(stale).toMatchObject({ status: 'rejected', reason: expect.any(VersionConflict) });
  expect([await isBeside('good'), await isBeside('stale'), await saved('stale')]).toEqual([true, false, false]);
});

test('an effect that throws refuses its command alone', async () => {
  const { store } = world;
  const head = await store.head();
  const [bad, good] = await Promise.allSettled([
    // It is there already.
    store.append(command('definition/bad', 0, [definitionSaved('bad')], { effect: writing('with') })),
    store.append(command('definition/fine', 0, [definitionSaved('fine')], { effect: writing('fine') })),
  ]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  expect([await saved('bad'), await saved('fine'), await isBeside('fine')]).toEqual([false, true, true]);
  expect(await store.head()).toBe(head + 1);
});

test('a repeated idempotency key has no effect a second time', async () => {
  const { store } = world;
  const more = { idempotencyKey: 'key', effect: writing('once') };
  await store.append(command('definition/once', 0, [definitionSaved('once')], more));
  const again = await store.append(command('definition/once', 0, [definitionSaved('once')], more));
  expect([again.repeated, await isBeside('once')]).toEqual([true, true]);
});
