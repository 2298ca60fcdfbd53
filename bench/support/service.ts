import type { Client } from '../../src/api/client.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { startService } from '../../src/process/service.ts';
import { administratorAt } from './administrator.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';

export interface RunningService extends AsyncDisposable {
  /** Logged in as the administrator. */
  readonly client: Client;
}

/** The whole product, API and worker, in this process on the given database, with one node. */
export async function runService(
  databaseUrl: string,
  nodeUrl: string,
  onStep?: WorkerDeps['onStep'],
): Promise<RunningService> {
  const settings = {
    DATABASE_URL: databaseUrl,
    NODES: nodeUrl,
    PORT: '0',
    TOKEN_LIFE: '3600',
    DOCKER_INSECURE_TCP: 'true',
  };
  const config = readConfig(settings);
  const service = await startService(config, createLogger('error'), { onStep });
  const client = await administratorAt(service.url);
  return { client, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}
