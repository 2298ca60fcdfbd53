import { pause, type Clock } from '../clock.ts';
import { handBackOrphans } from '../jobs/orphans.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Logger } from '../logger.ts';
import { sql, type Db } from '../postgres/database.ts';
import { forgetEnded } from './claims.ts';
import { SILENCE_MS, WORKER_LOCK } from './membership.ts';

const TICK_MS = 1_000;
/** Looks for orphans after a death: what the dead one had fetched and not claimed shows only later. */
const LOOKS_AFTER_DEATH = 3;
/** Without any death seen here, every so many ticks all the same. */
const LOOK_EVERY = 10;
/** Seconds that a living worker has to claim what it has fetched. Too few cost an attempt and nothing else: its claim is refused. */
const CLAIM_SECONDS = 1;

export interface ReaperDeps {
  readonly db: Db;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Declares workers dead whose lock is gone or whose beat has stopped, and hands their jobs to the living. Every worker does it. */
export async function reap(deps: ReaperDeps): Promise<void> {
  const { db, clock, log, signal } = deps;
  let looks = 1;
  for (let tick = 0; !signal.aborted; tick += 1) {
    try {
      const dead = await buryDead(db);
      if (dead.length > 0) {
        log.warn('workers declared dead', { workers: [...new Set(dead.map(({ id }) => id))] });
        looks = LOOKS_AFTER_DEATH;
      }
      const due = tick % LOOK_EVERY === 0;
      const abandoned = dead.flatMap(({ job }) => job ?? []);
      if (looks > 0 || due) await handBack(deps, abandoned);
      if (due) await forgetEnded(db);
      looks -= 1;
    } catch (error) {
      log.warn('the reaper could not look; it tries again', { error: String(error) });
    }
    await pause(clock, TICK_MS, signal);
  }
}

/**
 * Removes their rows, which is what fences them: a command in their name is refused from now on. Their claims go with
 * them; what they had claimed is returned, one row for each. One that is only silent still has its connection, and with it the locks on the nodes that it watched: that ends too.
 */
async function buryDead(db: Db): Promise<readonly { id: string; job: string | null }[]> {
  const { rows } = await sql<{ id: string; job: string | null }>`
    with locks as materialized (
      select l.pid, l.objid from pg_locks l
      where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = ${WORKER_LOCK}
        and l.database = (select oid from pg_database where datname = current_database())
    ), dead as (
      delete from workers w
      where w.seen_at < now() - make_interval(secs => ${SILENCE_MS / 1_000})
        or not exists (select 1 from locks where locks.objid = w.number)
      returning w.id, w.number
    )
    select dead.id, c.job_id as job, pg_terminate_backend(locks.pid)
    from dead left join locks on locks.objid = dead.number left join claims c on c.worker_id = dead.id
  `.execute(db);
  return rows;
}

async function handBack({ db, queue, log }: ReaperDeps, abandoned: readonly string[]): Promise<void> {
  const orphans = await handBackOrphans(db, queue, { claimSeconds: CLAIM_SECONDS, abandoned });
  for (const [name, own] of Map.groupBy(orphans, (orphan) => orphan.queue)) {
    log.info('jobs of dead workers handed back', { queue: name, jobs: own.length });
    for (const { id, last } of own)
      if (last) log.error('job given up; it is kept as a dead letter', { queue: name, jobId: id });
  }
}
