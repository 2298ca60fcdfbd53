import { expect, test } from 'vitest';
import { freshDatabase } from '../../test/support/postgres.ts';
import { openDatabase, sql } from './database.ts';

const CONNECTIONS = 20;

/** Sockets that this process holds open. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

// One that is still open when its server stops, or its database is dropped, breaks with an error that nobody listens for.
test('once closed, the pool holds no connection any more', async () => {
  await using fresh = await freshDatabase();
  const before = sockets();
  const errors: Error[] = [];
  const database = openDatabase({
    url: fresh.url,
    applicationName: 'test',
    max: CONNECTIONS,
    onError: (error) => errors.push(error),
  });
  const sessions = Array.from({ length: CONNECTIONS }, () =>
    sql<{ pid: number }>`select pg_backend_pid() as pid from pg_sleep(0.05)`.execute(database.db),
  );
  const pids = (await Promise.all(sessions)).map(({ rows: [row] }) => row?.pid);
  expect(new Set(pids).size).toBe(CONNECTIONS);
  expect(sockets()).toBe(before + CONNECTIONS);
  await database[Symbol.asyncDispose]();
  expect(sockets()).toBe(before);
  expect(errors).toEqual([]);
});
