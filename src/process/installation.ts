import { sql, type Db } from '../postgres/database.ts';

/** Which installation the database is: containers carry it. */
export async function readInstallation(db: Db): Promise<string> {
  const { rows } = await sql<{ id: string }>`select id from installation`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the database has no installation row: it was not migrated by this product');
  return row.id;
}
