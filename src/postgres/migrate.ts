import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { type Database, sql } from './database.ts';

const MIGRATIONS = resolve(import.meta.dirname, '../../migrations');
const MIGRATION_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/**
 * Brings a database to the newest schema: runs the numbered SQL files of `folder` that it has not seen, in order, in one
 * transaction and under a lock, so that any number of processes may call it at once.
 *
 * @returns the names of the files that this call has run.
 * @throws Error that names the file that failed; the database is then as it was before.
 */
export async function migrate(database: Pick<Database, 'db'>, folder = MIGRATIONS): Promise<readonly string[]> {
  const migrator = new Migrator({ db: database.db, provider: sqlFiles(folder) });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find(({ status }) => status === 'Error')?.migrationName;
    const reason = error instanceof Error ? error.message : JSON.stringify(error);
    throw new Error(`migration${failed === undefined ? '' : ` ${failed}`} failed: ${reason}`, { cause: error });
  }
  return results.map(({ migrationName }) => migrationName);
}

/** Each file is one migration under the file's name, sent to the server as it stands: it may hold any number of statements. */
function sqlFiles(folder: string): MigrationProvider {
  return {
    async getMigrations() {
      const migrations: Record<string, Migration> = {};
      for (const name of await readdir(folder)) {
        if (name.endsWith('.sql')) migrations[name] = await sqlFile(folder, name);
      }
      return migrations;
    },
  };
}

async function sqlFile(folder: string, name: string): Promise<Migration> {
  if (!MIGRATION_NAME.test(name)) throw new Error(`${join(folder, name)} is not named like 0001_events.sql`);
  const text = await readFile(join(folder, name), 'utf8');
  return {
    async up(db) {
      await sql.raw(text).execute(db);
    },
  };
}
