import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createDatabase, dropDatabase } from '../../src/postgres/admin.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { destroyEmbedded, startEmbedded } from '../../src/postgres/embedded.ts';
import { isRunning } from '../../src/postgres/embedded/processes.ts';
import { migrate } from '../../src/postgres/migrate.ts';

/** What test files are told about the run's server. */
export type TestServer = { readonly url: string; readonly template: string };

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgres: TestServer;
  }
}

type Run = { readonly server: TestServer; close(): Promise<void> };

const PREFIX = 'deploy-svc-test-postgres-';
/** Losing data with the power is no matter to a test; everything else stays as in production. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off' };

// The projects `int` and `e2e` each load this file, and share one server.
const runs = globalThis as { deploySvcTestRun?: { users: number; run: Promise<Run> } };

/** Global set-up of the projects that need PostgreSQL: one server and one migrated template database for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  runs.deploySvcTestRun ??= { users: 0, run: open() };
  const shared = runs.deploySvcTestRun;
  shared.users += 1;
  const run = await shared.run;
  project.provide('postgres', run.server);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete runs.deploySvcTestRun;
    await run.close();
  };
}

async function open(): Promise<Run> {
  const given = process.env['TEST_DATABASE_URL'];
  const { url, close } = given === undefined ? await openEmbedded() : { url: given, close: async () => {} };
  const template = `deploy_svc_template_${randomBytes(4).toString('hex')}`;
  await using database = openDatabase({
    url: await createDatabase(url, template),
    applicationName: 'deploy-svc test template',
    onError: (error) => console.error('template database:', error.message),
  });
  await migrate(database);
  return {
    server: { url, template },
    async close() {
      await dropDatabase(url, template);
      await close();
    },
  };
}

async function openEmbedded(): Promise<{ url: string; close(): Promise<void> }> {
  await removeLeftOvers();
  const { url, dataDir } = await startEmbedded({
    dataDir: join(tmpdir(), `${PREFIX}${process.pid}`),
    settings: SETTINGS,
  });
  return { url, close: () => destroyEmbedded(dataDir) };
}

/** A run that was killed leaves its server behind. */
async function removeLeftOvers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (name.startsWith(PREFIX) && !isRunning(Number(name.slice(PREFIX.length))))
      await destroyEmbedded(join(tmpdir(), name));
  }
}
