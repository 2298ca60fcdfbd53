import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

/** A pool of connections and the query builder over it. */
export type Database = {
  readonly kysely: Kysely<unknown>;
  readonly pool: pg.Pool;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Opens a pool to a `postgres://` URL. Connections are made when first needed. */
export function openDatabase(url: string): Database {
  const pool = new pg.Pool({ connectionString: url });
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return { kysely, pool, [Symbol.asyncDispose]: () => kysely.destroy() };
}
