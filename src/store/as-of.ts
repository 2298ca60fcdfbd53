import { sql, type Db, type RawBuilder } from '../postgres/database.ts';
import type { ProjectionName, Row } from './projection.ts';
import { rowCondition, type RowFilter } from './row-filter.ts';

interface PastRow<State> {
  readonly id: string;
  readonly since: string;
  readonly version: number;
  readonly state: State;
}

/**
 * Rows of a projection as they were when the event at that position had just been appended, ordered by id; with `after` only
 * those that had changed since that position. Nothing is replayed: what is true still is in the projection, what gave way since
 * then in the history.
 */
export async function readRowsAt<State>(
  db: Db,
  projection: ProjectionName,
  position: number,
  where: RowFilter = {},
  after = -1,
): Promise<readonly Row<State>[]> {
  const query = await rowsAt(db, { projection, where }, position, after);
  const { rows } = await sql<PastRow<State>>`${query} order by id`.execute(db);
  return rows.map((row) => ({ ...row, since: Number(row.since) }));
}

/** What `readRowsAt` reads, as a query of id, since, version and state. */
export async function rowsAt(
  db: Db,
  { projection, where }: { readonly projection: ProjectionName; readonly where: RowFilter },
  position: number,
  after = -1,
): Promise<RawBuilder<unknown>> {
  // One of no values is none: nothing has to be read to know.
  if (Object.values(where).some((value) => typeof value !== 'string' && value.length === 0))
    return sql`select id, since, version, state from ${sql.table(projection)} where false`;
  const columns = await pastColumns(db, projection, Object.keys(where));
  const now = rowCondition(where);
  const past = rowCondition(where, (column) => columns.get(column) ?? sql.ref(column));
  return sql`
    select id, since, version, state from ${sql.table(projection)} where since > ${after} and since <= ${position} and ${now}
    union all
    select id, since, version, state from ${givenWay(projection, position, where)} as was where since > ${after}::bigint and ${past}`;
}

/** Rows that were true at the position and have given way: by the index that fits what is asked for, of all such rows at worst. */
function givenWay(projection: ProjectionName, position: number, where: RowFilter): RawBuilder<unknown> {
  const { id, deployment_id: deploymentId } = where;
  if (id !== undefined) {
    const ids = typeof id === 'string' ? [id] : id;
    return sql`(
      select wanted.id, lower(valid) as since, version, state
      from unnest(${ids}::text[]) as wanted(id), lateral (
        select valid, version, state from history
        where projection = ${projection} and history.id = wanted.id and lower(valid) <= ${position}::bigint
        order by lower(valid) desc limit 1
      ) as latest
      where upper(valid) > ${position}::bigint
    )`;
  }
  return typeof deploymentId === 'string'
    ? sql`rows_of_deployment_at(${projection}, ${deploymentId}, ${position}::bigint)`
    : sql`rows_at(${projection}, ${position}::bigint)`;
}

type Expressions = ReadonlyMap<string, RawBuilder<unknown>>;

/** They change with a migration alone, and a process migrates before it reads. */
const expressionsOf = new WeakMap<Db, Map<ProjectionName, Promise<Expressions>>>();

/** What the generated columns of a projection are made from, as the database itself says: history has the state alone. */
async function pastColumns(db: Db, projection: ProjectionName, wanted: readonly string[]): Promise<Expressions> {
  if (wanted.every((column) => column === 'id')) return new Map();
  const known = expressionsOf.get(db) ?? new Map<ProjectionName, Promise<Expressions>>();
  expressionsOf.set(db, known);
  const read = known.get(projection) ?? readExpressions(db, projection);
  known.set(projection, read);
  try {
    return await read;
  } catch (error) {
    known.delete(projection);
    throw error;
  }
}

async function readExpressions(db: Db, projection: ProjectionName): Promise<Expressions> {
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
