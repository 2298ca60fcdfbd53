import { afterAll, beforeAll, expect, test } from 'vitest';

import { virtualClock } from '../../src/clock.ts';
import { openDatabase, sql } from '../../src/postgres/database.ts';
import { StoreUnavailable } from '../../src/store/command.ts';
import { GapInLog } from '../../src/store/subscription.ts';
import type { EventStore, SubscribeOptions } from '../../src/store/event-store.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());

const DEADLINE_MS = 20_000;
let names = 0;

async function append(store: EventStore, count: number): Promise<number> {
  names += 1;
  const id = `d${names}`;
  const events = Array.from({ length: count }, (_, n) => definitionSaved(id, `web:${n}`));
  const once = command(`definition/${id}`, 0, events, { idempotencyKey: id });
  for (;;) {
    try {
      return (await store.append(once)).last;
    } catch (error) {
      // Whether it was stored is unknown; its key tells.
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

/** Positions until the last of them is there. */
async function follow(store: EventStore, until: number, options: Omit<SubscribeOptions, 'signal'>): Promise<number[]> {
  const positions: number[] = [];
  for await (const { position } of store.subscribe({ ...options, signal: AbortSignal.timeout(DEADLINE_MS) })) {
    positions.push(position);
    if (position >= until) break;
  }
  return positions;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n + 1);

test('every event after any position, once and in order, over pages', async () => {
  const head = await append(world.store, 1_250);
  for (const from of [0, 1, 499, 500, 501, 999, 1_000, 1_249]) {
    expect(await follow(world.store, head, { from })).toEqual(range(from, head));
  }
});

test('a notification that comes while a page is being read is not missed', async () => {
  // Polling is never due: whoever misses a notification waits for ever.
  const reader = world.another({ clock: virtualClock() });
  const from = await world.store.head();
  await append(world.store, 1);
  const seen: number[] = [];
  for await (const { position } of reader.subscribe({ from, signal: AbortSignal.timeout(DEADLINE_MS) })) {
    seen.push(position);
    if (seen.length === 60) break;
    // While the reader is at its page.
    await append(world.store, 1);
  }
  expect(seen).toEqual(range(from, from + 60));
});

test('goes on after its connections broke, without loss or repetition', async () => {
  const reader = world.another();
  const from = await world.store.head();
  await using killer = openDatabase({
    url: world.database.url,
    applicationName: 'killer',
    max: 1,
    onError: () => undefined,
  });
  const reading = follow(reader, from + 2_000, { from });
  for (let n = 0; n < 20; n += 1) {
    await append(world.store, 100);
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
    `.execute(killer.db);
  }
  expect(await reading).toEqual(range(from, from + 2_000));
});

test('events of one deployment alone', async () => {
  const from = await world.store.head();
  for (const id of ['web', 'other', 'web']) {
    const spec = { id, definitionId: 'd', replicas: 1 };
    await world.store.append(
      command(`deployment/${id}`, 'any', [{ type: 'DeploymentSaved', data: { deploymentId: id, spec } }]),
    );
  }
  expect(await follow(world.store, from + 3, { from, deploymentId: 'web' })).toEqual([from + 1, from + 3]);
});

test('ends when its signal aborts, while it waits', async () => {
  const stop = new AbortController();
  const from = await world.store.head();
  const reading = (async () => {
    for await (const event of world.store.subscribe({ from, signal: stop.signal })) return event;
    return 'ended';
  })();
  stop.abort();
  expect(await reading).toBe('ended');
});

test('a gap in the log is said, not skipped', async () => {
  await using own = await testStore({ tampered: true });
  await append(own.store, 3);
  await sql`alter table events disable trigger user`.execute(own.database.db);
  await sql`delete from events where position = 2`.execute(own.database.db);
  await expect(follow(own.store, 3, { from: 0 })).rejects.toThrow(GapInLog);
});
