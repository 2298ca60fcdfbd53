import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createDatabase, dropDatabase } from '../../src/postgres/admin.ts';
import { openTestDatabase, queryRows } from './database.ts';

/** A database of one's own. */
export type FreshDatabase = { readonly url: string; [Symbol.asyncDispose](): Promise<void> };

/**
 * Copies the run's migrated template into a new database (some 50 ms; an `empty` one has no schema at all), and drops it,
 * with whatever is still connected, on disposal. One for each test file is the rule.
 */
export async function freshDatabase(options: { readonly empty?: boolean } = {}): Promise<FreshDatabase> {
  const { url: serverUrl, template } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase(serverUrl, name, options.empty ? undefined : template);
  if (!options.empty) await becomeInstallation(url);
  return { url, [Symbol.asyncDispose]: () => dropDatabase(serverUrl, name) };
}

/** A copy has the template's identity: two of them would take each other's containers for their own. */
async function becomeInstallation(url: string): Promise<void> {
  await using database = openTestDatabase(url, 1);
  await queryRows(database, 'update installation set id = gen_random_uuid()');
}
