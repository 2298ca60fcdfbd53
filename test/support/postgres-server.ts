import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createDatabase, dropDatabase } from '../../src/postgres/admin.ts';
import { destroyEmbedded, startEmbedded } from '../../src/postgres/embedded.ts';
import { readPostmaster } from '../../src/postgres/embedded/postmaster.ts';
import { isRunning } from '../../src/postgres/embedded/processes.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { openTestDatabase } from './database.ts';

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
  await using stack = new AsyncDisposableStack();
  const url = process.env['TEST_DATABASE_URL'] ?? (await openEmbedded(stack));
  const template = `deploy_svc_template_${randomBytes(4).toString('hex')}`;
  await using database = openTestDatabase(await createDatabase(url, template));
  stack.defer(() => dropDatabase(url, template));
  await migrate(database);
  const whole = stack.move();
  return { server: { url, template }, close: () => whole.disposeAsync() };
}

async function openEmbedded(stack: AsyncDisposableStack): Promise<string> {
  await removeLeftOvers();
  const dataDir = join(tmpdir(), `${PREFIX}${process.pid}`);
  stack.defer(() => destroyEmbedded(dataDir));
  const { url } = await startEmbedded({ dataDir, settings: SETTINGS });
  const server = await readPostmaster(join(dataDir, 'cluster'));
  // Ctrl-C ends the run without its tear-down; nothing of this server is worth an orderly end.
  const kill = (): void => {
    if (server && isRunning(server.pid)) process.kill(server.pid, 'SIGQUIT');
  };
  process.once('exit', kill);
  stack.defer(async () => void process.off('exit', kill));
  return url;
}

/** A run that was killed leaves its server behind. */
async function removeLeftOvers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (name.startsWith(PREFIX) && !isRunning(Number(name.slice(PREFIX.length))))
      await destroyEmbedded(join(tmpdir(), name));
  }
}
