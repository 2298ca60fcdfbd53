import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createDatabase, dropDatabase } from '../../src/postgres/admin.ts';
import { openDatabase, sql, type Database } from '../../src/postgres/database.ts';
import { destroyEmbedded, startEmbedded } from '../../src/postgres/embedded.ts';
import { readPostmaster } from '../../src/postgres/embedded/postmaster.ts';

/** Settings that durability hangs on; all have to be on, or the figures mean nothing. */
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;
/** How long connections may take to end. */
const DISCONNECT_MS = 10_000;
const TOLD = ['server_version', ...DURABLE, 'data_checksums', 'shared_buffers', 'wal_sync_method'] as const;

export interface PostgresServer extends AsyncDisposable {
  /** Version and settings, in words. */
  readonly description: string;
  /** The process id of the server. */
  readonly pid: number;
  /** Runs the work with the URL of a new, empty database, and drops that database. */
  fresh<Result>(work: (url: string) => Promise<Result>): Promise<Result>;
}

/** Starts an embedded server as the product has it, with new data. Throws when a commit would not be durable. */
export async function startPostgres(): Promise<PostgresServer> {
  const dataDir = join(tmpdir(), `deploy-svc-bench-${process.pid}`);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => destroyEmbedded(dataDir));
  const { url } = await startEmbedded({ dataDir });
  const postmaster = await readPostmaster(join(dataDir, 'cluster'));
  if (postmaster === undefined) throw new Error(`no server runs in ${dataDir}`);
  const description = await describe(url);
  const whole = stack.move();
  return {
    description,
    pid: postmaster.pid,
    async fresh(work) {
      const name = `bench_${randomBytes(6).toString('hex')}`;
      const own = await createDatabase(url, name);
      try {
        return await work(own);
      } finally {
        await awaitDisconnected(url, name);
        await dropDatabase(url, name);
      }
    },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

/** Some pools say that they have ended before their connections have; to drop the database then would break those. */
async function awaitDisconnected(url: string, name: string): Promise<void> {
  await using database = openPool(url);
  for (const deadline = performance.now() + DISCONNECT_MS; performance.now() < deadline; await delay(20)) {
    const { rows } = await sql`select 1 from pg_stat_activity where datname = ${name}`.execute(database.db);
    if (rows.length === 0) return;
  }
  throw new Error(`somebody is still connected to ${name}`);
}

/** A pool as large as the product's. A connection that breaks ends the bench. */
export function openPool(url: string): Database {
  return openDatabase({
    url,
    applicationName: 'deploy-svc bench',
    max: 16,
    onError(error) {
      throw error;
    },
  });
}

async function describe(url: string): Promise<string> {
  await using database = openPool(url);
  const { rows } = await sql<{ name: string; value: string }>`
    select name, current_setting(name) as value from unnest(${TOLD}::text[]) as name
  `.execute(database.db);
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  const unsafe = DURABLE.filter((name) => settings.get(name) !== 'on');
  if (unsafe.length > 0) throw new Error(`commits are not durable here: ${unsafe.join(', ')} off`);
  return rows.map(({ name, value }) => `${name} ${value}`).join(', ');
}
