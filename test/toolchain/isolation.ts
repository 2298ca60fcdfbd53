import { openTestDatabase, queryRows } from '../support/database.ts';
import { freshDatabase } from '../support/postgres.ts';

/** Writes a row into a fresh database and drops that. Answers with all rows that were there, and whether the drop was real. */
export async function visit(file: string): Promise<{ readonly rows: readonly unknown[]; readonly dropped: boolean }> {
  const fresh = await freshDatabase();
  const rows = await writeAndRead(fresh.url, file);
  await fresh[Symbol.asyncDispose]();
  await using gone = openTestDatabase(fresh.url);
  const dropped = await queryRows(gone, 'select 1').then(
    () => false,
    (error: unknown) => /does not exist/.test(String(error)),
  );
  return { rows, dropped };
}

async function writeAndRead(url: string, file: string): Promise<readonly unknown[]> {
  await using database = openTestDatabase(url);
  await queryRows(database, `create table if not exists visitor (file text); insert into visitor values ('${file}')`);
  return await queryRows(database, 'select file from visitor');
}
