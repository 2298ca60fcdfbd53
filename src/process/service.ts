import { resolve } from 'node:path';

import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { enginePool } from '../workers/engine-pool.ts';
import { heartbeats } from '../workers/watch/heartbeat.ts';
import { apiRole } from './api-role.ts';
import { openMigrated } from './database.ts';
import { LOCAL_ENGINE, registerConfigured } from './nodes.ts';
import { openFoundation } from './store.ts';
import { workerRole, type WorkerRoleOptions } from './worker-role.ts';

export interface Service extends AsyncDisposable {
  /** Where the API listens, when this process has that role. */
  readonly url: string | undefined;
  /** Where the database is reached: further processes join by it. */
  readonly databaseUrl: string;
}

/** Starts the roles of the settings in this process, in order, and ends them in the reverse order. */
export async function startService(
  config: Config,
  log: Logger,
  hooks: Pick<WorkerRoleOptions, 'onStep'> = {},
): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const works = config.ROLES.includes('worker');
  const database = await openMigrated(stack, config, log);
  const { store, queue } = await openFoundation(stack, database, { works, log });
  const tls = config.DOCKER_CERT_DIR === undefined ? undefined : { directory: resolve(config.DOCKER_CERT_DIR) };
  const engines = stack.use(enginePool({ tls, insecureTcp: config.DOCKER_INSECURE_TCP }));
  if (works) {
    await registerConfigured(config, { store, engines, log });
    stack.use(await workerRole({ store, queue, database, engines, log, ...hooks }));
  }
  const nodes = {
    // An address that cannot be an engine's is the asker's mistake, told like one that does not answer.
    capacityOf: async (url: string) => engines.at(url).capacity(),
    heartbeats: () => heartbeats(database.db),
    selfUrl: LOCAL_ENGINE,
  };
  const server = config.ROLES.includes('api')
    ? stack.use(await apiRole({ config, store, database, nodes, engineAt: (url) => engines.at(url), log }))
    : undefined;
  const whole = stack.move();
  log.info('ready', { roles: config.ROLES, ...(server === undefined ? {} : { url: server.url }) });
  return { url: server?.url, databaseUrl: database.url, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}
