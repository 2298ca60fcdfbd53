import pg from 'pg';

const TIMEOUT_MS = 5_000;

/** True when a query to `url` succeeds. A server that is being killed still has its files, its process and its port for a moment. */
export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // A connection that breaks says so twice: to the query, and to whoever listens.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
