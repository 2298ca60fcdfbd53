import { type Database, openDatabase, sql } from '../../src/postgres/database.ts';

/** Opens a small pool; a connection that breaks while idle fails the test run. */
export function openTestDatabase(url: string, max = 4): Database {
  return openDatabase({
    url,
    max,
    applicationName: 'test',
    onError(error) {
      throw error;
    },
  });
}

/** Runs one SQL text, of any number of statements without parameters, and answers with the rows of the last. */
export async function queryRows(database: Database, text: string): Promise<readonly Record<string, unknown>[]> {
  return (await sql.raw<Record<string, unknown>>(text).execute(database.db)).rows;
}
