import { expect, test } from 'vitest';

import { sql } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { replayProjections } from '../../src/store/replay.ts';
import { command, definitionSaved, testStore } from '../support/store.ts';

test('a replay of the log gives the very rows that its events wrote, history included', async () => {
  await using world = await testStore();
  const { store, database } = world;
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.append(command(`definition/def_${index}`, 'any', [definitionSaved(`def_${index}`, `web:${round}`)])),
      ),
    );
  }
  const report = await replayProjections(database.db, PROJECTIONS, { swap: true });
  expect(report).toEqual({ events: 150, rows: 100, differences: [], swapped: true });
  // The swapped tables go on being written, with their constraints and indexes.
  await store.append(command('definition/def_0', 3, [definitionSaved('def_0', 'after')]));
  expect(await replayProjections(database.db, PROJECTIONS, { swap: false })).toMatchObject({ differences: [] });
});

test('a row that the log does not lead to is reported, and a rebuild mends it', async () => {
  await using world = await testStore();
  const { store, database } = world;
  await store.append(command('definition/def_1', 0, [definitionSaved('def_1')]));
  await sql`update definitions set state = jsonb_set(state, '{spec,image,name}', '"evil:1"')`.execute(database.db);
  const report = await replayProjections(database.db, PROJECTIONS, { swap: false });
  expect(report.differences).toHaveLength(1);
  expect(report.differences[0]).toMatchObject({
    table: 'definitions',
    id: 'def_1',
    live: expect.stringContaining('evil:1'),
    replayed: expect.stringContaining('web:1'),
  });
  await replayProjections(database.db, PROJECTIONS, { swap: true });
  expect(await store.row('definitions', 'def_1')).toMatchObject({ state: { spec: { image: { name: 'web:1' } } } });
});
