import { hostname } from 'node:os';

import { sql, type Db } from '../postgres/database.ts';
import type { InFlight, RouterKind } from '../routing/router.ts';
import { ROUTERS_CHANNEL } from './signal.ts';

/** What a router tells of itself. */
export interface Beat {
  readonly id: string;
  readonly kind: RouterKind;
  /** The log's position whose table it has in force. */
  readonly position: number;
  readonly inFlight: InFlight;
  /** Somebody may wait for this: they are told at once. */
  readonly news: boolean;
}

/** Writes a beat. Returns what the log is: a router that is ahead of its head follows another log. */
export async function writeBeat(
  db: Db,
  { id, kind, position, inFlight, news }: Beat,
): Promise<{ readonly head: number; readonly installation: string }> {
  const { rows } = await sql<{ readonly head: string; readonly installation: string }>`
    with beat as (
      insert into routers (id, kind, host, pid, position, in_flight)
      values (${id}, ${kind}, ${hostname()}, ${process.pid}, ${position}, ${JSON.stringify(Object.fromEntries(inFlight))}::jsonb)
      on conflict (id) do update set position = excluded.position, in_flight = excluded.in_flight, beat_at = now()
      returning case when ${news} then pg_notify(${ROUTERS_CHANNEL}, id) end
    )
    select l.position as head, i.id as installation from beat, log_head l, installation i
  `.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the database has no log: it was not migrated by this product');
  return { head: Number(row.head), installation: row.installation };
}

/** It routes no more: nobody waits for it from now on. */
export async function leave(db: Db, id: string): Promise<void> {
  await sql`delete from routers where id = ${id}`.execute(db);
}
