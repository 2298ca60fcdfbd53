import { z } from 'zod';

import { sql, type Db } from '../../postgres/database.ts';
import { ROUTERS_CHANNEL } from '../signal.ts';
import { LEASE_INTERVALS, polled } from './offers.ts';

const row = z.object({
  now: z.number(),
  position: z.coerce.number(),
  offers: z.array(z.object({ position: z.number(), at: z.number() })),
});

export interface Poll {
  /** The name that Traefik gives itself in the address that it polls. */
  readonly name: string;
  /** Where it polls from. */
  readonly host: string;
  /** Seconds between two polls, as it says. */
  readonly interval: number;
  /** Of the table that it is given now. */
  readonly position: number;
}

/** Notes a poll in the row of that router, and what follows from it for the poll before. */
export async function notePoll(db: Db, { name, host, interval, position }: Poll): Promise<void> {
  const id = `traefik-${name}`;
  await db.transaction().execute(async (tx) => {
    await sql`
      insert into routers (id, kind, host, pid, position) values (${id}, 'traefik', ${host}, 0, 0) on conflict (id) do nothing
    `.execute(tx);
    const { rows } = await sql`
      select extract(epoch from now())::float8 as now, position, offers from routers where id = ${id} for update
    `.execute(tx);
    const before = row.parse(rows[0]);
    const { acknowledged, offers } = polled(before.offers, before.position, before.now);
    const kept = [...offers, { position, at: before.now }];
    await sql`
      update routers set host = ${host}, position = ${acknowledged}, offers = ${JSON.stringify(kept)}::jsonb,
        lease_ms = ${interval * LEASE_INTERVALS * 1_000}, beat_at = now()
      where id = ${id}
    `.execute(tx);
    if (acknowledged > before.position) await sql`select pg_notify(${ROUTERS_CHANNEL}, ${id})`.execute(tx);
  });
}
