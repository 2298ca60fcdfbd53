import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { readConfig } from '../../src/config.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createLogger } from '../../src/logger.ts';
import { openDatabase, sql } from '../../src/postgres/database.ts';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { startService } from '../../src/process/service.ts';
import { startProcess, waitReady } from './processes.ts';
import { type Run, writeRun } from './run-file.ts';
import { step } from './voice.ts';

/** The running product, as the demo uses it. */
export interface Platform extends AsyncDisposable {
  readonly url: string;
  /** The engine that the demo builds images on and kills a container of. */
  readonly engine: Engine;
  readonly adminPassword: string;
}

export interface PlatformOptions {
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** PostgreSQL, one API and two workers as processes of their own, on the Docker engine at `engineUrl`. */
export async function startProcesses(options: PlatformOptions & { readonly engineUrl: string }): Promise<Platform> {
  const { dir, signal, engineUrl } = options;
  let run: Run = { demo: process.pid, processes: [], engineUrl };
  const note = async (more: Partial<Run>): Promise<void> => {
    run = { ...run, ...more };
    await writeRun(dir, run);
  };
  const start = async (name: string, settings: Readonly<Record<string, string>>): ReturnType<typeof startProcess> => {
    const started = await startProcess(dir, name, settings);
    await note({ processes: [...run.processes, started] });
    return started;
  };
  await note({});
  const databaseUrl = await step('starting PostgreSQL from the npm packages', async () => {
    // Left running until the run is cleaned up: with --keep the database outlives this process.
    const embedded = await startEmbedded({ dataDir: join(dir, 'postgres') });
    await note({ database: embedded.dataDir });
    await note({ installationId: await prepare(embedded.url) });
    return embedded.url;
  });
  const adminPassword = randomBytes(12).toString('base64url');
  const shared = { DATABASE_URL: databaseUrl, NODES: engineUrl, DOCKER_INSECURE_TCP: 'true' };
  const url = await step('starting an API process', async () => {
    const api = await start('api', { ...shared, ROLES: 'api', PORT: '0', ADMIN_PASSWORD: adminPassword });
    return (await waitReady(api, signal)) ?? '';
  });
  await note({ url });
  await step('starting two worker processes', async () => {
    const workers = [await start('worker-1', { ...shared, ROLES: 'worker' })];
    workers.push(await start('worker-2', { ...shared, ROLES: 'worker' }));
    await Promise.all(workers.map((worker) => waitReady(worker, signal)));
  });
  const engine = connectEngine(engineUrl, { insecureTcp: true });
  return { url, engine, adminPassword, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

/** API and workers in this process, on two simulated engines: those live in the memory of the process that uses them. */
export async function startSimulated({ dir }: PlatformOptions): Promise<Platform> {
  await using stack = new AsyncDisposableStack();
  const adminPassword = randomBytes(12).toString('base64url');
  await writeRun(dir, { demo: process.pid, processes: [] });
  const service = await step(
    'starting PostgreSQL, the API and a worker in one process, on two simulated engines',
    () => {
      const settings = {
        DATA_DIR: dir,
        PORT: '0',
        NODES: 'simulated://a,simulated://b',
        ADMIN_PASSWORD: adminPassword,
      };
      return startService(readConfig(settings), createLogger('silent'));
    },
  );
  stack.use(service);
  const engine = stack.use(connectEngine('simulated://a'));
  const whole = stack.move();
  return { url: service.url ?? '', engine, adminPassword, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

/** Migrates the database, and answers with the id that the installation's containers carry. */
async function prepare(url: string): Promise<string> {
  await using database = openDatabase({ url, applicationName: 'deploy-svc demo', onError: () => {} });
  await migrate(database);
  const { rows } = await sql<{ id: string }>`select id from installation`.execute(database.db);
  return rows[0]?.id ?? '';
}
