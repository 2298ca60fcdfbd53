import { sql, type Db } from '../../postgres/database.ts';
import { readCheckpoints } from '../../store/audit.ts';

const PAGE = 100;
const ANSWER_MS = 10_000;

/**
 * Posts the checkpoints that this address has not acknowledged, in order, each until it answers with 2xx: after a crash
 * one may come again. Throws when it does not answer so.
 */
export async function deliverCheckpoints(db: Db, url: string, signal: AbortSignal): Promise<void> {
  for (const checkpoint of await readCheckpoints(db, await delivered(db, url), PAGE)) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(checkpoint),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`checkpoint ${checkpoint.position} was not taken: HTTP ${response.status}`);
    await sql`
      insert into checkpoint_deliveries (url, position) values (${url}, ${checkpoint.position})
      on conflict (url) do update set position = excluded.position
    `.execute(db);
  }
}

async function delivered(db: Db, url: string): Promise<number> {
  const { rows } = await sql<{ position: string }>`
    select position from checkpoint_deliveries where url = ${url}
  `.execute(db);
  return Number(rows[0]?.position ?? 0);
}
