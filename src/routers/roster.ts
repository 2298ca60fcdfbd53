import { sql, type Db } from '../postgres/database.ts';
import type { RouterKind } from '../routing/router.ts';
import type { RouterView } from '../routing/drained.ts';

/** A row that has been silent for so long is of a router that is gone. */
const FORGET_MINUTES = 10;

/** A router as people see it. */
export interface RouterRow extends RouterView {
  readonly kind: RouterKind;
  readonly host: string;
  readonly pid: number;
  readonly since: Date;
  readonly lastBeat: Date;
}

/** Every router that has beaten lately, by id. */
export async function readRouters(db: Db): Promise<readonly RouterRow[]> {
  const { rows } = await sql<Omit<RouterRow, 'position'> & { readonly position: string }>`
    select id, kind, host, pid, position, in_flight as "inFlight", since, beat_at as "lastBeat",
      beat_at > now() - make_interval(secs => lease_ms / 1000.0) as alive
    from routers order by id
  `.execute(db);
  return rows.map((row) => ({ ...row, position: Number(row.position), blind: row.kind === 'traefik' }));
}

/** Rows of routers that ended without a word. */
export async function forgetRouters(db: Db): Promise<void> {
  await sql`delete from routers where beat_at < now() - make_interval(mins => ${FORGET_MINUTES})`.execute(db);
}
