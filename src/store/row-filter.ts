import { sql, type RawBuilder } from '../postgres/database.ts';

/** Column -> value, or one of several values. */
export type RowFilter = Readonly<Record<string, string | readonly string[]>>;

/** A filter of rows as a condition in SQL. `expression`: what a column is in the table that is read. */
export function rowCondition(
  where: RowFilter,
  expression: (column: string) => RawBuilder<unknown> = (column) => sql.ref(column),
): RawBuilder<unknown> {
  const conditions = Object.entries(where).map(([column, value]) =>
    typeof value === 'string'
      ? sql`${expression(column)} = ${value}`
      : sql`${expression(column)} = any(${value}::text[])`,
  );
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
