import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/logger.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { heartbeats, writeHeartbeats, type Heartbeats } from '../../src/workers/watch/heartbeat.ts';
import { queryRows } from '../support/database.ts';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const stack = new AsyncDisposableStack();
let database: Database;
beforeAll(async () => {
  const { url } = stack.use(await freshDatabase());
  database = stack.use(openDatabase({ url, applicationName: 'test', onError: () => undefined }));
});
afterAll(() => stack.disposeAsync());

/** As the life of one worker has them. */
async function withHeartbeats(workerId: string, use: (beats: Heartbeats) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const query = () => Promise.reject(new Error('it needs no connection of its own'));
  const membership = { present: { fence: { workerId }, ended: end.signal, query } };
  const beats = writeHeartbeats({ database, membership, clock: systemClock, log: createLogger('silent') }, end.signal);
  try {
    await use(beats);
  } finally {
    end.abort();
    await beats.done;
  }
}

const written = () =>
  queryRows(database, 'select node_id, worker_id, xmin::text as tx from node_heartbeats order by 1');

test('the answers of many nodes are written together, each with its own time', async () => {
  await withHeartbeats('wrk_a', async ({ answered }) => {
    answered('node_x');
    await until('the first is written', 5_000, async () => (await written()).length === 1);
    const from = Date.now();
    answered('node_b');
    await until('half a second has passed', 2_000, async () => Date.now() - from > 500);
    for (const nodeId of ['node_c', 'node_a', 'node_c']) answered(nodeId);
    await until('all are written', 5_000, async () => (await heartbeats(database.db)).size === 4);
    const rows = (await written()).filter(({ node_id }) => node_id !== 'node_x');
    expect(rows.map(({ node_id }) => node_id)).toEqual(['node_a', 'node_b', 'node_c']);
    expect(new Set(rows.map(({ tx }) => tx)).size).toBe(1);
    const at = await heartbeats(database.db);
    const time = (nodeId: string): number => at.get(nodeId)?.getTime() ?? Number.NaN;
    expect(time('node_a') - time('node_b')).toBeGreaterThan(400);
  });
});

test('whoever watches a node next writes its answers; a node that is silent keeps its last one', async () => {
  const before = await heartbeats(database.db);
  await withHeartbeats('wrk_b', async ({ answered }) => {
    answered('node_a');
    await until('it is written', 5_000, async () => (await written())[0]?.['worker_id'] === 'wrk_b');
  });
  const after = await heartbeats(database.db);
  expect(after.get('node_a')?.getTime()).toBeGreaterThan(before.get('node_a')?.getTime() ?? 0);
  expect(after.get('node_b')).toEqual(before.get('node_b'));
});
