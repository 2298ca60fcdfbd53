import { sql, type Db, type RawBuilder } from '../postgres/database.ts';
import type { ProjectionName, Row } from './projection.ts';
import { rowCondition, type RowFilter } from './row-filter.ts';

/** Classes of `lifetime_class`: rows that were true over 1 position, up to 3, up to 7, and so on. */
const CLASSES = 40;

interface PastRow<State> {
  readonly id: string;
  readonly since: string;
  readonly version: number;
  readonly state: State;
}

/**
 * Rows of a projection as they were when the event at that position had just been appended, ordered by id; with `after` only
 * those that had changed since that position. Nothing is replayed.
 */
export async function readRowsAt<State>(
  db: Db,
  projection: ProjectionName,
  position: number,
  where: RowFilter = {},
  after = -1,
): Promise<readonly Row<State>[]> {
  const columns = await pastColumns(db, projection, Object.keys(where));
  const now = rowCondition(where);
  const past = rowCondition(where, (column) => columns.get(column) ?? sql.ref(column));
  const { rows } = await sql<PastRow<State>>`
    select id, since, version, state from ${sql.table(projection)} where since > ${after} and since <= ${position} and ${now}
    union all
    select id, since, version, state
    from generate_series(1, ${CLASSES}::int) as class, lateral (
      select id, lower(valid) as since, version, state from history
      where projection = ${projection} and lifetime_class(valid) = class
        and upper(valid) > ${position}::bigint and upper(valid) <= ${position}::bigint + (1::bigint << class)
        and lower(valid) > ${after}::bigint and lower(valid) <= ${position}::bigint and ${past}
    ) as true_then
    order by id
  `.execute(db);
  return rows.map((row) => ({ ...row, since: Number(row.since) }));
}

/** What the generated columns of a projection are made from, as the database itself says: history has the state alone. */
async function pastColumns(
  db: Db,
  projection: ProjectionName,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, RawBuilder<unknown>>> {
  if (wanted.every((column) => column === 'id')) return new Map();
  const { rows } = await sql<{ name: string; expression: string }>`
    select attname as name, pg_get_expr(adbin, adrelid) as expression
    from pg_attribute join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = ${projection}::regclass and attgenerated = 's'
  `.execute(db);
  return new Map(rows.map(({ name, expression }) => [name, sql.raw(`(${expression})`)]));
}

/** The last position whose event had happened by then. */
export async function positionAt(db: Db, moment: Date): Promise<number> {
  const { rows } = await sql<{ position: string }>`select position_at(${moment}) as position`.execute(db);
  return Number(rows[0]?.position ?? 0);
}

/** The position of an event; undefined when there is none of that id. */
export async function positionOf(db: Db, eventId: string): Promise<number | undefined> {
  const { rows } = await sql<{ position: string }>`select position from events where id = ${eventId}::uuid`.execute(db);
  return rows.map(({ position }) => Number(position))[0];
}
