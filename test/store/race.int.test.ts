import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { Allotment } from '../../src/domain/node/allotment.ts';
import { openDatabase, sql, type Database } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { freshDatabase } from '../support/postgres.ts';
import { command } from '../support/store.ts';
import { firstBrokenLink } from './chain.ts';
import { eventStoreLog, RACED_NODE } from './race/event-store-log.ts';
import { race, type RaceResult } from './race/race.ts';
import { createSequenceLog, sequenceLog } from './race/sequence-log.ts';

const SOUND = { lost: 0, twice: 0, disordered: 0, foreign: 0 };
/** Some 10 s on two idle cores. */
const RACE_MS = 120_000;
/** `reserve` commands want more in all. */
const NODE_CPU_MILLIS = 300;

test.each([
  { writers: 4, events: 12_000 },
  { writers: 32, events: 12_000 },
])(
  '$writers writers against readers: $events events, none lost, none twice, no gap',
  async ({ writers, events }) => {
    await using fresh = await freshDatabase();
    await registerNode(fresh.url);
    const result = await race({
      ...fresh,
      open: eventStoreLog(fresh.url),
      writers,
      events,
      seed: writers,
      killEvery: 450,
    });
    const { all, readers, killed, written } = result;
    expect(all.length).toBeGreaterThanOrEqual(events);
    expect(all.map(({ position }) => position)).toEqual(all.map((_, index) => index + 1));
    for (const reader of readers) expect(reader).toMatchObject(SOUND);
    expect(readers.length).toBeGreaterThanOrEqual(6);
    expectEachCommandOnce(result);
    expect(killed).toBeGreaterThan(20);
    expect(written.filter(({ unknowns }) => unknowns > 0).length).toBeGreaterThan(0);
    await expectSoundRows(fresh.url, result);
  },
  RACE_MS,
);

test('the same race catches a reader that trusts a plain sequence', async () => {
  await using fresh = await freshDatabase();
  await createSequenceLog(fresh.url);
  const open = sequenceLog(fresh.url);
  const result = await race({ ...fresh, open, writers: 32, events: 8_000, seed: 7, killEvery: 900 });
  expectEachCommandOnce(result);
  const lost = result.readers.map((reader) => reader.lost);
  expect(Math.max(...lost)).toBeGreaterThan(0);
});

/** Accepted commands are there exactly once and in one piece; refused ones are not there at all. */
function expectEachCommandOnce({ all, written }: RaceResult): void {
  const stored = new Map(all.map(({ marker }, index) => [marker, index]));
  const markers = all.filter(({ marker }) => marker !== '');
  expect(new Set(markers.map(({ marker }) => marker)).size).toBe(markers.length);
  const missing = written.filter(
    ({ command: { markers: own }, answer }) => answer === 'accepted' && own.some((marker) => !stored.has(marker)),
  );
  const unwanted = written.filter(
    ({ command: { markers: own }, answer }) => answer === 'refused' && own.some((marker) => stored.has(marker)),
  );
  expect({ missing, unwanted }).toEqual({ missing: [], unwanted: [] });
  const accepted = written.filter(({ answer }) => answer === 'accepted');
  expect(accepted.reduce((sum, { command: { markers: own } }) => sum + own.length, 0)).toBe(markers.length);
  const kinds = (answer: string): Set<string> =>
    new Set(written.filter((entry) => entry.answer === answer).map((entry) => entry.command.kind));
  expect(kinds('refused')).toContain('stale');
  expect(kinds('refused')).toContain('poison');
}

/** The chain whole, stream versions without gaps, heads and rows at their last version, and no more given away than there is. */
async function expectSoundRows(url: string, { written }: RaceResult): Promise<void> {
  await using database = openTest(url);
  const { rows: broken } = await sql`
    select stream from events full join streams using (stream) full join
      (select 'definition/' || id as stream, version as row_version from definitions) d using (stream)
    group by stream, streams.version, row_version
    having count(position) <> coalesce(max(events.version), 0) or coalesce(max(events.version), 0) <> streams.version
      or (row_version is not null and row_version <> streams.version)
      or (count(position) > 0 and stream like 'definition/%' and row_version is null)
  `.execute(database.db);
  expect(broken).toEqual([]);
  expect(await firstBrokenLink(database.db)).toBeUndefined();
  const { rows } = await sql<{ state: Allotment }>`select state from allotments`.execute(database.db);
  const reserves = written.filter(({ command: { kind } }) => kind === 'reserve');
  const accepted = reserves.filter(({ answer }) => answer === 'accepted');
  const taken = accepted.reduce((sum, { command: { markers } }) => sum + markers.length, 0);
  expect(rows[0]?.state.reserved.cpuMillis).toBe(taken);
  expect(taken).toBeLessThanOrEqual(NODE_CPU_MILLIS);
  expect(accepted.length).toBeLessThan(reserves.length);
}

async function registerNode(url: string): Promise<void> {
  await using database = openTest(url);
  await using store = openStore({
    database,
    clock: systemClock,
    projections: PROJECTIONS,
    effects: async () => undefined,
  });
  const capacity = { cpuMillis: NODE_CPU_MILLIS, memoryBytes: 0, gpus: [] };
  const node = { nodeId: RACED_NODE, url: 'simulated://race', cluster: 'c', zone: 'z', labels: {}, capacity };
  await store.append(command(`node/${RACED_NODE}`, 0, [{ type: 'NodeRegistered', data: node }]));
}

function openTest(url: string): Database {
  return openDatabase({ url, applicationName: 'test', onError: () => undefined });
}
