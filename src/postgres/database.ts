import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';

import { PreparingClient } from './preparing-client.ts';

export { sql } from 'kysely';
export type { Kysely, RawBuilder, Transaction } from 'kysely';

/** The tables are few and their rows generic: statements are written as SQL, next to their only user. */
export type Tables = Record<string, never>;
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** A pool of connections and the query runner on it. */
export interface Database extends AsyncDisposable {
  readonly url: string;
  readonly db: Db;
  /** A connection of its own, for session locks and LISTEN. The caller ends it. */
  connect(applicationName: string): Promise<pg.Client>;
}

export type Connection = pg.Client;

export interface DatabaseOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Connections in the pool at most. */
  readonly max?: number;
  /** A pooled connection broke while idle; the pool replaces it. */
  readonly onError: (error: Error) => void;
}

/** Opens the pool. Connections are made when they are needed; a database that is down shows at the first query. */
export function openDatabase({ url, applicationName, max = 10, onError }: DatabaseOptions): Database {
  const settings = { connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true };
  const pool = new pg.Pool({
    ...settings,
    Client: PreparingClient,
    application_name: applicationName,
    max,
    // A process that stops in the middle of a transaction holds the log's head: everybody waits until this ends it.
    idle_in_transaction_session_timeout: 5_000,
    statement_timeout: 60_000,
  });
  pool.on('error', onError);
  const ended = trackEnds(pool);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    url,
    db,
    async connect(name) {
      const client = new pg.Client({ ...settings, application_name: name });
      client.on('error', onError);
      await client.connect();
      return client;
    },
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await ended();
    },
  };
}

/**
 * The pool's own end() resolves before its connections have closed. A server that stops, or a database that is dropped,
 * right after would break them, and a connection that breaks when the pool has let go of it ends the process.
 */
function trackEnds(pool: pg.Pool): () => Promise<void> {
  const open = new Set<Promise<void>>();
  pool.on('connect', (client) => {
    const end = new Promise<void>((done) => client.once('end', done)).then(() => void open.delete(end));
    open.add(end);
    // The pool reports what breaks while it holds the connection; after that nobody needs to know.
    client.on('error', () => {});
  });
  return async () => void (await Promise.all(open));
}
