import { sql, type Db } from '../postgres/database.ts';
import { PROJECTION_NAMES } from './projection.ts';

/** The projection whose row was changed last, and at which position: no row is newer than the log. */
export async function newestRow(db: Db): Promise<{ readonly table: string; readonly since: number } | undefined> {
  const each = PROJECTION_NAMES.map(
    (name) => sql`select ${name}::text as name, max(since) as since from ${sql.table(name)}`,
  );
  const { rows } = await sql<{ name: string; since: string }>`
    select name, since from (${sql.join(each, sql` union all `)}) as newest where since is not null order by since desc limit 1
  `.execute(db);
  return rows.map(({ name, since }) => ({ table: name, since: Number(since) }))[0];
}
