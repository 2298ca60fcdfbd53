import { sql, type Database } from '../../src/postgres/database.ts';
import { bodyHash, chainLink } from '../../src/domain/audit/body-hash.ts';
import { EVENT_COLUMNS, type EventRow } from '../../src/store/recorded.ts';

const PAGE = 10_000;

/** Throws unless the log holds exactly so many events, without a gap, chained up to its head. */
export async function checkLog({ db }: Database, events: number): Promise<void> {
  const head = await readHead(db);
  let { hash } = await readGenesis(db);
  let position = 0;
  for (;;) {
    const { rows } = await sql<EventRow & { hash: Buffer }>`
      select ${sql.raw(EVENT_COLUMNS)}, hash from events where position > ${position} order by position limit ${PAGE}
    `.execute(db);
    for (const row of rows) {
      position += 1;
      if (Number(row.position) !== position)
        throw new Error(`gap in the log: ${row.position} where ${position} belongs`);
      hash = chainLink(hash, position, bodyHash(bodyOf(row)));
      if (!hash.equals(row.hash)) throw new Error(`the chain breaks at position ${position}`);
    }
    if (rows.length < PAGE) break;
  }
  if (position !== events) throw new Error(`${events} events were accepted, the log holds ${position}`);
  if (Number(head.position) !== position || !head.hash.equals(hash)) throw new Error('the head is not the last event');
}

/** Throws unless the table has exactly so many rows. */
export async function checkRows({ db }: Database, table: string, rows: number): Promise<void> {
  const { rows: found } = await sql<{ n: string }>`select count(*) as n from ${sql.table(table)}`.execute(db);
  if (Number(found[0]?.n) !== rows) throw new Error(`${table} should have ${rows} rows and has ${found[0]?.n}`);
}

async function readHead(db: Database['db']): Promise<{ position: string; hash: Buffer }> {
  const { rows } = await sql<{ position: string; hash: Buffer }>`select position, hash from log_head`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the log has no head');
  return row;
}

/** What the first event is chained to. */
async function readGenesis(db: Database['db']): Promise<{ hash: Buffer }> {
  const { rows } = await sql<{ hash: Buffer }>`select sha256('deploy-svc event log, version 1') as hash`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the database does not answer');
  return row;
}

/** What was hashed: the row as it is stored, not as later releases read it. */
function bodyOf(row: EventRow): Parameters<typeof bodyHash>[0] {
  const { actor, at, data, id, stream, type, version } = row;
  const { causation_id: cause, correlation_id: correlationId, schema_version: schemaVersion } = row;
  return { actor, at, causationId: cause ?? undefined, correlationId, data, id, schemaVersion, stream, type, version };
}
