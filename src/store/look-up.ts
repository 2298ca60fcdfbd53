import { sql, type Db, type RawBuilder } from '../postgres/database.ts';
import { rowsAt } from './as-of.ts';
import type { ProjectionName, Row } from './projection.ts';
import { rowCondition, type RowFilter } from './row-filter.ts';

/** Where to look, and for what. */
export interface Look {
  readonly projection: ProjectionName;
  readonly where: RowFilter;
}

/** A look for each of these states. */
export type Looks<States extends readonly unknown[]> = { readonly [N in keyof States]: Look };

/** The rows that each of the looks found. */
export type Finds<States extends readonly unknown[]> = { readonly [N in keyof States]: readonly Row<States[N]>[] };

/** Ids of each of the projections. */
export type Neighbours = readonly (readonly string[])[];

/** Ids of one projection that are told on either side of the one that was asked for. */
const NEIGHBOURS = 50;

interface FoundRow {
  readonly look: number;
  readonly id: string;
  readonly since: string;
  readonly version: number;
  readonly state: unknown;
}

/** What each look finds, in their order, ordered by id: one statement, however many they are. */
export async function lookUp<States extends readonly unknown[]>(db: Db, looks: Looks<States>): Promise<Finds<States>> {
  const queries = looks.map(
    ({ projection, where }) =>
      sql`select id, since, version, state from ${sql.table(projection)} where ${rowCondition(where)}`,
  );
  return findAll(db, queries);
}

/** The same as of a position. */
export async function lookUpAt<States extends readonly unknown[]>(
  db: Db,
  looks: Looks<States>,
  position: number,
): Promise<Finds<States>> {
  return findAll(db, await Promise.all(looks.map((look) => rowsAt(db, look, position))));
}

async function findAll<States extends readonly unknown[]>(
  db: Db,
  queries: readonly RawBuilder<unknown>[],
): Promise<Finds<States>> {
  const parts = queries.map((query, look) => sql`select ${look}::int as look, part.* from (${query}) as part`);
  const { rows } = await sql<FoundRow>`${sql.join(parts, sql` union all `)} order by look, id`.execute(db);
  const found = queries.map((_, index) => rows.filter(({ look }) => look === index).map(toRow));
  // Whoever looks says which states they are: the database does not.
  return found as unknown as Finds<States>;
}

/**
 * The ids before and after one, in the order of the index: those that begin alike, and all that there are where they are few.
 * What it costs does not grow with the number of rows.
 */
export function idsNear(db: Db, projections: readonly ProjectionName[], id: string): Promise<Neighbours> {
  return neighbours(
    db,
    projections.map((projection) => sql.table(projection)),
    id,
  );
}

/** The same as of a position. */
export function idsNearAt(
  db: Db,
  projections: readonly ProjectionName[],
  id: string,
  position: number,
): Promise<Neighbours> {
  const tables = projections.map(
    // Both halves have an index in the order of ids.
    (projection) => sql`(
      select id from ${sql.table(projection)} where since <= ${position}
      union all
      select id from history where projection = ${projection}
        and lower(valid) <= ${position}::bigint and upper(valid) > ${position}::bigint
    ) as known`,
  );
  return neighbours(db, tables, id);
}

async function neighbours(db: Db, tables: readonly RawBuilder<unknown>[], id: string): Promise<Neighbours> {
  const queries = tables.flatMap((table, index) => [
    sql`(select ${index}::int as index, id from ${table} where id < ${id} order by id desc limit ${NEIGHBOURS})`,
    sql`(select ${index}::int as index, id from ${table} where id > ${id} order by id limit ${NEIGHBOURS})`,
  ]);
  const { rows } = await sql<{ index: number; id: string }>`${sql.join(queries, sql` union all `)}`.execute(db);
  return tables.map((_, of) => rows.filter(({ index }) => index === of).map((row) => row.id));
}

function toRow({ id, since, version, state }: FoundRow): Row<unknown> {
  return { id, since: Number(since), version, state };
}
