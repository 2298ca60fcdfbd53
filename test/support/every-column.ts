import { sql, type Database } from '../../src/postgres/database.ts';

/** Every row of every table of every schema, all its columns as text, bytes in hex: what a dump of the database holds. */
export async function everyColumn({ db }: Pick<Database, 'db'>): Promise<string> {
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by table_schema, table_name
  `.execute(db);
  const texts: string[] = [];
  for (const { schema, name } of tables) {
    const { rows } = await sql<{ content: string }>`select t::text as content from ${sql.id(schema, name)} t`.execute(
      db,
    );
    texts.push(`${schema}.${name}`, ...rows.map(({ content }) => content));
  }
  return texts.join('\n');
}
