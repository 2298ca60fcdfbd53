import { afterAll, beforeAll, expect, test } from 'vitest';

import { sql } from '../../src/postgres/database.ts';
import { VersionConflict, type StreamAppend } from '../../src/store/command.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { definitionSaved, testStore, type TestStore } from '../support/store.ts';

const CALLERS = 12;
const COMMANDS = 40;
const IDS = Array.from({ length: 40 }, (_, index) => `def_${index}`);

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());

/** One to four streams in any order, each on one of the three kinds of condition; some conditions are wrong. */
function appends(caller: number, turn: number): readonly StreamAppend[] {
  const count = 1 + ((caller + turn) % 4);
  return Array.from({ length: count }, (_, index): StreamAppend => {
    const id = IDS[(caller * 7 + turn * 11 + index * (caller % 2 === 0 ? 13 : 27)) % IDS.length] ?? '';
    const expected = (['any', 0, 1, 'any'] as const)[(caller + turn + index) % 4] ?? 'any';
    return { stream: `definition/${id}`, expectedVersion: expected, events: [definitionSaved(id)] };
  });
}

async function call(store: EventStore, caller: number): Promise<number> {
  let stored = 0;
  for (let turn = 0; turn < COMMANDS; turn += 1) {
    const command = { context: { actor: 'user/test', correlationId: 'test' }, appends: appends(caller, turn) };
    try {
      stored += (await store.append(command)).events.length;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
  return stored;
}

test('two processes that append to the same streams at once neither lock each other out nor lose count', async () => {
  const { store, database } = world;
  const second = world.another();
  const callers = Array.from({ length: CALLERS }, (_, caller) => call(caller % 2 === 0 ? store : second, caller));
  const stored = (await Promise.all(callers)).reduce((sum, each) => sum + each, 0);
  expect(stored).toBeGreaterThan(100);
  expect(await store.head()).toBe(stored);
  const { rows } = await sql<{
    stream: string;
    head: number;
    last: number;
    events: number;
    row: number;
    since: boolean;
  }>`
    select s.stream, s.version as head, coalesce(max(e.version), 0) as last, count(e.*)::int as events,
      coalesce(max(d.version), 0) as row, coalesce(max(d.since) = max(e.position), true) as since
    from streams s left join events e using (stream) left join definitions d on s.stream = 'definition/' || d.id
    group by s.stream, s.version
  `.execute(database.db);
  for (const { head, last, events, row, since } of rows) {
    expect([last, events, row, since]).toEqual([head, head, head, true]);
  }
  const { rows: past } = await sql<{ n: number }>`select count(*)::int as n from history`.execute(database.db);
  const current = rows.filter(({ head }) => head > 0).length;
  expect(past[0]?.n).toBe(stored - current);
});
