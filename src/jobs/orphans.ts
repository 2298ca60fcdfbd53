import { sql, type Db, type Tx } from '../postgres/database.ts';
import { parseStoredName } from './catalogue.ts';
import { QUEUE_SCHEMA, type AttemptId, type JobQueue } from './queue.ts';

/** An attempt at a job that no living worker is making. */
export interface Orphan extends AttemptId {
  /** The stored name of its queue. */
  readonly queue: string;
  /** No attempts are left: the job is among the dead letters now. */
  readonly last: boolean;
}

/** By what an unclaimed job is told from one whose worker is just about to claim it. */
export interface DeathSign {
  /** Seconds that a living worker has to claim what it has fetched. */
  readonly claimSeconds: number;
  /** Jobs that workers had claimed whose death is certain. */
  readonly abandoned: readonly string[];
}

/** Jobs looked at in one transaction at most. */
const MOST = 1_000;

const JOBS = sql.id(QUEUE_SCHEMA, 'job');
const UNCLAIMED = (names: readonly string[]): ReturnType<typeof sql> => sql`
  j.state = 'active' and j.name = any(${names})
  and not exists (select 1 from claims c where c.job_id = j.id and c.attempt = j.retry_count)
`;

/**
 * Hands the jobs that are under way without a claim to whoever is free: their worker died, with or before its claim.
 * They may be begun at once; the back-off of a retry is for what failed by itself.
 */
export async function handBackOrphans(db: Db, queue: JobQueue, sign: DeathSign): Promise<readonly Orphan[]> {
  const names = (await queue.names()).filter((name) => parseStoredName(name) !== undefined);
  const orphans = await db.transaction().execute(async (tx) => {
    const found = await lockOrphans(tx, names, sign);
    for (const [name, own] of Map.groupBy(found, (orphan) => orphan.queue)) {
      await queue.failIn(tx, name, own);
      await sql`
        update ${JOBS} set start_after = now() where name = ${name} and id = any(${own.map(({ id }) => id)}) and state = 'retry'
      `.execute(tx);
    }
    return found;
  });
  for (const name of new Set(orphans.map((orphan) => orphan.queue))) queue.wake(name);
  return orphans;
}

/**
 * A claim locks its job's row as well, and is refused when the job has been handed back: after the lock it is either
 * there to be seen by the second statement, or will not be written any more.
 */
async function lockOrphans(
  tx: Tx,
  names: readonly string[],
  { claimSeconds, abandoned }: DeathSign,
): Promise<readonly Orphan[]> {
  const locked = await sql<{ id: string }>`
    select j.id from ${JOBS} j
    where ${UNCLAIMED(names)}
      and (j.started_on < now() - make_interval(secs => ${claimSeconds}) or j.id = any(${abandoned}::uuid[]))
    order by j.id limit ${MOST} for update skip locked
  `.execute(tx);
  if (locked.rows.length === 0) return [];
  const { rows } = await sql<Orphan>`
    select j.name as queue, j.id, j.retry_count as attempt, j.retry_count >= j.retry_limit as last
    from ${JOBS} j where ${UNCLAIMED(names)} and j.id = any(${locked.rows.map(({ id }) => id)})
  `.execute(tx);
  return rows;
}
