import { resolve } from 'node:path';

import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { openDatabase, type Database } from '../postgres/database.ts';
import { startEmbedded } from '../postgres/embedded.ts';
import { migrate } from '../postgres/migrate.ts';

/** The database of DATABASE_URL, else the embedded one in DATA_DIR; migrated. */
export async function openMigrated(stack: AsyncDisposableStack, config: Config, log: Logger): Promise<Database> {
  const database = await openUnmigrated(stack, config, log);
  const done = await migrate(database);
  if (done.length > 0) log.info('database migrated', { migrations: done });
  return database;
}

/** The same as others have left it, reachable or not: whoever needs more than to read has it migrated. */
export async function openUnmigrated(stack: AsyncDisposableStack, config: Config, log: Logger): Promise<Database> {
  const url = config.DATABASE_URL ?? (await embeddedUrl(stack, config, log));
  return stack.use(
    openDatabase({
      url,
      applicationName: 'deploy-svc',
      max: 16,
      onError: (error) => log.warn('a database connection broke', { error: error.message }),
    }),
  );
}

async function embeddedUrl(stack: AsyncDisposableStack, { DATA_DIR }: Config, log: Logger): Promise<string> {
  const dataDir = resolve(DATA_DIR, 'postgres');
  const embedded = stack.use(await startEmbedded({ dataDir, logger: log }));
  log.info('embedded PostgreSQL', { dataDir: embedded.dataDir });
  return embedded.url;
}
