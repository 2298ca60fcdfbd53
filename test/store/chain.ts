import { createHash } from 'node:crypto';

import { sql, type Db } from '../../src/postgres/database.ts';
import { bodyHash, chainLink } from '../../src/store/body-hash.ts';
import { EVENT_COLUMNS, type EventRow } from '../../src/store/recorded.ts';

/** The position of the first event whose stored hash is not what its row and the hashes before it give, if any. */
export async function firstBrokenLink(db: Db): Promise<number | undefined> {
  const { rows } = await sql<EventRow & { hash: Buffer }>`
    select ${sql.raw(EVENT_COLUMNS)}, hash from events order by position
  `.execute(db);
  let link: Buffer = createHash('sha256').update('deploy-svc event log, version 1').digest();
  for (const row of rows) {
    const { id, stream, version, type, data, actor, at } = row;
    const body = bodyHash({
      id,
      stream,
      version,
      type,
      data,
      actor,
      at,
      schemaVersion: row.schema_version,
      correlationId: row.correlation_id,
      causationId: row.causation_id ?? undefined,
    });
    link = chainLink(link, Number(row.position), body);
    if (!link.equals(row.hash)) return Number(row.position);
  }
  const head = await sql<{ position: string; hash: Buffer }>`select position, hash from log_head`.execute(db);
  const last = head.rows[0];
  return last !== undefined && Number(last.position) === rows.length && link.equals(last.hash)
    ? undefined
    : rows.length;
}
